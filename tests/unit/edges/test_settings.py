from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wellclear.domain.canonical import b64
from wellclear.edges.settings import (
    ENVIRONMENT,
    FILE,
    HostSettings,
    NodeSettings,
    join_channel,
    load_host,
    load_node,
    parse_listen,
    write_host,
    write_node,
)
from wellclear.errors import InvalidValue, Misconfigured

CHANNEL = b64(bytes(range(32)))


def node(home: Path, **changes: object) -> NodeSettings:
    settings = NodeSettings(home, "NORTHLAND", "https://198.51.100.7:8644", CHANNEL, kdf="minimum")
    return replace(settings, **changes)  # type: ignore[arg-type]  # each test names real fields


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "host.pem").write_text("x")
    written = node(
        tmp_path, listen_host="::1", listen_port=9000, ca_file=tmp_path / "host.pem", witness_listen=("::", 8646),
        peers=("http://198.51.100.9:8646", "https://[2001:db8::7]:1"),
    )  # fmt: skip
    write_node(written)
    assert load_node(tmp_path, environment={}) == written
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert 'ca_file = "host.pem"' in (tmp_path / FILE).read_text()


@pytest.mark.parametrize(
    ("field", "value"),
    [("witness_listen", '"here"'), ("peers", '"http://a:1 b"'), ("peers", '"ftp://a"'), ("peers", 1)],
)
def test_a_false_witness_address_is_told(tmp_path: Path, field: str, value: object) -> None:
    write_node(node(tmp_path))
    with (tmp_path / FILE).open("a") as file:
        file.write(f"{field} = {value}\n")
    with pytest.raises(Misconfigured, match=field):
        load_node(tmp_path, environment={})


def test_a_home_may_hold_node_and_host(tmp_path: Path) -> None:
    host = HostSettings(tmp_path, "NORTHLAND", "n.example/channel", CHANNEL, "0.0.0.0", 8644, kdf="minimum")  # noqa: S104  # written, not bound
    write_host(host)
    write_node(node(tmp_path))
    assert load_host(tmp_path, environment={}) == host
    assert load_node(tmp_path, environment={}) == node(tmp_path)


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    write_node(node(tmp_path))
    given = {"WELLCLEAR_HOST_URL": "http://127.0.0.1:1", "WELLCLEAR_LISTEN": "[::1]:2", "WELLCLEAR_KDF": "sensitive"}
    read = load_node(tmp_path, environment=given)
    assert (read.host_url, read.api_url, read.kdf) == ("http://127.0.0.1:1", "http://[::1]:2", "sensitive")
    assert load_node(tmp_path, environment={"WELLCLEAR_LISTEN": ""}) == node(tmp_path)


def test_a_fault_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    write_node(node(tmp_path))
    with pytest.raises(Misconfigured, match="WELLCLEAR_LISTEN: listen: 'here'"):
        load_node(tmp_path, environment={"WELLCLEAR_LISTEN": "here"})


def test_a_home_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="wellclear node init"):
        load_node(tmp_path, environment={})


def test_a_node_that_has_not_joined_is_loaded_only_on_request(tmp_path: Path) -> None:
    write_node(NodeSettings(tmp_path, "NORTHLAND"))
    assert load_node(tmp_path, joined=False, environment={}).party == "NORTHLAND"
    with pytest.raises(Misconfigured, match="wellclear node join"):
        load_node(tmp_path, environment={})


def test_joining_checks_what_it_is_told(tmp_path: Path) -> None:
    fresh = NodeSettings(tmp_path, "NORTHLAND")
    joined = join_channel(fresh, "https://[::1]:8644/", CHANNEL, None)
    assert (joined.host_url, joined.channel) == ("https://[::1]:8644", CHANNEL)
    with pytest.raises(InvalidValue, match="host_url"):
        join_channel(fresh, "198.51.100.7:8644", CHANNEL, None)
    with pytest.raises(InvalidValue, match="channel"):
        join_channel(fresh, "http://x", "short", None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('party = "northland"', "party"),
        ("party = 7", "party: must be text"),
        ('kdf = "cheap"', "kdf"),
        ("form = 2", "form"),
        ("colour = 1", "colour is no setting"),
        ("[moon]", r"\[moon\] is no table"),
        ('[node]\nhost_url = "ftp://x"', "host_url"),
        ('[node]\nhost_url = "http://x:99999"', "host_url"),
        ('[node]\nchannel = "AA"', "channel"),
        ('[node]\nlisten = "127.0.0.1"', "listen"),
        ('[node]\nca_file = "none.pem"', "ca_file: no file"),
        ("[node]\nlisten = 5", "listen: must be text"),
        ("x = ", "not TOML"),
    ],
)
def test_every_fault_names_the_file_and_the_field(tmp_path: Path, line: str, said: str) -> None:
    lines = {"form": "form = 1", "party": 'party = "NORTHLAND"'}
    top = [text for name, text in lines.items() if not line.startswith(name)]
    tail = [] if line.startswith("[node]") else ["[node]"]
    text = [*top, *tail, line] if line.startswith("[") else [*top, line, *tail]
    (tmp_path / FILE).write_text("\n".join(text))
    with pytest.raises(Misconfigured, match=said) as caught:
        load_node(tmp_path, environment={})
    assert FILE in str(caught.value)


def test_certificate_and_key_belong_together(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").write_text("x")
    write_host(HostSettings(tmp_path, "CASPIA", "caspia.example/x", tls_cert=tmp_path / "tls.pem"))
    with pytest.raises(Misconfigured, match="tls_key"):
        load_host(tmp_path, environment={})


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a" * 70_000, b"x=" + b"[" * 5000, b"x=" + b"9" * 5000])
def test_bytes_that_are_no_settings_are_no_traceback(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / FILE).write_bytes(raw)
    with pytest.raises(Misconfigured):
        load_node(tmp_path, environment={})


def test_text_with_strange_letters_survives(tmp_path: Path) -> None:
    directory = tmp_path / 'a "b" \\ é'
    directory.mkdir()
    (directory / "c.pem").write_text("x")
    write_node(node(tmp_path / "home", ca_file=directory / "c.pem"))
    assert load_node(tmp_path / "home", environment={}).ca_file == directory / "c.pem"


@pytest.mark.parametrize("text", ["127.0.0.1", ":80", "x:y", "x:70000", "", "x:", "x:٣", "x:" + "9" * 5000])
def test_an_address_needs_host_and_port(text: str) -> None:
    with pytest.raises(InvalidValue, match="listen"):
        parse_listen(text)


def test_every_variable_names_a_setting() -> None:
    assert all(name.startswith("WELLCLEAR_") and meaning for name, (_, _, meaning) in ENVIRONMENT.items())

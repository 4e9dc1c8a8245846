from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from wellclear import __version__
from wellclear.apps.cli.main import main
from wellclear.apps.problems import EXIT_CODES
from wellclear.domain.spoken import parse_spoken
from wellclear.edges.keyring import Keyring
from wellclear.edges.settings import load_node

PASS = "correct horse"
REAL_NODE = ["node", "init", "--real", "--kdf", "minimum"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASS)


def node(home: Path, party: str = "NORTHLAND") -> int:
    return main(["node", "init", "--party", party, "--kdf", "minimum", "--home", str(home), "--json"])


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wellclear {__version__}\n"


def test_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{code} {meaning}" in shown for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize("words", [["lunch"], ["ack"], ["draft", "--radius"], ["node", "init"]])
def test_wrong_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Error" in capsys.readouterr().err


def test_a_home_that_is_none_is_6(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--home", str(tmp_path)]) == 6
    told = capsys.readouterr().err
    assert told.startswith("wellclear: ")
    assert "wellclear node init" in told


def test_with_json_errors_are_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--home", str(tmp_path), "--json"]) == 6
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["error"]["code"] == "misconfigured"


def test_a_node_that_does_not_run_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert node(tmp_path) == 0
    channel = "A" * 43 + "="
    join = ["node", "join", "http://127.0.0.1:1", "--channel", channel, "--home", str(tmp_path)]
    assert main([*join, "--yes"]) == 0
    assert main(["board", "--once", "--home", str(tmp_path)]) == 4
    assert "wellclear node serve" in capsys.readouterr().err


class Named(BaseHTTPRequestHandler):
    """A host that says of which channel it is, as `/status` does."""

    channel = "A" * 43 + "="

    def do_GET(self) -> None:
        body = json.dumps({"channel": self.channel, "exercise": "yes"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Named)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_host_that_does_not_answer_is_told_and_takes_no_other_hosts_place(
    answering: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node(tmp_path)
    (tmp_path / "tls.pem").write_text("another host's")
    closed, more = "http://127.0.0.1:1", ["--channel", Named.channel, "--home", str(tmp_path), "--yes"]
    assert main(["node", "join", closed, *more]) == 0
    said = capsys.readouterr().out
    assert "NOBODY ANSWERED" in said and "goes on trying" in said and "has joined" not in said
    assert main(["node", "join", answering, *more]) == 0
    assert "has joined" in capsys.readouterr().out
    assert main(["node", "join", closed, *more, "--ca-file", str(tmp_path / "tls.pem")]) == 4
    assert f"keeps the host at {answering}" in capsys.readouterr().err
    assert load_node(tmp_path).host_url == answering and not (tmp_path / "host.pem").exists()
    assert main(["node", "join", answering, *more, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answered"] == "yes"


def test_a_host_of_another_channel_is_not_joined(
    answering: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node(tmp_path)
    other = ["node", "join", answering, "--channel", "B" * 42 + "A=", "--home", str(tmp_path), "--yes"]
    assert main(other) == 5
    assert "of another channel" in capsys.readouterr().err
    assert load_node(tmp_path, joined=False).host_url == ""


def test_a_hint_names_the_home_that_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "a home"
    node(home)
    join = ["node", "join", "http://127.0.0.1:1", "--channel", Named.channel, "--yes"]
    assert main([*join, "--home", str(home)]) == 0
    assert f"wellclear node serve --home '{home}'" in capsys.readouterr().out
    assert main(["status", "--home", str(home)]) == 4
    assert f"wellclear node serve --home '{home}'" in capsys.readouterr().err
    monkeypatch.setenv("WELLCLEAR_HOME", str(home))
    assert main(join) == 0
    assert "--home" not in capsys.readouterr().out


def test_a_fingerprint_that_was_misheard_is_5(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node(tmp_path)
    channel = "A" * 43 + "="
    join = ["node", "join", "http://127.0.0.1:1", "--channel", channel, "--home", str(tmp_path)]
    assert main([*join, "--fingerprint", "0000 " * 8]) == 5
    said = capsys.readouterr().err.rpartition("this is ")[2].strip()
    assert main([*join, "--fingerprint", said.lower()]) == 0


def test_a_party_has_its_keys_and_its_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert node(tmp_path / "n") == 0
    told = json.loads(capsys.readouterr().out)
    parse_spoken(told["spoken"])
    assert json.loads((tmp_path / "n" / "card.json").read_text())["card"]["party"] == "NORTHLAND"
    assert node(tmp_path / "n") == 6
    assert main(["node", "card", "--home", str(tmp_path / "n"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spoken"] == told["spoken"]


def test_a_channel_is_founded_from_cards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("NORTHLAND", "SOUTHLAND"):
        node(tmp_path / name, name)
    cards = [word for name in ("NORTHLAND", "SOUTHLAND") for word in ("--card", str(tmp_path / name / "card.json"))]
    capsys.readouterr()
    words = ["host", "init", "--party", "CASPIA", "--origin", "caspia.example/x", *cards, "--kdf", "minimum", "--json"]
    assert main([*words, "--home", str(tmp_path / "h"), "--yes"]) == 0
    told = json.loads(capsys.readouterr().out)
    parse_spoken(told["spoken"])
    assert (tmp_path / "h" / "founding.json").is_file()


@pytest.mark.requirement("R24")
def test_no_real_channel_is_founded_with_keys_of_an_exercise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node(tmp_path / "n")
    assert main([*REAL_NODE, "--party", "SOUTHLAND", "--home", str(tmp_path / "s")]) == 0
    cards = [word for name in ("n", "s") for word in ("--card", str(tmp_path / name / "card.json"))]
    words = ["host", "init", "--party", "CASPIA", "--origin", "caspia.example/x", *cards, "--kdf", "minimum", "--yes"]
    capsys.readouterr()
    assert main([*words, "--real", "--home", str(tmp_path / "h")]) == 6
    said = capsys.readouterr().err
    assert "NORTHLAND's card" in said
    assert "wellclear node init --real --party NORTHLAND" in said
    assert not (tmp_path / "h").exists()
    assert main([*words, "--home", str(tmp_path / "e")]) == 0, "an exercise takes both"
    assert main([*REAL_NODE, "--party", "NORTHLAND", "--home", str(tmp_path / "r")]) == 0
    words[words.index(str(tmp_path / "n" / "card.json"))] = str(tmp_path / "r" / "card.json")
    assert main([*words, "--real", "--home", str(tmp_path / "e2")]) == 0


def test_a_key_says_what_it_was_made_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node(tmp_path / "n")
    for standby in ([], ["--standby"]):
        assert main([*REAL_NODE, "--party", "NORTHLAND", "--home", str(tmp_path / f"s{len(standby)}"), *standby]) == 0
    for home, kind in (("n", "yes"), ("s0", "no"), ("s1", "no")):
        capsys.readouterr()
        assert main(["key", "show", "node", "--home", str(tmp_path / home), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["exercise"] == kind
    assert main(["node", "card", "--home", str(tmp_path / "n")]) == 0
    assert "EXERCISE" in capsys.readouterr().out


def test_a_home_with_an_exercises_keys_gets_no_real_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node(tmp_path)
    (tmp_path / "settings.toml").unlink()
    (tmp_path / "keys" / "picture.json").unlink()
    assert main([*REAL_NODE, "--party", "NORTHLAND", "--home", str(tmp_path)]) == 6
    assert "was made for exercises" in capsys.readouterr().err
    assert not (tmp_path / "keys" / "picture.json").exists()


def test_where_nobody_sits_nothing_is_agreed_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node(tmp_path / "n")
    words = [
        "host",
        "init",
        "--party",
        "CASPIA",
        "--origin",
        "c.example/x",
        "--card",
        str(tmp_path / "n" / "card.json"),
    ]
    assert main([*words, "--home", str(tmp_path / "h")]) == 6
    assert "--yes" in capsys.readouterr().err
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["draft", "--file", "/dev/null", "--preview"],
        ["draft", "--preview", "--circle", "1,2"],
        ["safety", "lunch", "--as", "W1"],
        ["passed", "NORTHLAND-1001-9", "--as", "W1", "--echelon", "battery", "--at", "10:00"],
        ["request", "NORTHLAND-1001-9", "altitude", "--as", "W1"],
        ["request", "NORTHLAND-1001-9", "peace", "--as", "W1"],
        ["unable", "NORTHLAND-1001-9", "--as", "W1", "--reason", "no"],
        ["key", "show", "../x"],
        ["verify", "/nowhere", "--channel", "x"],
        ["quickstart", "join", "http://127.0.0.1:1", "--party", "NORTHLAND"],
        ["node", "init", "--party", "northland"],
        ["node", "init", "--party", "NORTHLAND", "--listen", "here"],
        ["node", "init", "--party", "NORTHLAND", "--role", "king"],
        ["officer", "add", "w1", "--role", "watch_officer"],
    ],
)
def test_wrong_input_is_2_and_no_traceback(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = [] if words[0] in ("draft", "verify") else ["--home", str(tmp_path / "h")]
    assert main([*words, *home]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("wellclear: ")
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("passphrase", ["short", ""])
def test_a_passphrase_has_a_length(
    passphrase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", passphrase)
    assert node(tmp_path) == 6
    assert "passphrase" in capsys.readouterr().err


def test_a_passphrase_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WELLCLEAR_PASSPHRASE")
    (tmp_path / "p").write_text("battery staple\nnot this\n")
    words = ["node", "init", "--party", "NORTHLAND", "--kdf", "minimum", "--home", str(tmp_path / "n")]
    assert main([*words, "--passphrase-file", str(tmp_path / "p")]) == 0
    assert main([*words, "--passphrase-file", str(tmp_path / "none")]) == 6


def test_an_officer_sets_another_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node(tmp_path)
    assert main(["key", "passphrase", "node", "--home", str(tmp_path)]) == 6
    monkeypatch.setenv("WELLCLEAR_NEW_PASSPHRASE", "battery staple")
    assert main(["key", "passphrase", "node", "--home", str(tmp_path)]) == 0
    Keyring(tmp_path).unlock("node", "battery staple")
    assert main(["key", "passphrase", "node", "--home", str(tmp_path)]) == 6


@pytest.mark.slow
def test_nobody_reads_the_output(tmp_path: Path) -> None:
    """`wellclear … | head -0` ends quietly."""
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "wellclear.apps.cli.main", "agreement", "template"],
        stdout=write, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.slow
def test_completion_is_offered() -> None:
    environment = {
        **os.environ,
        "_WELLCLEAR_COMPLETE": "complete_bash",
        "COMP_WORDS": "wellclear offi",
        "COMP_CWORD": "1",
    }
    ended = subprocess.run(
        [str(Path(sys.executable).parent / "wellclear")], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stdout.split() == ["officer"]


@pytest.mark.parametrize(
    "origin", ["https://caspia.example/channel", "Caspia.example/channel", "caspia", "a/b/c", "", "a /b"]
)
def test_an_origin_is_looked_at_before_anything_is_asked_or_made(
    origin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["host", "init", "--party", "CASPIA", "--origin", origin, "--card", str(tmp_path / "none.json")]
    assert main([*words, "--home", str(tmp_path / "h")]) == 2
    said = capsys.readouterr().err
    assert "--origin" in said and "such as caspia.example/channel" in said and "[a-z" not in said
    assert not (tmp_path / "h").exists()

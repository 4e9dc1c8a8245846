from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from wellclear.apps.cli.enrolment import Applicant, Enrolment
from wellclear.apps.cli.joining import make_party
from wellclear.apps.cli.main import main
from wellclear.apps.cli.quickstart import await_card
from wellclear.domain.spoken import spoken
from wellclear.edges.tls import certificate_bytes, look_at, make_certificate, trusting
from wellclear.errors import InvalidValue, Misconfigured, Refused, Unavailable

NOW_US = 1_795_000_000_000_000
PASS = "correct horse"


def certificate(directory: Path, name: str, *names: str) -> tuple[Path, Path]:
    import time

    made, key = directory / f"{name}.pem", directory / f"{name}.key"
    make_certificate(names, made, key, common_name=name, now_us=time.time_ns() // 1000)
    return made, key


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[tuple[Enrolment, str, Path]]:
    made, key = certificate(tmp_path, "a", "127.0.0.2")
    enrolment = Enrolment(("127.0.0.2", 0), made, key, {"party": "NORTHLAND", "exercise": "yes"})
    yield enrolment, f"https://127.0.0.2:{enrolment.port}", made
    enrolment.close()


def test_the_certificate_that_is_shown_is_the_one_that_was_made(waiting: tuple[Enrolment, str, Path]) -> None:
    _, url, made = waiting
    assert look_at(url)[0] == certificate_bytes(made)


def test_a_card_goes_over_and_the_channel_comes_back(waiting: tuple[Enrolment, str, Path], tmp_path: Path) -> None:
    enrolment, url, made = waiting
    card = make_party(tmp_path / "b", "SOUTHLAND", ["principal"], PASS, "minimum", exercise=True)
    applicant = Applicant(url, made)
    assert applicant.greeting() == {"party": "NORTHLAND", "exercise": "yes"}
    applicant.send_card(card)
    applicant.send_card(card)
    assert enrolment.next_card(0, 5) == card
    assert enrolment.next_card(1, 0.01) is None
    threading.Thread(target=lambda: enrolment.answer("SOUTHLAND", "founded", "the channel")).start()
    assert applicant.wait_for_channel("SOUTHLAND", 10, lambda _: None) == "the channel"
    assert enrolment.wait_until_fetched("SOUTHLAND", 5)
    applicant.close()


def test_another_card_of_the_same_name_is_turned_away(waiting: tuple[Enrolment, str, Path], tmp_path: Path) -> None:
    enrolment, url, made = waiting
    applicant = Applicant(url, made)
    applicant.send_card(make_party(tmp_path / "b", "SOUTHLAND", ["principal"], PASS, "minimum", exercise=True))
    with pytest.raises(Refused):
        applicant.send_card(make_party(tmp_path / "c", "SOUTHLAND", ["principal"], PASS, "minimum", exercise=True))
    enrolment.answer("SOUTHLAND", "refused")
    with pytest.raises(Refused):
        applicant.wait_for_channel("SOUTHLAND", 5)
    applicant.close()


def test_whoever_shows_another_certificate_gets_no_card(waiting: tuple[Enrolment, str, Path], tmp_path: Path) -> None:
    """The fingerprint that was compared is the only thing that is trusted from then on."""
    _, url, _ = waiting
    other, _ = certificate(tmp_path, "other", "127.0.0.2")
    applicant = Applicant(url, other)
    with pytest.raises(Unavailable, match=r"(?i)certificate"):
        applicant.greeting()
    applicant.close()


def test_a_certificate_holds_for_its_own_address_only(tmp_path: Path) -> None:
    made, key = certificate(tmp_path, "a", "127.0.0.9")
    enrolment = Enrolment(("127.0.0.2", 0), made, key, {})
    applicant = Applicant(f"https://127.0.0.2:{enrolment.port}", made)
    with pytest.raises(Unavailable):
        applicant.greeting()
    applicant.close()
    enrolment.close()


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b"x" * 9000, b"[" * 8000])
def test_what_is_no_card_is_400(waiting: tuple[Enrolment, str, Path], body: bytes) -> None:
    _, url, made = waiting
    answer = httpx.post(f"{url}/quickstart/card", content=body, verify=trusting(made), trust_env=False)
    assert answer.status_code == 400
    assert httpx.get(f"{url}/quickstart/answer/NOBODY", verify=trusting(made), trust_env=False).status_code == 404


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        look_at("https://127.0.0.2:1")
    with pytest.raises(InvalidValue):
        look_at("http://127.0.0.2:1")


def test_what_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("x")
    for path in (tmp_path / "a.pem", tmp_path / "none.pem"):
        with pytest.raises(Misconfigured):
            certificate_bytes(path)
        with pytest.raises(Misconfigured):
            trusting(path)
    with pytest.raises(InvalidValue):
        make_certificate([], tmp_path / "b.pem", tmp_path / "b.key", common_name="x", now_us=NOW_US)


def test_an_address_that_is_taken_is_said_to_be(waiting: tuple[Enrolment, str, Path], tmp_path: Path) -> None:
    enrolment, _, made = waiting
    with pytest.raises(Misconfigured, match="cannot be had"):
        Enrolment(("127.0.0.250.1", enrolment.port), made, made.with_suffix(".key"), {})


@pytest.mark.requirement("R24")
def test_nobody_slips_into_a_real_channel(
    waiting: tuple[Enrolment, str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    enrolment, url, made = waiting
    enrolment.greeting["exercise"] = "no"
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASS)
    words = ["quickstart", "join", url, "--party", "SOUTHLAND", "--heard", spoken(certificate_bytes(made))]
    assert main([*words, "--home", str(tmp_path / "b")]) == 6
    said = capsys.readouterr().err
    assert "REAL" in said
    assert "--real" in said
    assert not (tmp_path / "b" / "keys").exists()


@pytest.mark.requirement("R24")
def test_a_real_channel_turns_an_exercises_card_away_and_waits_on(
    waiting: tuple[Enrolment, str, Path], tmp_path: Path
) -> None:
    enrolment, url, made = waiting
    applicant = Applicant(url, made)
    applicant.send_card(make_party(tmp_path / "b", "SOUTHLAND", ["principal"], PASS, "minimum", exercise=True))
    right = make_party(tmp_path / "c", "WESTLAND", ["principal"], PASS, "minimum", exercise=False)
    applicant.send_card(right)
    assert await_card(enrolment, [], yes=True, exercise=False) == right
    with pytest.raises(Refused):
        applicant.wait_for_channel("SOUTHLAND", 5)
    applicant.close()

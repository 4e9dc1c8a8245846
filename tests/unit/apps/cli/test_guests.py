"""guest: from a form to a slip, on a device with neither network nor node."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tests.bundles import bundle_of
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.commands import run
from wellclear.channel.carrying import read_handed_over
from wellclear.channel.composing import Composed
from wellclear.edges.key_files import KDF_BY_NAME, create_key
from wellclear.testing.sketch import Sketch

NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"
FORM = {
    "to": [f"{SOUTH}/OPS"], "category": "ground", "withhold": [],
    "volumes": [
        {
            "circle": "34.56,38.27", "radius": "5km", "lower": "0m", "upper": "300m", "datum": "AMSL",
            "start": "2026-11-20T10:00Z", "end": "2026-11-20T12:00Z",
        }
    ],
}  # fmt: skip


@pytest.fixture
def sketch(tmp_path: Path) -> Sketch:
    made = Sketch.founded(seed=74)
    guest = made.party(GUEST, "agency")
    guest.guest = True
    made.joint({"do": "admit", "base": made.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    made.enrol(GUEST)
    for person in ("W1", "R1"):
        path = tmp_path / "home" / "keys" / "officers" / f"{person}.json"
        create_key(
            path,
            "person",
            f"{GUEST}/{person}",
            "open",
            guest.seed_of(person),
            exercise=True,
            kdf=KDF_BY_NAME["minimum"],
        )
    (tmp_path / "secret").write_text("open\n")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "form.json").write_text(json.dumps(FORM))
    export(made, tmp_path, "before")
    return made


def export(sketch: Sketch, tmp_path: Path, name: str) -> None:
    write_bundle(bundle_of(sketch), tmp_path / name)


def form(tmp_path: Path) -> int:
    words = [
        "guest",
        "form",
        "form.json",
        "--bundle",
        "before",
        "--desk",
        f"{GUEST}/OPS",
        "--via",
        NORTH,
        "--out",
        "act",
    ]
    return run([str(tmp_path / word) if word in ("form.json", "before", "act") else word for word in words])


def approve(tmp_path: Path, person: str, role: str) -> int:
    return run([
        "guest", "approve", str(tmp_path / "act"), "--bundle", str(tmp_path / "before"), "--role", role, "--as", person,
        "--home", str(tmp_path / "home"), "--passphrase-file", str(tmp_path / "secret"), "--yes",
    ])  # fmt: skip


@pytest.mark.requirement("R21", "R28", "R33")
def test_from_a_form_to_a_slip(sketch: Sketch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert form(tmp_path) == 0
    assert approve(tmp_path, "W1", "drafter") == 0
    assert "MISSING_APPROVAL" in capsys.readouterr().out
    assert approve(tmp_path, "R1", "release_authority") == 0
    assert f"hand it to {NORTH}" in capsys.readouterr().out
    held = read_handed_over((tmp_path / "act").read_bytes())
    assert not held.handed.openings
    composed = Composed(held.act, tuple(held.sent()))
    assert sketch.send(NORTH, composed, held.approvals).stands
    item = str(held.act.id)
    sketch.answer(SOUTH, "passed_to_units", item)
    export(sketch, tmp_path, "after")
    slip, page = tmp_path / "slip", tmp_path / "slip.html"
    assert (
        run(["guest", "slip", item, "--bundle", str(tmp_path / "after"), "--out", str(slip), "--page", str(page)]) == 0
    )
    told = capsys.readouterr().out
    assert f"carried by {NORTH}" in told and f"{SOUTH}/OPS: passed to units" in told
    assert "EXERCISE" in page.read_text() and "<script" not in page.read_text()
    assert run(["guest", "check", str(slip), "--bundle", str(tmp_path / "after")]) == 0
    assert "It holds." in capsys.readouterr().out
    assert run(["guest", "check", str(slip), "--bundle", str(tmp_path / "before")]) == 1


def test_a_slip_of_nothing_is_said_so(sketch: Sketch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["guest", "slip", "NORTHLAND-1001-9", "--bundle", str(tmp_path / "before"), "--out", str(tmp_path / "slip")]
    assert run(words) != 0
    assert "no notice" in capsys.readouterr().err

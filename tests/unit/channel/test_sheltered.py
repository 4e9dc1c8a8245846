"""What a party hands over of others' sites and the like: no opening, by no export, and it says how many it kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET, structs

from tests.bundles import READBACK, SketchSource, bundle_of, exporter_of
from wellclear.apps.bundle.export import export_path
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.bundle.verify import verify_path
from wellclear.apps.timeline import timeline_of_bundle, timeline_of_store
from wellclear.channel.composing import Told, subject
from wellclear.channel.copies import in_copies
from wellclear.domain.parts import FindingRow, Findings
from wellclear.log.bundle import MANIFEST, decode_manifest
from wellclear.testing.sketch import START_US, Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
SITE, OWN, AIR = circle(34.5123456, 38.3, 5_000), circle(35.5234567, 39.3, 5_000), circle(36.5345678, 40.3, 5_000)
SITE_E7, OWN_E7, AIR_E7 = b"345123456", b"355234567", b"365345678"


def told_in(files: dict[str, bytes]) -> bytes:
    return b"\n".join(raw for path, raw in files.items() if path.startswith("parts/"))


def left_out_of(files: dict[str, bytes]) -> int:
    count = decode_manifest(files[MANIFEST]).left_out
    return 0 if count is UNSET else count


def finding(sketch: Sketch, one: str, other: str) -> None:
    row = FindingRow(
        a=min(one, other), a_version=1, b=max(one, other), b_version=1, verdict="conflict", lateral_mm=1,
        vertical_mm=1, time_us=1, start_us=START_US, end_us=START_US, lat_e7=345123456, lon_e7=383000000,
    )  # fmt: skip
    group = Findings(group="finding", engine="x", agreement=1, rows=[row])
    composed = sketch.compose("finding", SOUTH, to=["NORTHLAND/OPS"], told=sketch.told([group], [NORTH, SOUTH]))
    assert sketch.send(SOUTH, composed).stands


@pytest.fixture
def sketch() -> Sketch:
    """A site of the other side's, read back and found in conflict; what is the exporter's own; and a plain flight."""
    made = Sketch.founded(seed=64)
    site, _ = made.announce(NORTH, ["SOUTHLAND/OPS"], [SITE], category="protected_site")
    own, _ = made.announce(SOUTH, ["NORTHLAND/OPS"], [OWN], category="deployment")
    made.announce(NORTH, ["SOUTHLAND/OPS"], [AIR])
    made.ack(SOUTH, site, rows=[structs.replace(READBACK, lat_e7=345123456)])
    finding(made, site, own)
    return made


@pytest.mark.requirement("N1", "N13", "R29")
def test_no_bundle_opens_anothers_site_nor_what_repeats_its_place(sketch: Sketch, tmp_path: Path) -> None:
    files = bundle_of(sketch, SOUTH)
    parts = told_in(files)
    assert SITE_E7 not in parts and b"protected_site" not in parts
    assert OWN_E7 in parts and AIR_E7 in parts, "its own, and what needs no consent, it hands over as before"
    assert left_out_of(files) == 6, "four groups, the read-back, the finding"
    assert b"6 that tell of other parties' sites" in files["README.txt"]
    write_bundle(files, tmp_path / "south")
    report = verify_path(tmp_path / "south")
    assert report.ok, report.faults
    assert any("What 6 of them say that SOUTHLAND holds" in line for line in report.unknown)


@pytest.mark.requirement("N1", "N13")
@pytest.mark.parametrize("readers", [(NORTH,), (NORTH, SOUTH), (SOUTH,)])
def test_it_stays_out_whoever_gets_the_bundle(sketch: Sketch, readers: tuple[str, ...]) -> None:
    assert SITE_E7 not in told_in(bundle_of(sketch, SOUTH, readers)), "also its author gets it from itself alone"


@pytest.mark.requirement("R33", "N1")
def test_the_author_hands_over_its_own_and_keeps_the_others(sketch: Sketch) -> None:
    parts = told_in(bundle_of(sketch, NORTH))
    assert SITE_E7 in parts and OWN_E7 not in parts and AIR_E7 in parts


@pytest.mark.requirement("N1", "N13", "R29")
def test_who_was_shown_the_cell_alone_of_its_own_copy_hands_over_none_of_it() -> None:
    """Its category is not open to the reader; that it is a copy for one reader says enough."""
    made = Sketch.founded(seed=65)
    groups = made.notice_groups([SITE], "survey")
    shown = [Told(group, (NORTH, SOUTH) if group.group == "cell" else (), b"") for group in groups]
    told = in_copies(shown, NORTH, lambda: made.salt("copy"))
    item = made.parties[NORTH].next_id()
    composed = made.compose(
        "notice", NORTH, desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], id=item, keep_until="2026-12-01", told=told
    )
    assert made.send(NORTH, composed, made.released(composed)).stands
    assert left_out_of(bundle_of(made, SOUTH)) == 1 and b"1800000000" not in told_in(bundle_of(made, SOUTH))
    volume = Told(told[1].group, (NORTH, SOUTH), told[1].salt)
    further = made.compose(
        "disclose", NORTH, desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], subject=subject(item, 1), told=[volume]
    )
    assert made.send(NORTH, further, made.released(further)).stands
    files = bundle_of(made, SOUTH)
    assert left_out_of(files) == 2 and SITE_E7 not in told_in(files) and SITE_E7 in told_in(bundle_of(made, NORTH))


@pytest.mark.requirement("N1", "N13", "R33")
def test_a_bundle_without_such_parts_says_nothing_of_them() -> None:
    made = Sketch.founded(seed=66)
    made.announce(NORTH, ["SOUTHLAND/OPS"], [AIR])
    files = bundle_of(made, SOUTH)
    assert b"left_out" not in files[MANIFEST] and b"that tell of other parties" not in files["README.txt"]


@pytest.mark.requirement("N1", "N13", "R29")
def test_no_timeline_tells_where_and_when_and_it_says_what_it_leaves_out(sketch: Sketch, tmp_path: Path) -> None:
    report = timeline_of_store(SketchSource(sketch, SOUTH), SOUTH)
    told = "\n".join(report.lines())
    assert "345123456" not in str(report.json()) and "34.5123" not in told and "34°30" not in told
    assert "left out: it tells of another party's site" in told
    assert report.left_out == 6 and "Left out: 6 parts that tell of other parties' sites" in told
    path = tmp_path / "south.tar"
    made = export_path(SketchSource(sketch, SOUTH), exporter_of(sketch, SOUTH), path, made_us=0)
    assert made.left_out == 6 and made.json()["left_out"] == 6 and "Left out: 6 parts" in "\n".join(made.lines())
    again = timeline_of_bundle(path)
    assert again.exit_code == 0 and "345123456" not in str(again.json())
    author = timeline_of_store(SketchSource(sketch, NORTH), NORTH)
    assert author.left_out > 0 and "345123456" in str(author.json()), "its own site its author reads as ever"

"""guest: from a party's first key to a driver's slip, on a device with neither network nor node."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.bundles import bundle_of
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.commands import run
from wellclear.apps.cli.notice_table import example_table
from wellclear.channel.carrying import CarriedAct, HandedOver, read_handed_over
from wellclear.channel.composing import Composed
from wellclear.channel.epochs import epoch_key
from wellclear.channel.sealing import unseal
from wellclear.domain.entry import Approval
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.parts import Rest, open_part
from wellclear.errors import Unverified
from wellclear.testing.sketch import Sketch, circle

TODAY = datetime.now(UTC).date()  # the device says when it speaks by its own clock
NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"
FORM = {
    "to": [f"{SOUTH}/OPS"], "category": "ground", "withhold": [],
    "volumes": [
        {
            "circle": "34.56,38.27", "radius": "5km", "lower": "0m", "upper": "300m", "datum": "AMSL",
            "start": f"{TODAY}T10:00Z", "end": f"{TODAY}T12:00Z",
        }
    ],
}  # fmt: skip


def plan() -> str:
    """The example of a table, a few days from now."""
    days = {"2026-11-22": TODAY, "2026-11-25": TODAY + timedelta(3), "2026-12-20": TODAY + timedelta(28)}
    table = example_table()
    for said, day in days.items():
        table = table.replace(said, f"{day}")
    return table


class Device:
    """A home, a folder, and the channel of a sketch, which the bundle `log` holds as far as it was exported."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sketch = folder, Sketch.founded(seed=74)
        (folder / "secret").write_text("open open open\n")
        (folder / "secret").chmod(0o600)
        (folder / "form.json").write_text(json.dumps(FORM))
        (folder / "plan.csv").write_text(plan())
        self.exports = 0

    def run(self, *words: str, keys: bool = True) -> int:
        opened = ["--home", str(self.folder / "home"), "--passphrase-file", str(self.folder / "secret")]
        return run(["guest", *words, *(opened if keys else ())])

    def at(self, name: str) -> str:
        return str(self.folder / name)

    def export(self) -> str:
        self.exports += 1
        write_bundle(bundle_of(self.sketch), self.folder / f"log{self.exports}")
        return self.log

    @property
    def log(self) -> str:
        return self.at(f"log{self.exports}")

    def admitted(self) -> None:
        assert self.run("init", "--party", GUEST, "--kdf", "minimum") == 0
        card = json.loads((self.folder / "home" / "card.json").read_text())["card"]
        assert not {"node", "cosigner", "picture"} & card.keys()
        public = {"do": "admit", "base": self.sketch.picture.agreement, "admit": card}
        assert self.sketch.joint(public).stands

    def enrolled(self) -> None:
        people = ["--person", "W1=watch_officer", "--person", "R1=release_authority,watch_officer"]
        log, out = self.export(), self.at("roster")
        assert self.run("roster", *people, "--bundle", log, "--out", out, "--kdf", "minimum") == 0
        self.hand_over("roster")
        self.export()

    def form(self, file: str, out: str, *more: str, desk: str = f"{GUEST}/OPS") -> int:
        return self.run(
            "form", self.at(file), "--bundle", self.log, "--desk", desk, "--via", NORTH, "--out", self.at(out), *more
        )

    def approve(self, file: str, person: str, role: str) -> int:
        return self.run("approve", self.at(file), "--bundle", self.log, "--role", role, "--as", person, "--yes")

    def approved(self, file: str) -> None:
        assert self.approve(file, "W1", "drafter") == 0
        assert self.approve(file, "R1", "release_authority") == 0

    def held(self, file: str) -> HandedOver:
        return read_handed_over((self.folder / file).read_bytes())

    def hand_over(self, file: str) -> None:
        """To the log, as NORTHLAND's node would do it: whole entries first, then the acts."""
        handed = self.held(file).handed
        for leaf in handed.leaves():
            assert self.sketch.log(leaf).stands
        for one in handed.acts:
            assert not one.openings
            assert self.sketch.send(NORTH, composed(one), list[Approval](one.approvals)).stands, one.act.kind


def composed(one: CarriedAct) -> Composed:
    sent = iter(one.sent())
    return Composed(one.act, tuple(next(sent) if isinstance(ref.sha, str) else b"" for ref in one.act.parts))


@pytest.fixture
def device(tmp_path: Path) -> Device:
    made = Device(tmp_path)
    made.admitted()
    made.enrolled()
    return made


@pytest.mark.requirement("R21", "R28", "R33")
def test_from_a_form_to_a_slip(device: Device, capsys: pytest.CaptureFixture[str]) -> None:
    assert device.form("form.json", "act") == 0
    assert device.approve("act", "W1", "drafter") == 0
    assert "MISSING_APPROVAL" in capsys.readouterr().out
    assert device.approve("act", "R1", "release_authority") == 0
    assert f"hand it to {NORTH}" in capsys.readouterr().out
    device.hand_over("act")
    item = str(device.held("act").acts[-1].act.id)
    device.sketch.answer(SOUTH, "passed_to_units", item)
    before, after = device.log, device.export()
    slip, page = device.at("slip"), device.at("slip.html")
    assert device.run("slip", item, "--bundle", after, "--out", slip, "--page", page, keys=False) == 0
    told = capsys.readouterr().out
    assert f"carried by {NORTH}" in told and f"{SOUTH}/OPS: passed to units" in told
    assert "EXERCISE" in Path(page).read_text() and "<script" not in Path(page).read_text()
    assert device.run("check", slip, "--bundle", after, keys=False) == 0
    assert "It holds." in capsys.readouterr().out
    assert device.run("check", slip, "--bundle", before, keys=False) == 1


@pytest.mark.requirement("N13", "R25", "R27")
def test_what_a_guest_says_is_sealed_on_its_device_from_who_carries_it(device: Device) -> None:
    table = plan()
    for said in ("NORTHLAND/OPS; ", "NORTHLAND; ", "NORTHLAND=4; ", "NORTHLAND=2; "):
        table = table.replace(said, "")
    (device.folder / "plan.csv").write_text(table)
    assert device.form("plan.csv", "plan") == 0
    handed = device.held("plan").handed
    assert [one.act.kind for one in handed.acts] == ["epoch", "notice", "notice"]
    south, picture = device.sketch.parties[SOUTH], device.sketch.picture
    body = public_of(handed.acts[0].act)
    assert isinstance(body, Epoch) and body.audience == [SOUTH]
    key = epoch_key(south.sealing, picture.channel, GUEST, body, SOUTH)
    convoy = handed.acts[1]
    refs = [ref for ref in convoy.act.parts if isinstance(ref.sha, str)]
    opened = [
        open_part(unseal(raw, key, convoy.act, ref)[0], ref) for raw, ref in zip(convoy.sent(), refs, strict=True)
    ]
    rest = next(group for group in opened if isinstance(group, Rest))
    assert rest.armed_escort == "no" and rest.vehicles
    sent = [ref for one in handed.acts[1:] for ref in one.act.parts if isinstance(ref.sha, str)]
    assert len(sent) > 2 and all(ref.sealed and ref.to == [SOUTH] for ref in sent)
    assert b"convoy leader" not in handed.encode()
    with pytest.raises(Unverified, match="no wrap"):
        epoch_key(device.sketch.parties[NORTH].sealing, picture.channel, GUEST, body, NORTH)
    device.approved("plan")
    device.hand_over("plan")


def test_a_day_long_one_epoch_serves_an_audience_and_versions_follow(device: Device) -> None:
    assert device.form("form.json", "one") == 0
    device.approved("one")
    device.hand_over("one")
    item = str(device.held("one").acts[-1].act.id)
    device.export()
    assert device.form("form.json", "two", "--amends", item) == 0
    assert [one.act.kind for one in device.held("two").acts] == ["amend"]
    device.approved("two")
    device.hand_over("two")
    assert device.sketch.picture.items[item].version == 2
    device.export()
    words = ["--bundle", device.log, "--desk", f"{GUEST}/OPS", "--via", NORTH, "--out", device.at("three")]
    assert device.run("end", item, "--cancel", *words) == 0
    device.approved("three")
    device.hand_over("three")
    assert device.sketch.picture.items[item].state == "CANCELLED"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lorry:12; car:2,no,", "lorry:12; car:2,,", "armed_escort"),
        (",hospital,", ",,", "site"),
        ("lorry:12", "lorry", "SORT:NUMBER"),
        ("armed_escort", "target", "'target' is no column"),
        ("T09:30Z,AMSL", "T04:30Z,AMSL", "line 2"),
        ("aid_movement", "protected_site", "stands still"),
    ],
)  # fmt: skip
@pytest.mark.requirement("R27", "R29", "N4")
def test_a_table_with_a_fault_gives_nothing(
    device: Device, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = plan()
    assert old in table
    (device.folder / "plan.csv").write_text(table.replace(old, new))
    assert device.form("plan.csv", "plan") != 0
    assert said in capsys.readouterr().err
    assert not (device.folder / "plan").exists()


def test_who_is_no_guest_here_or_whose_notice_it_is_not_is_refused(
    device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    item, _ = device.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.55, 38.30, 5_000)])
    device.export()
    assert device.form("form.json", "act", "--amends", item) != 0
    assert NORTH in capsys.readouterr().err
    assert device.form("form.json", "act", desk=f"{GUEST}/NONE") != 0
    assert "NOT_YOUR_DESK" in capsys.readouterr().err
    assert device.run("roster", "--person", "W1", "--bundle", device.log, "--out", device.at("r")) != 0
    assert "HANDLE=ROLE" in capsys.readouterr().err


def test_a_slip_of_nothing_is_said_so(device: Device, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["slip", "NORTHLAND-1001-9", "--bundle", device.log, "--out", device.at("slip")]
    assert device.run(*words, keys=False) != 0
    assert "no notice" in capsys.readouterr().err

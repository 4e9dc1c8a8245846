"""Checks for the tests of the map: of files, and of drafts against a channel."""

from __future__ import annotations

from tests.unit.apps.check.plans import START_US, plan, planned, volume
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.apps.check.against import compared_with, meetings
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.minima import default_minima
from wellclear.apps.check.plan import Checked, checked
from wellclear.interop.planned import Planned, Skipped

HOSTILE = "</script><script>alert(1)</script><!--\"'&<img src=x onerror=alert(2)>"
TURNING = "A-1\u202e317-B"


def of_files(*items: Planned | Skipped) -> Checked:
    return checked(plan(*items), default_minima())


def clash(a: str = "A-1", b: str = "B-1") -> Checked:
    """Two circles that overlap by half."""
    return of_files(planned(a, "NORTH", volume(34.5, 38.3)), planned(b, "SOUTH", volume(34.5, 38.31)))


def of_channel(other: Announced, *, exercise: bool = False) -> ChannelChecked:
    """Two drafts of NORTH against one notice of SOUTH."""
    own = plan(planned("D-1", "NORTH", volume(34.5, 38.3)), planned("D-2", "NORTH", volume(36.5, 39.3)))
    engine = ReferenceEngine(default_minima().of)
    engine.add(other)
    found = meetings(engine, [one.announced() for one in own.notices.values()], {other.id: other})
    told = compared_with([other], ["NORTH", "SOUTH"], "NORTH")
    return ChannelChecked(
        own, "NORTH", tuple(found), default_minima(), told, 12, "the node's picture", agreed=True, exercise=exercise
    )


def theirs(lat: float, lon: float, *, coarse: bool = False, hours: float = 1) -> Announced:
    about = volume(lat, lon, 7_654_321, start_us=START_US + 61_000_000, hours=hours)
    return Announced("SOUTH-OPS-7", 2, "SOUTH", "air", (about,), coarse)

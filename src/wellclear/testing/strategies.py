"""Hypothesis strategies over a sketched channel: what parties may do, and what hostile ones may put into parts.

Needs Hypothesis, which only tests install.

    @given(histories())
    def test_something(history): sketch = play(Sketch.founded(), history)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from wellclear.channel.composing import subject
from wellclear.domain.agreement import DAY_US, Category
from wellclear.domain.canonical import INTEGER_MAX
from wellclear.domain.entry import Act
from wellclear.domain.kinds import REASON_CODES, REQUEST_CODES, SAFETY_CODES
from wellclear.domain.parts import (
    Articles,
    Cell,
    Difference,
    FindingRow,
    Findings,
    Group,
    Message,
    Nature,
    Readback,
    ReadbackRow,
    ReadbackWrong,
    RequestDetails,
    Rest,
    Safety,
    Units,
    Volumes,
)
from wellclear.domain.quantities import Position
from wellclear.picture.view_items import Unopened
from wellclear.picture.view_parts import open_parts
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

integers = st.one_of(
    st.integers(-3, 3),
    st.integers(-INTEGER_MAX, INTEGER_MAX),
    st.sampled_from([2**53, -(2**63), 10**30, -(10**400), START_US]),
)
"""Small, large and absurd ones; the absurd would not pass the canonical form, and must not hurt all the same."""
latitudes = st.one_of(st.integers(-900_000_000, 900_000_000), st.sampled_from([-900_000_000, 0, 900_000_000]))
longitudes = st.one_of(
    st.integers(-1_800_000_000, 1_800_000_000), st.sampled_from([-1_800_000_000, 0, 1_800_000_000])
)  # fmt: skip
moments = st.one_of(st.integers(0, INTEGER_MAX), st.integers(START_US - DAY_US, START_US + DAY_US))
counts = st.integers(0, INTEGER_MAX)

json_values = st.recursive(
    st.one_of(integers, st.text(max_size=8), st.none(), st.booleans(), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip
"""Any JSON at all, fractions, nulls and booleans included."""


def position(lat_e7: int, lon_e7: int) -> Position:
    """A position from a longitude of any number of turns."""
    return Position(lat_e7, (lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000)


_positions = st.one_of(
    st.tuples(latitudes, longitudes).map(list), st.lists(integers, max_size=3), json_values
)  # fmt: skip
_rings = st.lists(_positions, max_size=5)
_bands = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {"datum": st.sampled_from(["W84", "AMSL", "STD", "AGL"])}, optional={"lower_mm": integers, "upper_mm": integers}
    ),
)


@st.composite
def volume_fields(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a volume: sound, nearly sound, or nonsense under the right names."""
    if draw(st.booleans()):
        start_us = draw(st.integers(START_US - DAY_US, START_US + DAY_US))
        lat, lon = draw(latitudes) / 10**7, draw(longitudes) / 10**7
        return circle(lat, min(lon, 179.9), draw(st.integers(1, 200_000)), start_us=start_us)
    fields: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"kind": st.one_of(st.sampled_from(["circle", "corridor", "polygon", "polygons"]), json_values)},
            optional={
                "centre": _positions,
                "radius_mm": integers,
                "route": _rings,
                "half_width_mm": integers,
                "times_us": st.lists(integers, max_size=3),
                "rings": st.lists(_rings, max_size=2),
                "polygons": st.lists(st.lists(_rings, max_size=2), max_size=2),
                "band": _bands,
                "start_us": integers,
                "end_us": integers,
            },
        )
    )
    return fields


_categories: st.SearchStrategy[Category] = st.sampled_from(get_args(Category))
_texts = st.text(min_size=1, max_size=20)
readback_rows = st.builds(
    ReadbackRow, lat_e7=latitudes, lon_e7=longitudes, start_us=moments,
    lower_mm=st.one_of(st.just(msgspec.UNSET), st.integers(-INTEGER_MAX, INTEGER_MAX)),
    upper_mm=st.one_of(st.just(msgspec.UNSET), st.integers(-INTEGER_MAX, INTEGER_MAX)),
)  # fmt: skip
_ids = st.one_of(st.sampled_from(["NORTHLAND-1001-9", "SOUTHLAND-1001-6", "NORTHLAND-1002-7"]), st.text(max_size=8))
finding_rows = st.builds(
    FindingRow, a=_ids, b=_ids, a_version=st.integers(1, 3), b_version=st.integers(1, 3),
    verdict=st.sampled_from(["conflict", "possible", "none"]), lateral_mm=counts, vertical_mm=counts, time_us=counts,
    start_us=moments, end_us=moments, lat_e7=latitudes, lon_e7=longitudes,
)  # fmt: skip

cells = st.builds(
    Cell, group=st.just("cell"), south_e7=latitudes, north_e7=latitudes, west_e7=longitudes, east_e7=longitudes,
    start_us=moments, end_us=moments,
)  # fmt: skip
_differences = st.builds(
    Difference, volume=counts, field=st.sampled_from(["position", "lower", "start"]), said=_texts, read=_texts
)
groups: st.SearchStrategy[Group] = st.one_of(
    cells,
    st.builds(Volumes, group=st.just("volume"), volumes=st.lists(volume_fields(), min_size=1, max_size=3)),
    st.builds(Nature, group=st.just("category"), category=_categories),
    st.builds(Rest, group=st.just("rest"), activity=_texts, count=counts),
    st.builds(Safety, group=st.just("safety"), text=_texts, volumes=st.lists(volume_fields(), max_size=2)),
    st.builds(Message, group=st.just("message"), language=st.just("en"), text=_texts),
    st.builds(Readback, group=st.just("readback"), volumes=st.lists(readback_rows, max_size=3)),
    st.builds(
        ReadbackWrong, group=st.just("readback_wrong"), differences=st.lists(_differences, min_size=1, max_size=2)
    ),
    st.builds(Units, group=st.just("units"), echelon=_texts, at_us=moments),
    st.builds(RequestDetails, group=st.just("request"), datum=st.sampled_from(["W84", "STD"]), start_us=moments),
    st.builds(
        Findings, group=st.just("finding"), engine=_texts, agreement=st.integers(1, 3),
        rows=st.lists(finding_rows, min_size=1, max_size=3),
    ),
    st.builds(Articles, group=st.just("articles"), text=_texts, open_points=st.lists(_texts, max_size=2)),
)  # fmt: skip
"""A field group of any kind, with hostile contents."""


@st.composite
def openings(draw: st.DrawFn, act: Act, stored: Mapping[str, bytes]) -> dict[str, Group | Unopened]:
    """What some reader might hold of an act's parts: the truth, nothing, a failure, or any other group."""
    held = open_parts(act, stored)
    opened: dict[str, Group | Unopened] = {}
    for ref in act.parts:
        choice = draw(st.sampled_from(["truth", "truth", "none", "failed", "other"]))
        if choice == "truth" and ref.commit in held:
            opened[ref.commit] = held[ref.commit]
        elif choice == "failed":
            opened[ref.commit] = Unopened("unverified")
        elif choice == "other":
            opened[ref.commit] = draw(groups)
    return opened


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a party of the sketch does; what does not fit the moment is remarked or left out."""

    kind: str
    party: str
    number: int
    seconds: int
    volumes: tuple[dict[str, Any], ...]


_KINDS = (
    "announce", "announce", "amend", "ack", "ack", "confirm", "readback_wrong", "cancel", "complete", "passed",
    "message", "safety", "request", "comply", "unable", "finding", "receipt", "receipt", "time", "wait",
)  # fmt: skip


def histories(most: int = 14) -> st.SearchStrategy[list[Deed]]:
    """What two parties and their host do, one after the other, within some days."""
    deed = st.builds(
        Deed,
        kind=st.sampled_from(_KINDS),
        party=st.sampled_from(["NORTHLAND", "SOUTHLAND"]),
        number=st.integers(0, 5),
        seconds=st.one_of(st.integers(0, 120), st.integers(0, 2 * 86_400), st.just(11 * 86_400)),
        volumes=st.lists(st.integers(1, 50_000).map(lambda m: circle(34.5, 38.3, m)), min_size=1, max_size=2).map(
            tuple
        ),
    )
    return st.lists(deed, max_size=most)


def play(sketch: Sketch, history: list[Deed]) -> Sketch:
    """Do all of it, in order; the sketch itself comes back."""
    for deed in history:
        sketch.advance(deed.seconds)
        for clock in ("CASPIA", "NORTHLAND"):  # now follows
            sketch.time(clock)
        _do(sketch, deed)
    return sketch


def _do(sketch: Sketch, deed: Deed) -> None:
    other = "SOUTHLAND" if deed.party == "NORTHLAND" else "NORTHLAND"
    desk = sketch.parties[other].desk
    if deed.kind == "announce":
        sketch.announce(deed.party, [desk], list(deed.volumes), keep_until="2026-12-20")
    elif deed.kind == "message":
        sketch.message(deed.party, [desk], "a message")
    elif deed.kind == "safety":
        sketch.safety(deed.party, [desk], SAFETY_CODES[deed.number % len(SAFETY_CODES)])
    elif deed.kind in ("receipt", "time"):
        (sketch.receipt if deed.kind == "receipt" else sketch.time)(deed.party)
    elif deed.kind != "wait" and sketch.picture.items:
        items = sorted(sketch.picture.items)
        _answer(sketch, deed, items[deed.number % len(items)])


def _answer(sketch: Sketch, deed: Deed, item: str) -> None:
    row = sketch.picture.items[item]
    author, party = sketch.parties[deed.party], deed.party
    to = [row.desk] if row.party != party else list(row.to)
    if deed.kind == "ack":
        first = ReadbackRow(lat_e7=345_000_000, lon_e7=383_000_000, start_us=START_US, lower_mm=0, upper_mm=10_000_000)
        sketch.ack(party, item, row.version, [first] * (deed.number % 3))
    elif deed.kind == "amend":
        told = sketch.told(sketch.notice_groups(list(deed.volumes)), sorted({party, *sketch.parties}))
        act = sketch.compose(
            "amend", party, desk=author.desk, to=to, precedence="P", subject=subject(item, row.version + 1),
            keep_until="2026-12-21", told=told,
        )  # fmt: skip
        sketch.send(party, act, sketch.released(act))
    elif deed.kind in ("confirm", "readback_wrong"):
        sketch.answer(party, deed.kind, item, row.version, public={"desk": row.to[0]})
    elif deed.kind == "request":
        told = sketch.told([RequestDetails(group="request")], sorted(sketch.parties))
        act = sketch.compose(
            "request", party, desk=author.desk, to=to, id=author.next_id(), subject=subject(item, row.version),
            code=REQUEST_CODES[deed.number % 2], told=told,
        )  # fmt: skip
        sketch.send(party, act, sketch.watched(act))
    elif deed.kind == "finding":
        _find(sketch, party, to)
    else:
        kind = "passed_to_units" if deed.kind == "passed" else deed.kind
        members = {"code": REASON_CODES[deed.number]} if kind == "unable" else {}
        sketch.answer(party, kind, item, row.version, **members)


def _find(sketch: Sketch, party: str, to: list[str]) -> None:
    """A finding on every pair of newest versions, whoever announced them."""
    items = sorted(sketch.picture.items.items())[:4]
    rows = [
        FindingRow(
            a=a, b=b, a_version=one.version, b_version=other.version, verdict="conflict", lateral_mm=0, vertical_mm=0,
            time_us=0, start_us=START_US, end_us=START_US + SECOND_US, lat_e7=345_000_000, lon_e7=383_000_000,
        )
        for a, one in items
        for b, other in items
        if a < b
    ]  # fmt: skip
    if rows:
        group = Findings(group="finding", engine="sketch", agreement=1, rows=rows)
        act = sketch.compose("finding", party, to=to, told=sketch.told([group], sorted(sketch.parties)))
        sketch.send(party, act)

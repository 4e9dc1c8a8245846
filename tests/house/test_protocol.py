"""docs/protocol.md is the code's equal: every kind, member, row, reason, tag and limit stands in both."""

from __future__ import annotations

import ast
import json
import re
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from tests.house.protocol_page import members, page, section, tables
from tests.house.sources import ROOT, modules
from wellclear.channel import admission, sequencer
from wellclear.channel.outbox import RATE_PAUSE_US
from wellclear.domain import agreement, canonical, entry, kinds, parts
from wellclear.domain.kinds import KINDS, Asks, Subjects
from wellclear.domain.reasons import FINAL_NOT, Reason
from wellclear.picture import epochs, membership, registration, rows
from wellclear.picture.picture import TABLES


def fields(wire: type[msgspec.Struct]) -> dict[str, bool]:
    """Names of a wire type's members, and whether each must be there."""
    return {field.name: field.default is msgspec.NODEFAULT for field in msgspec.structs.fields(wire)}


@pytest.mark.requirement("R40")
def test_every_kind_has_its_row() -> None:
    page_rows = {row["kind"]: row for row in tables("Kinds")[0]}
    assert list(page_rows) == list(KINDS), "the same kinds in the same order"
    for name, kind in KINDS.items():
        row = page_rows[name]
        assert row["linked by"] == kind.linked.value, name
        assert row["approvals"] == kind.asks.value, name
        assert row["subject"] == ("–" if kind.subjects is Subjects.NONE else kind.subjects.value), name
        for column, wanted in (("id", kind.has_id), ("desk", kind.has_desk), ("to", kind.has_to)):
            assert row[column] == ("yes" if wanted else "–"), f"{name}: {column}"
        assert row["always"] == ("yes" if kind.always else "–"), name
        owes = {"receipt": kind.owes_receipt, "ack": kind.owes_ack}
        assert set(row["owes"].split()) - {"–"} == {word for word, wanted in owes.items() if wanted}, name
        assert members(row["public"]) == ({} if kind.public is None else fields(kind.public)), name
        assert tuple(members(row["parts"])) == parts.GROUPS_OF_KIND.get(name, ()), name
        codes = {"safety": kinds.SAFETY_CODES, "request": kinds.REQUEST_CODES, "reason": kinds.REASON_CODES, "–": ()}
        assert codes[row["code"]] == kind.codes, name
        assert set(members(row["rows"])) - {"and what it puts in force"} <= {*TABLES, "proposal"}, name


def test_every_code_of_a_kind_is_listed() -> None:
    text = " ".join(section("Kinds").split())
    for codes in (kinds.SAFETY_CODES, kinds.REQUEST_CODES, kinds.REASON_CODES):
        assert ", ".join(codes) in text
    assert ", ".join(agreement.CATEGORIES) in " ".join(section("Agreement").split())
    assert {asks.value for asks in Asks} == {row["approvals"] for row in tables("Kinds")[0]}


def test_the_rates_are_those_of_the_code() -> None:
    (table,) = tables("Rates")
    share, reserve, entries, size = [row["figure"] for row in table]
    settings = agreement.default_settings()
    assert f"({settings.entries_per_minute} unless agreed otherwise; 60 to 1,000,000)" in share
    assert reserve.startswith(f"`entries_per_minute` / {admission.RESERVED_PART},")
    assert entries.startswith(f"{sequencer.PENDING_MAX},") and f"{sequencer.PENDING_MAX // 2} for" in entries
    assert size.startswith(f"{sequencer.PENDING_BYTES_MAX},") and f"{sequencer.PENDING_BYTES_MAX // 2} for" in size
    for row in table[1:]:
        assert hasattr(admission, row["where it stands"].strip("`")) or hasattr(
            sequencer, row["where it stands"].strip("`")
        )
    assert f"**`{admission.NEVER_REFUSED}` is never refused for rate.**" in section("Rates")
    assert Reason.RATE in FINAL_NOT and "RATE **is not final**" in section("Rates")
    assert RATE_PAUSE_US == 1_000_000 and "A node waits a second" in section("Rates")


def test_every_table_of_the_picture_has_its_row() -> None:
    page_rows = {row["table"]: row for row in tables("Public items")[0]}
    types = {name: getattr(rows, f"{name.capitalize()}Row") for name in TABLES}
    assert set(page_rows) == set(TABLES)
    for name, wire in types.items():
        assert members(page_rows[name]["fields (`?`: may be absent)"]) == fields(wire), name
        for field, hint in get_type_hints(wire).items():
            for value in get_args(hint) if field in ("state", "kind") else ():
                assert value in page_rows[name]["what it is"], f"{name}: {value}"


def test_every_reason_has_its_sentence() -> None:
    listed = {row["code"]: row["what it says"] for row in tables("Reasons")[0]}
    assert listed == {reason.value: reason.sentence for reason in Reason}


def test_every_reason_of_the_fold_has_its_place_in_the_order() -> None:
    """What `picture` can remark is named where the page says which reason wins, and nothing else is."""
    used = {
        node.attr
        for source in modules()
        if source.path.startswith("src/wellclear/picture/") and "view" not in source.path
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason"
    }
    used |= {"TOO_LARGE", "BAD_ENVELOPE", "BAD_SIGNATURE"}  # found before there is a picture
    judged = set(re.findall(r"\b[A-Z][A-Z_]{4,}\b", section("Order of judging")))
    assert judged == used & set(Reason.__members__)


def test_every_object_of_the_entry_has_its_members() -> None:
    listed = {row["object"]: members(row["members (`?`: may be absent)"]) for row in tables("Entry")[0]}
    types: dict[str, Any] = {
        "act": entry.Act, "subject": entry.Subject, "part": entry.PartRef, "link": entry.Link, "head": entry.Head,
        "approval": entry.Approval,
    }  # fmt: skip
    assert listed == {name: fields(wire) for name, wire in types.items()}
    assert all(role in section("Entry") for role in get_args(entry.Role))


def test_every_group_has_its_members() -> None:
    listed = {row["group"]: members(row["members (`?`: may be absent)"]) for row in tables("Parts")[0]}
    groups: dict[str, Any] = {group.__struct_fields__[0] and _name_of(group): group for group in get_args(parts.Group)}
    assert {name: {"group": True, **row} for name, row in listed.items()} == {n: fields(g) for n, g in groups.items()}


def _name_of(group: type[msgspec.Struct]) -> str:
    name: str = get_args(get_type_hints(group)["group"])[0]
    return name


def test_the_agreement_and_the_joint_acts_have_their_members() -> None:
    listed = {row["object"]: list(members(row["members"])) for row in tables("Agreement")[0]}
    types: dict[str, Any] = {
        "settings": agreement.Settings, "deadlines": agreement.Deadlines, "minima": agreement.Minima,
        "default_minima": agreement.DefaultMinima, "lead_times": agreement.LeadTime,
        "tolerances": agreement.Tolerances, "disclosure": agreement.Disclosure,
    }  # fmt: skip
    assert listed == {name: list(fields(wire)) for name, wire in types.items()}
    joint = {row["do"]: set(members(row["further members"])) for row in tables("Bootstrap and change")[0]}
    assert joint == kinds.PROPOSE_MEMBERS
    uses = {row["use"] for row in tables("Keys")[0]}
    assert uses == set(get_args(kinds.KeyUse))
    for wire in (kinds.PartyCard, kinds.HostCard, kinds.RosterDesk, kinds.RosterPerson, kinds.NotOpened):
        wanted = ", ".join(name if must else f"{name}?" for name, must in fields(wire).items())
        assert wanted in " ".join(page().split()), wire.__name__


def test_the_limits_are_the_codes() -> None:
    listed = {row["what"]: int(row["at most"].removesuffix(" bytes")) for row in tables("Limits")[0]}
    assert listed == {
        "a leaf": entry.LEAF_BYTES_MAX,
        "a part": entry.PART_BYTES_MAX,
        "the text of a part": entry.PART_TEXT_BYTES_MAX,
        "a submission": entry.SUBMISSION_BYTES_MAX,
        "nested containers": canonical.DEPTH_MAX,
        "desks in `to`": entry.DESKS_MAX,
        "parts of an entry": entry.PARTS_MAX,
        "approvals of an entry": entry.APPROVALS_MAX,
        "keys of a party": registration.KEYS_MAX,
        "open proposals of a party": membership.OPEN_PROPOSALS_MAX,
        "parties in an audience": kinds.AUDIENCE_MAX,
        "live epochs of a party": epochs.EPOCHS_MAX,
    }


def test_every_tag_that_is_signed_or_hashed_is_named() -> None:
    """`wellclear/box/1` marks key files, which are nobody else's business."""
    tags = {
        tag
        for source in modules()
        if source.layer in ("domain", "log", "picture", "channel")
        for tag in re.findall(r"wellclear/[a-z]+/v?[0-9]+", source.text)
    }
    assert tags == set(re.findall(r"wellclear/[a-z]+/v?[0-9]+", page()))


def test_what_the_page_quotes_of_the_vectors_is_theirs() -> None:
    vectors = {path.stem: json.loads(path.read_text(encoding="ascii")) for path in ROOT.glob("docs/vectors/*.json")}
    quoted = set(re.findall(r"\b[0-9a-f]{64}\b", page()))
    worked = vectors["picture"]["worked"]
    entry_vector = vectors["entry"]
    assert quoted == {
        entry_vector["act_hash"], entry_vector["leaf_hash"], worked["digest_before"], worked["digest"],
    }, "run `make golden`, and bring the page's excerpts along"  # fmt: skip
    assert {f"{name}.json" for name in vectors} <= set(re.findall(r"`(\w+\.json)`", page()))

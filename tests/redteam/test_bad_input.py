"""The list of bad input: each is refused with its reason, by a test that stands here or is named here and exists."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
from pathlib import Path

import msgspec
import pytest

from tests.bundles import bundle_of, scripted, signed_again
from tests.house.sources import ROOT
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.sealing import PartKey, context, random_of, unseal
from wellclear.channel.verify import verify_bundle
from wellclear.domain.canonical import b64
from wellclear.domain.parts import Message
from wellclear.errors import Refused
from wellclear.log.bundle import POLICY
from wellclear.testing.sketch import Sketch

ELSEWHERE = {
    "wrong audience": ("unit/picture/test_epochs", "who_can_open_nothing_owes_nothing"),
    "wrong level": ("unit/channel/test_levels", "a_wrong_level_is_refused_with_its_reason"),
    "unknown epoch": ("unit/picture/test_epochs", "who_can_open_nothing_owes_nothing"),
    "ended epoch": ("unit/picture/test_epochs", "a_newer_epoch_for_the_same_readers_mends_none_that_has_ended"),
    "altered header under a valid ciphertext": (
        "unit/channel/test_sealing", "stored_bytes_do_not_open_under_another_header",
    ),
    "commitment mismatch": ("unit/apps/node/test_false_part", "a_false_part_is_kept_as_proof_rung_and_not_received"),
    "approval of another entry": ("unit/picture/test_fold_rules", "an_approval_is_of_one_act_and_of_its_time"),
    "own release": ("unit/channel/test_bad_entries", "an_own_release_is_logged_as_a_remark_and_announces_nothing"),
    "revoked key at index and index + 1": (
        "properties/picture/test_fold", "a_revoked_key_counts_at_its_index_and_not_after",
    ),
    "small-order and non-canonical keys": ("vectors/log/test_log_vectors", "keys_that_may_be_registered"),
    "small-order sealing key": ("unit/domain/test_keys", "a_point_of_small_order_hides_nothing_and_is_refused"),
    "signatures under such keys": ("vectors/log/test_log_vectors", "one_strict_verdict_on_hostile_signatures"),
    "a witness asked to sign backwards": ("unit/log/test_witness", "a_witness_is_never_asked_backwards"),
    "a checkpoint with extension lines": ("unit/log/test_witness", "a_checkpoint_with_an_extension_line_is_refused"),
}  # fmt: skip


@pytest.mark.parametrize("bad", ELSEWHERE)
def test_what_is_tested_elsewhere_is_there(bad: str) -> None:
    path, name = ELSEWHERE[bad]
    tree = ast.parse((ROOT / "tests" / f"{path}.py").read_text(encoding="utf-8"))
    assert f"test_{name}" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.requirement("R33", "R39")
def test_a_random_that_was_used_before_opens_nothing(tmp_path: Path) -> None:
    """Two parts of one author under the same 32 bytes: the second one is not received, and says why."""
    sketch = Sketch.founded(seed=71, epochs=True)
    sketch.sealed = True
    south = Bench(Relay(sketch), "SOUTHLAND", tmp_path / "south.sqlite")
    for number in range(2):
        composed = sketch.compose(
            "message", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"],
            id=sketch.parties["NORTHLAND"].next_id(),
            told=sketch.told([Message(group="message", language="en", text=f"number {number}")], ["SOUTHLAND"]),
        )  # fmt: skip
        act, (ref,) = composed.act, composed.act.parts
        epoch = sketch.epoch_key("NORTHLAND", int(ref.epoch or 0))
        opening, _ = unseal(composed.sent[0], epoch, act, ref)
        random = bytes(range(32))
        stored = PartKey.derive(epoch, random, context(act, ref)).seal(opening, random, context(act, ref))
        assert random_of(stored) == random
        ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
        act = msgspec.structs.replace(act, parts=[ref])
        composed = dataclasses.replace(composed, act=act, stored=(stored,))
        sketch.send("NORTHLAND", composed, sketch.watched(composed))
    south.follow()
    south.fetch()
    (row,) = south.core.parts.wanted.values()  # the other one was received
    with pytest.raises(Refused, match=r"RANDOM_REUSED: part .{8}: another part has used"):
        south.core.epochs.opening(row.act, row.ref, sketch.parts[str(row.ref.sha)])
    ((index, author, remark),) = south.core.remarks
    assert (index, author, remark.reason) == (row.index, "NORTHLAND", "RANDOM_REUSED")
    south.core.tick()
    (receipt,) = [item.act.public for item in south.core.outbox.items.values() if item.act.kind == "receipt"]
    assert receipt and receipt["not_opened"] == [{"index": row.index, "why": "reused"}], "whoever asks"
    assert not south.core.evidence_files, "and nobody is convicted of it"


@pytest.mark.requirement("R33", "N9")
def test_a_policy_with_a_name_twice_is_refused() -> None:
    """Also under a new manifest of a lying exporter: the policy follows from the log, to the byte."""
    sketch = scripted()
    files = bundle_of(sketch)
    line = next(line for line in files[POLICY].split(b"\n") if line.startswith(b"witness NORTHLAND "))
    for doubled in (line + b"\n" + line, line + b"\n" + line.replace(b"witness NORTHLAND", b"witness SOUTHLAND")):
        wrong = signed_again(files | {POLICY: files[POLICY].replace(line, doubled)}, sketch)
        faults = [fault for fault in verify_bundle(wrong).faults if fault.file == POLICY]
        assert faults and "not the policy of this channel" in faults[0].why

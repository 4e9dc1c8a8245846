from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.bundles import SketchSource, bundle_of, eventful, exporter_of, frozen_bundle, refusal, scripted, signed_again
from tests.golden.scenarios import membership
from wellclear.channel.bundle import bundle_files
from wellclear.channel.composing import link
from wellclear.channel.verify import verify_bundle
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.spoken import spoken
from wellclear.errors import Misconfigured
from wellclear.log.bundle import MANIFEST, MANIFEST_SIG, Fault, log_files, sign_manifest, tree_of
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return scripted()


def files() -> Files:
    return dict(frozen_bundle())


def said(found: list[Fault]) -> str:
    return "\n".join(map(str, found))


def lied(sketch: Sketch, leaves: list[bytes]) -> list[Fault]:
    """What is found when the exporter made every file anew over other leaves, manifest and all, but for the note."""
    honest = files()
    kept = {path: raw for path, raw in honest.items() if not path.startswith("tile/")}
    made = kept | log_files(leaves, tree_of(leaves), honest["checkpoint"])
    return verify_bundle(signed_again(made, sketch)).faults


@pytest.mark.requirement("R33")
def test_an_export_verifies_from_its_files_alone() -> None:
    verdict = verify_bundle(files())
    assert verdict.ok, said(verdict.faults)
    assert verdict.picture.channel == scripted().channel
    assert len(verdict.holds) > 8
    words = " ".join(verdict.unknown)
    assert spoken(unb64(verdict.picture.channel)) in words
    assert "told the truth" in words


def test_the_same_input_gives_the_same_bytes() -> None:
    assert bundle_of(scripted()) == files()


def test_every_party_can_show_it_alone(sketch: Sketch) -> None:
    for party in sketch.parties:
        assert verify_bundle(bundle_of(sketch, party)).ok


def test_the_id_that_was_read_aloud_is_compared(sketch: Sketch) -> None:
    assert verify_bundle(files(), channel=sketch.channel).ok
    assert "which you named" in said(verify_bundle(files(), channel=b64(bytes(32))).faults)


def test_only_what_each_reader_wrote_or_was_told_is_opened(sketch: Sketch) -> None:
    def parts(made: Files) -> int:
        return sum(path.startswith("parts/") for path in made)

    alone = parts(bundle_of(sketch, "CASPIA"))
    south = parts(bundle_of(sketch, "SOUTHLAND"))
    together = parts(bundle_of(sketch, "SOUTHLAND", ["SOUTHLAND", "CASPIA"]))
    assert (alone, together) == (0, 0)
    assert south == len(sketch.parts)
    closed = verify_bundle(bundle_of(sketch, "CASPIA"))
    assert closed.ok
    assert any("sealed" in line for line in closed.unknown)


def test_export_needs_the_partys_own_keys(sketch: Sketch) -> None:
    mixed = replace(exporter_of(sketch, "NORTHLAND"), party="SOUTHLAND")
    with pytest.raises(Misconfigured, match="node key"):
        bundle_files(SketchSource(sketch), mixed, made_us=0)


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(
    "path", ["checkpoint", "tile/0/000.p/14", "picture.txt", "README.txt", "notes/5", "policy.txt"]
)
def test_missing_truncated_and_additional_files_are_named(path: str) -> None:
    missing = files()
    del missing[path]
    assert path in said(verify_bundle(missing).faults)
    short = files()
    short[path] = short[path][:-1]
    assert path in said(verify_bundle(short).faults)
    more = files() | {"notes/999": b"x", "evil.sh": b"x", "../x": b"", "parts/" + "0" * 64: b"y"}
    words = said(verify_bundle(more).faults)
    assert all(name in words for name in ("notes/999", "evil.sh", "../x", "parts/000"))


@pytest.mark.parametrize("path", [MANIFEST, MANIFEST_SIG])
def test_without_manifest_the_log_is_checked_all_the_same(path: str) -> None:
    bare = files()
    del bare[path]
    verdict = verify_bundle(bare)
    assert path in said(verdict.faults)
    assert any("checkpoint's root" in line for line in verdict.holds)


@pytest.mark.requirement("R33", "N9")
@pytest.mark.parametrize(
    ("name", "change", "index"),
    [
        ("dropped", lambda leaves: leaves.pop(9), 9),
        ("swapped", lambda leaves: leaves.__setitem__(slice(9, 11), [leaves[10], leaves[9]]), 9),
        ("inserted twice", lambda leaves: leaves.insert(9, leaves[8]), 9),
        ("replaced", lambda leaves: leaves.__setitem__(9, leaves[9].replace(b'"rules":1', b'"rules":2')), 9),
        ("cut off", lambda leaves: leaves.pop(), None),
    ],
)
def test_a_lying_exporter_fails_on_the_log_itself(
    sketch: Sketch, name: str, change: Callable[[list[bytes]], object], index: int | None
) -> None:
    leaves = list(sketch.leaves)
    change(leaves)
    found = lied(sketch, leaves)
    assert found, name
    assert not any("after the export" in fault.why for fault in found), "the manifest is the liar's own"
    if index is not None:
        assert index in {fault.index for fault in found}


@pytest.mark.requirement("N9")
def test_a_rewritten_log_with_a_checkpoint_of_its_own_is_not_the_hosts(sketch: Sketch) -> None:
    leaves = list(sketch.leaves)
    del leaves[-1]
    tree = tree_of(leaves)
    forged = Checkpoint(sketch.origin, len(leaves), tree.root())
    note = sign_checkpoint(forged, sketch.parties["SOUTHLAND"].key("node"))
    kept = {path: raw for path, raw in files().items() if not path.startswith("tile/")}
    verdict = verify_bundle(signed_again(kept | log_files(leaves, tree, note), sketch))
    assert Fault("checkpoint", None, "no known key signed it") in verdict.faults


@pytest.mark.requirement("R33", "N9")
def test_a_host_that_signed_two_histories_is_convicted_by_two_notes(sketch: Sketch) -> None:
    changed = files()
    fork = Checkpoint(sketch.origin, 9, bytes(32))
    changed["notes/9"] = sign_checkpoint(fork, sketch.parties[sketch.host].key("log"))
    found = verify_bundle(signed_again(changed, sketch)).faults
    assert [fault.file for fault in found] == ["notes/9"]
    assert "evidence" in found[0].why


@pytest.mark.requirement("R33", "N9")
def test_nobody_is_convicted_by_a_checkpoint_that_another_signed(sketch: Sketch) -> None:
    leaves = sketch.leaves[:9] + sketch.leaves[10:]
    tree = tree_of(leaves)
    kept = {path: raw for path, raw in files().items() if not path.startswith("tile/")}
    forged = Checkpoint(sketch.origin, 13, tree.root())
    for signer, convicted in (("SOUTHLAND", False), ("CASPIA", True)):
        note = sign_checkpoint(forged, sketch.parties[signer].key("log"))
        found = verify_bundle(signed_again(kept | log_files(leaves, tree, note), sketch)).faults
        assert any("evidence" in fault.why for fault in found) == convicted


def test_heads_tell_where_a_log_was_changed(sketch: Sketch) -> None:
    """Entry 9 is exchanged for another good one of its author: its signature holds, but everybody saw another one."""
    leaves = list(sketch.leaves)
    leaves[9] = leaves[11]
    heads = [fault for fault in lied(sketch, leaves) if "HEAD_DIFFERS" in fault.why]
    assert len(heads) == 1
    assert heads[0].index == 10
    assert heads[0].why.endswith("The first difference lies in entries 8 to 9")


@pytest.mark.requirement("R34")
def test_a_picture_without_one_amendment_has_another_digest() -> None:
    whole = eventful()
    at = next(index for index, leaf in enumerate(whole.leaves) if b'"kind":"amend"' in leaf)
    picture = Picture()
    kept = [leaf for index, leaf in enumerate(whole.leaves) if index != at]
    for index, leaf in enumerate(kept):
        picture = fold(picture, whole.logged(index, leaf)).picture
    made = bundle_of(whole)
    size = len(whole.leaves)
    assert not any(fault.file == "picture.txt" for fault in verify_bundle(made).faults)
    wrong = PictureStatement(whole.origin, size, picture.digest)
    made["picture.txt"] = sign_statement(wrong, "SOUTHLAND/picture", whole.parties["SOUTHLAND"].key("picture"))
    assert "picture.txt" in {fault.file for fault in verify_bundle(signed_again(made, whole)).faults}


def test_a_note_must_be_the_hosts_and_of_its_size(sketch: Sketch) -> None:
    changed = files()
    changed["notes/9"] = changed["notes/8"]
    alien = Checkpoint(sketch.origin, 7, sketch.tree.root(7))
    changed["notes/7"] = sign_checkpoint(alien, sketch.parties["NORTHLAND"].key("node"))
    found = {fault.file: fault.why for fault in verify_bundle(signed_again(changed, sketch)).faults}
    assert found.keys() == {"notes/7", "notes/9"}
    assert "8 entries" in found["notes/9"]


def test_a_note_beyond_this_copy_is_not_judged(sketch: Sketch) -> None:
    changed = files()
    later = Checkpoint(sketch.origin, 99, bytes(32))
    changed["notes/99"] = sign_checkpoint(later, sketch.parties[sketch.host].key("log"))
    verdict = verify_bundle(signed_again(changed, sketch))
    assert verdict.ok
    assert any("notes/99" in line for line in verdict.unknown)


@pytest.mark.requirement("R33")
def test_an_altered_part_does_not_fit_its_commitment(sketch: Sketch) -> None:
    changed = files()
    path = min(path for path in changed if path.startswith("parts/"))
    changed[path] = changed[path].replace(b"group", b"GROUP")
    found = verify_bundle(signed_again(changed, sketch)).faults
    assert [fault.file for fault in found] == [path]
    assert found[0].index is not None


@pytest.mark.requirement("R33")
def test_a_part_that_nobody_sent_is_no_part(sketch: Sketch) -> None:
    path = f"parts/{hashlib.sha256(b'x').hexdigest()}"
    found = verify_bundle(signed_again(files() | {path: b"x"}, sketch)).faults
    assert found == [Fault(path, None, "no entry of this log commits to it")]


def test_a_false_picture_statement_is_found(sketch: Sketch) -> None:
    changed = files()
    key = sketch.parties["SOUTHLAND"].key("picture")
    wrong = PictureStatement(sketch.origin, 14, bytes(32))
    changed["picture.txt"] = sign_statement(wrong, "SOUTHLAND/picture", key)
    assert "digest" in said(verify_bundle(signed_again(changed, sketch)).faults)
    older = PictureStatement(sketch.origin, 11, sketch.steps[10].picture.digest)
    changed["picture.txt"] = sign_statement(older, "SOUTHLAND/picture", key)
    assert verify_bundle(signed_again(changed, sketch)).ok
    alien = sign_statement(older, "SOUTHLAND/picture", sketch.parties["NORTHLAND"].key("picture"))
    changed["picture.txt"] = alien
    assert "picture.txt" in said(verify_bundle(signed_again(changed, sketch)).faults)


def test_a_manifest_under_a_strangers_key_is_no_exporters(sketch: Sketch) -> None:
    changed = signed_again(files(), sketch, "NORTHLAND")
    assert "picture.txt" in said(verify_bundle(changed).faults), "the statement is SOUTHLAND's"
    fields = dict(canonical.decode(changed[MANIFEST], "x")) | {"party": "CASPIA"}
    changed[MANIFEST] = canonical.encode(fields)
    changed[MANIFEST_SIG] = sign_manifest(changed[MANIFEST], sketch.parties["NORTHLAND"].key("node"))
    assert "no key of CASPIA" in said(verify_bundle(changed).faults)


@pytest.mark.requirement("R24")
def test_a_manifest_that_makes_an_exercise_real_is_found(sketch: Sketch) -> None:
    changed = files()
    changed[MANIFEST] = canonical.encode(dict(canonical.decode(changed[MANIFEST], "x")) | {"exercise": "no"})
    changed[MANIFEST_SIG] = sign_manifest(changed[MANIFEST], sketch.parties["SOUTHLAND"].key("node"))
    found = verify_bundle(changed).faults
    assert found == [Fault(MANIFEST, None, "says otherwise, but entry 0 makes this channel an exercise")]


@pytest.mark.requirement("R33")
def test_a_manifest_that_its_exporter_did_not_sign_is_found() -> None:
    changed = files()
    fields = dict(canonical.decode(changed[MANIFEST], "x"))
    changed[MANIFEST] = canonical.encode(fields | {"made": int(str(fields["made"])) + 1})
    assert [fault.file for fault in verify_bundle(changed).faults] == [MANIFEST_SIG]


def test_a_policy_with_another_key_is_found(sketch: Sketch) -> None:
    changed = files()
    changed["policy.txt"] = changed["policy.txt"].replace(b"quorum none", b"quorum parties")
    assert "policy.txt" in said(verify_bundle(signed_again(changed, sketch)).faults)


def test_a_refusal_is_the_hosts_word(sketch: Sketch) -> None:
    good = bundle_of(sketch, refusals=[refusal(sketch)])
    verdict = verify_bundle(good)
    assert verdict.ok
    path = next(path for path in good if path.startswith("refusals/"))
    good[path] = good[path].replace(b"RATE", b"LATE")
    assert said(verify_bundle(signed_again(good, sketch)).faults) == f"{path}: no host of this channel signed it"


def test_what_a_host_must_not_log_is_a_fault_with_its_index() -> None:
    sketch = scripted()
    sketch.log(b"nonsense")
    sketch.log(sketch.leaves[9])
    found = verify_bundle(bundle_of(sketch)).faults
    assert [fault.index for fault in found] == [14, 15]
    assert "BAD_ENVELOPE" in found[0].why


def test_a_head_of_another_log_is_a_fault_with_its_index() -> None:
    sketch = scripted()
    author = sketch.parties["NORTHLAND"]
    act = sketch.compose("time", "NORTHLAND").act
    sketch.log(link(act, [], author.key("node"), author.chains["node"], (9, bytes(32)), sketch.now_us))
    found = verify_bundle(bundle_of(sketch)).faults
    assert [(fault.index, "HEAD_DIFFERS" in fault.why) for fault in found] == [(14, True)]


@pytest.mark.requirement("R33", "N9")
def test_nothing_hides_behind_an_entry_that_the_host_has_logged_and_signed() -> None:
    """Junk in the log itself changes no root and no picture: another lie is no consequence of it."""
    sketch = scripted()
    sketch.log(b"nonsense")
    author = sketch.parties["NORTHLAND"]
    act = sketch.compose("time", "NORTHLAND").act
    sketch.log(link(act, [], author.key("node"), author.chains["node"], (15, bytes(32)), sketch.now_us))
    changed = bundle_of(sketch)
    wrong = PictureStatement(sketch.origin, 16, bytes(32))
    changed["picture.txt"] = sign_statement(wrong, "SOUTHLAND/picture", sketch.parties["SOUTHLAND"].key("picture"))
    changed["policy.txt"] = changed["policy.txt"].replace(b"quorum none", b"quorum parties")
    found = verify_bundle(signed_again(changed, sketch)).faults
    assert {(fault.file, fault.index, fault.follows) for fault in found} == {
        ("", 14, False), ("", 15, False), ("picture.txt", None, False), ("policy.txt", None, False),
    }  # fmt: skip


@pytest.mark.parametrize("made", [{}, {"checkpoint": b""}, {"checkpoint": b"x\n9999999999999999\nAA==\n\n"}])
def test_nothing_at_all_is_no_bundle(made: Files) -> None:
    verdict = verify_bundle(made)
    assert not verdict.ok
    assert verdict.picture == Picture()


def test_a_checkpoint_that_claims_the_moon_costs_nothing(sketch: Sketch) -> None:
    changed = files()
    moon = Checkpoint(sketch.origin, 2**63 - 1, bytes(32))
    changed["checkpoint"] = sign_checkpoint(moon, sketch.parties[sketch.host].key("log"))
    assert "these files hold fewer" in said(verify_bundle(signed_again(changed, sketch)).faults)


class MovedSource(SketchSource):
    """NORTHLAND is the host from entry 21 on, with an origin and a log key of its own."""

    def note(self, size: int) -> bytes:
        if size < 22:
            return super().note(size)
        checkpoint = Checkpoint("north.example/sketch", size, self.sketch.tree.root(size))
        return sign_checkpoint(checkpoint, self.sketch.parties["NORTHLAND"].key("log2"))


def test_after_a_change_of_host_each_note_is_under_the_key_of_its_time() -> None:
    sketch = membership()
    assert sketch.picture.host is not None
    assert sketch.picture.host.party == "NORTHLAND"
    exporter = exporter_of(sketch, "CASPIA")
    good = bundle_files(MovedSource(sketch), exporter, made_us=0)
    found = [fault for fault in verify_bundle(good).faults if fault.index is None]
    assert found == [], said(found)
    old = bundle_files(SketchSource(sketch), exporter, made_us=0)
    assert "checkpoint" in {fault.file for fault in verify_bundle(old).faults}


def test_a_revoked_key_exports_nothing() -> None:
    sketch = membership()
    with pytest.raises(Misconfigured, match="revoked"):
        bundle_files(MovedSource(sketch), exporter_of(sketch, "SOUTHLAND"), made_us=0)


def test_progress_is_told() -> None:
    heard: list[tuple[int, int]] = []
    verify_bundle(files(), progress=lambda done, of: heard.append((done, of)))
    assert heard == [(14, 14)]

"""Two checkpoints of one log that cannot both be true, and the file that convicts it.

Only signed evidence halts a node: two notes under the log's own key. Of one size, other roots are enough. Of two sizes,
it takes a consistency proof that fits the newer note but leads to *another* root for the older size: the newer root
binds every node of its tree, so no proof of an honest log can lead to a root that it did not sign. The evidence is
therefore a few hundred bytes beside the notes, whatever the size of the log, and needs no entry to be shown.

The evidence file is lines of text:

    wellclear/evidence/1
    the sentence that it proves
    key <vkey of the log>
    root <base64: the older size's root as the newer note has it>      } only of two sizes
    proof <base64 hash>                                                } any number
    note <number of lines>
    ... the note, line by line ...
    note <number of lines>
    ... the other note ...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import Equivocation, InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, open_checkpoint, parse_number
from wellclear.log.merkle import EMPTY_ROOT, HASH_BYTES, Tree, verify_consistency
from wellclear.log.note import ED25519, NOTE_BYTES_MAX, Verifier, parse_vkey

EVIDENCE_BYTES_MAX = 2 * NOTE_BYTES_MAX + (1 << 16)

FIRST_LINE: Final = "wellclear/evidence/1"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an evidence file says; `check_evidence` is what proves it.

    `note_a` is the older note, if the sizes differ; then `root` is the root of its size that `proof` leads to.
    """

    sentence: str
    key: Verifier
    note_a: bytes
    note_b: bytes
    root: bytes | None = None
    proof: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The bytes of the file."""
        lines = [FIRST_LINE, self.sentence, f"key {self.key.vkey()}"]
        if self.root is not None:
            lines.append(f"root {b64(self.root)}")
        lines += [f"proof {b64(one)}" for one in self.proof]
        file = "".join(line + "\n" for line in lines).encode()
        for note in (self.note_a, self.note_b):
            file += b"note %d\n" % note.count(b"\n") + note
        return file


def check_pair(
    note_a: bytes,
    note_b: bytes,
    origin: str,
    log_key: bytes,
    proof: Sequence[bytes] | None = None,
    root: bytes | None = None,
) -> None:
    """Return if two checkpoints of the log are both true, as far as roots and the consistency proof show.

    Args:
        note_a: a checkpoint's note.
        note_b: another one; the order does not matter.
        origin: the log that must have signed both.
        log_key: the log's 32-byte Ed25519 key.
        proof: from the smaller size to the greater one; needed when they differ and the smaller is not 0.
        root: the smaller size's root in the tree of the greater note, from whoever holds that tree; the proof must
            lead to it from there. Without it an unlike proof is just a bad proof, and convicts nobody.

    Raises:
        Malformed: a note does not parse.
        Unverified: a note is not the log's, or the proof is missing or does not hold.
        Equivocation: both notes are the log's, and they cannot both be true. Its evidence is three byte strings: the
            two notes, the older first, and the evidence file over them.
    """
    a, b = open_checkpoint(note_a, origin, log_key), open_checkpoint(note_b, origin, log_key)
    if a.size > b.size:
        a, b, note_a, note_b = b, a, note_b, note_a
    why = _contradiction(a, b, proof, root)
    if why is not None:
        at_odds_by_proof = 0 < a.size < b.size  # of one size, the notes alone convict
        evidence = Evidence(
            why,
            Verifier(origin, ED25519, log_key),
            note_a,
            note_b,
            root if at_odds_by_proof else None,
            tuple(proof or ()) if at_odds_by_proof else (),
        )
        raise Equivocation(f"log {origin}", why, (note_a, note_b, evidence.encode()))


def check_pair_in(tree: Tree, note_a: bytes, note_b: bytes, origin: str, log_key: bytes) -> None:
    """`check_pair` for a holder of the tree that the greater of the two notes covers.

    Raises:
        Malformed, Unverified, Equivocation: as `check_pair`; Unverified also when the tree is not that of the note.
    """
    a, b = open_checkpoint(note_a, origin, log_key), open_checkpoint(note_b, origin, log_key)
    old, new = sorted((a, b), key=lambda checkpoint: checkpoint.size)
    if old.size == new.size:
        check_pair(note_a, note_b, origin, log_key)
        return
    if tree.size < new.size or tree.root(new.size) != new.root:
        raise Unverified("tree", f"is not the one of {new.size} entries that the newer note covers")
    proof = tree.consistency_proof(old.size, new.size)
    check_pair(note_a, note_b, origin, log_key, proof, tree.root(old.size))


def decode_evidence(file: bytes) -> Evidence:
    """The parts of an evidence file; nothing is verified.

    Raises:
        Malformed: not an evidence file, or not in its one spelling.
        Unverified: its key is one that must not be registered.
    """
    source = "evidence"
    if len(file) > EVIDENCE_BYTES_MAX:
        raise Malformed(source, "", f"longer than {EVIDENCE_BYTES_MAX} bytes")
    try:
        lines = file.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(source, f"byte {error.start}", "not UTF-8") from error
    if lines[0] != FIRST_LINE or len(lines) < 3:
        raise Malformed(source, "line 1", f"{FIRST_LINE} expected")
    key = parse_vkey(lines[2].removeprefix("key "))
    at = 3
    roots, at = _hashes(lines, at, "root ", source)
    proof, at = _hashes(lines, at, "proof ", source)
    note_a, at = _note(lines, at, source)
    note_b, at = _note(lines, at, source)
    evidence = Evidence(lines[1], key, note_a, note_b, roots[0] if roots else None, tuple(proof))
    if evidence.encode() != file:
        raise Malformed(source, "", "not in its one spelling")
    return evidence


def check_evidence(file: bytes) -> str:
    """The sentence that an evidence file proves against the holder of the key in it.

    Whoever reads it must still know whose key that is: compare `decode_evidence(file).key` with the log's own.

    Raises:
        Malformed: not an evidence file.
        Unverified: it proves nothing, or not its sentence.
    """
    evidence = decode_evidence(file)
    name, key = evidence.key.name, evidence.key.public_key
    try:
        check_pair(evidence.note_a, evidence.note_b, name, key, evidence.proof, evidence.root)
    except Equivocation as found:
        if found.evidence[2] != file:
            raise Unverified(
                "evidence", f"it proves another sentence or holds more than it needs: {found.why}"
            ) from None
        return found.why
    raise Unverified("evidence", "both notes can be true")


def _contradiction(a: Checkpoint, b: Checkpoint, proof: Sequence[bytes] | None, root: bytes | None) -> str | None:
    """Why two verified checkpoints, a.size <= b.size, cannot both be true; None if they can."""
    for one in (a, b):
        if one.size == 0 and one.root != EMPTY_ROOT:
            return f"{a.origin} signed an empty tree with root {b64(one.root)}, which is not that of an empty tree"
    if a.size == b.size:
        if a.root == b.root:
            return None
        return f"{a.origin} signed two trees of size {a.size}, one with root {b64(a.root)}, one with {b64(b.root)}"
    if a.size == 0:
        return None  # the empty tree is a prefix of all
    if proof is None:
        raise Unverified("checkpoints", f"a consistency proof from {a.size} to {b.size} is needed")
    # With no root of its own the proof can only show that the notes agree.
    root_found = a.root if root is None else root
    verify_consistency(a.size, root_found, b.size, b.root, proof)
    if root_found == a.root:
        return None
    return (
        f"{a.origin} signed a tree of size {a.size} with root {b64(a.root)}, and a tree of size {b.size} "
        f"whose first {a.size} entries have root {b64(root_found)}"
    )


def _hashes(lines: list[str], at: int, prefix: str, source: str) -> tuple[list[bytes], int]:
    """The hashes of the lines from `at` on that start with `prefix`, and the line after them."""
    found = []
    while at < len(lines) and lines[at].startswith(prefix):
        try:
            found.append(unb64(lines[at].removeprefix(prefix), HASH_BYTES, field=prefix.strip()))
        except InvalidValue as error:
            raise Malformed(source, f"line {at + 1}", f"{error.field}: {error.why}") from error
        at += 1
    return found, at


def _note(lines: list[str], at: int, source: str) -> tuple[bytes, int]:
    """The note that stands from line `at` on, and the line after it."""
    where = f"line {at + 1}"
    if at >= len(lines) or not lines[at].startswith("note "):
        raise Malformed(source, where, "`note` and its number of lines expected")
    end = at + 1 + parse_number(lines[at].removeprefix("note "), source, where)
    if end >= len(lines):  # the last of `lines` is what stands after the final LF
        raise Malformed(source, where, f"{end - at - 1} lines expected, {len(lines) - at - 2} left")
    return "".join(line + "\n" for line in lines[at + 1 : end]).encode(), end

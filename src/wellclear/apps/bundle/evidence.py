"""Evidence on disk: what a file proves, against which key, and whose key that is by a bundle of the channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wellclear.apps.bundle.files import read_bundle
from wellclear.channel.false_part import FALSE_PART_BYTES_MAX, FIRST_LINE, check_false_part
from wellclear.channel.policy import log_verifier
from wellclear.channel.verify import verify_bundle
from wellclear.errors import Malformed, Unavailable, Unverified
from wellclear.log.equivocation import EVIDENCE_BYTES_MAX, check_evidence, decode_evidence
from wellclear.log.equivocation import FIRST_LINE as OF_A_HOST


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file proves against the holder of a key: base64 of an author's, the vkey of a log's."""

    sentence: str
    key: str
    party: str = ""
    """The party in whose name an author's key spoke; empty of evidence against a host."""


def read_file(path: Path) -> bytes:
    """The bytes of a file of evidence, as many as one can have and one more.

    Raises:
        Unavailable: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(max(EVIDENCE_BYTES_MAX, FALSE_PART_BYTES_MAX) + 1)
    except OSError as error:
        raise Unavailable(str(path), error.strerror or "cannot be read") from error


def judged_at(path: Path) -> Judged:
    """What a file on disk proves; every error names the file.

    Raises:
        Unavailable: it cannot be read.
        Malformed, Unverified: as `judged`.
    """
    file = read_file(path)
    try:
        return judged(file)
    except Malformed as error:
        raise Malformed(f"{path}: {error.source}", error.where, error.why) from error
    except Unverified as error:
        raise Unverified(f"{path}: {error.what}", error.why) from error


def judged(file: bytes) -> Judged:
    """What a file proves, by the sort that its first line names.

    Raises:
        Malformed: no file of evidence.
        Unverified: it proves nothing.
    """
    if not file.startswith((FIRST_LINE.encode() + b"\n", OF_A_HOST.encode() + b"\n")):
        why = f"its first line is neither {OF_A_HOST} (against a host) nor {FIRST_LINE} (against an author)"
        raise Malformed("evidence", "line 1", why)
    if file.startswith(FIRST_LINE.encode() + b"\n"):
        found = check_false_part(file)
        return Judged(found.sentence, found.key, found.party)
    sentence = check_evidence(file)
    return Judged(sentence, decode_evidence(file).key.vkey())


def key_owner(bundle: Path, found: Judged) -> str:
    """Whose key evidence convicts, by the log of a bundle; one of the two histories will do.

    Raises:
        Malformed, Unavailable, InvalidValue: the bundle cannot be read.
        Unverified: it does not verify, its log does not know the key, or the key is another party's.
    """
    verdict = verify_bundle(read_bundle(bundle))
    if not verdict.ok and not verdict.sound_but_for_heads:
        raise Unverified(str(bundle), "does not verify, so it tells nothing of keys")
    picture = verdict.picture
    if not found.party:
        if log_verifier(picture).vkey() != found.key:
            raise Unverified("evidence", "its key is not that of this channel's log")
        assert picture.host is not None, "the log has a key"
        return f"that of the log, held by {picture.host.party}"
    row = picture.keys.get(found.key)
    if row is None or row.party != found.party:
        owner = "nobody's" if row is None else f"{row.party}'s"
        raise Unverified(
            "evidence", f"its key is {owner} in this channel, not {found.party}'s: it convicts no {found.party}"
        )
    return f"{row.party}'s {row.use} key"

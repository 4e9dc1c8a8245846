"""What the witnesses of a log post to its host: checked against the host's own tree, the newest of each cosigner kept.

The line itself shows who may say so, and nothing else does. A restart forgets them; nodes post anew within seconds.
"""

from __future__ import annotations

from typing import Final, Literal, TypedDict

from wellclear.channel.policy import cosigners, ended_cosigners, log_verifier
from wellclear.channel.witnesses import Cosigned, Witnesses
from wellclear.domain.reasons import Reason
from wellclear.errors import Malformed, Refused, Unverified
from wellclear.log.checkpoint import Checkpoint, parse_checkpoint
from wellclear.log.merkle import Tree
from wellclear.log.note import Verifier, known_lines, parse_note
from wellclear.picture.picture import Picture

COSIGNED_BYTES_MAX: Final = 16 * 1024
"""A checkpoint with the log's line and a few more."""


class CosignatureAnswer(TypedDict):
    """Over how many entries a cosignature or a statement was taken, and whether it said more than what is kept."""

    size: int
    news: Literal["yes", "no"]


class Cosignatures:
    """The book of one host."""

    def __init__(self) -> None:
        self._book = Witnesses()
        self._keys: object = None
        self._live: list[Verifier] = []
        self._ended: dict[tuple[str, bytes], int] = {}

    def take(
        self, note: bytes, picture: Picture, tree: Tree, now_us: int, mono_us: int
    ) -> tuple[Checkpoint, list[Cosigned]]:
        """The checkpoint that was posted, and those of its cosignatures that are news.

        Raises:
            Malformed: no note of a checkpoint, or too long.
            Unverified: of another log or another tree, or no live cosigner has signed it; or one of its lines is
                wrong, stands there twice, or is of a key that has ended.
            Refused: over more entries than this log has.
        """
        if len(note) > COSIGNED_BYTES_MAX:
            raise Malformed("cosignature", "", f"longer than {COSIGNED_BYTES_MAX} bytes")
        checkpoint = parse_checkpoint(parse_note(note, "cosignature").text, "cosignature")
        origin = log_verifier(picture).name
        if checkpoint.origin != origin:
            raise Unverified("cosignature", f"over {checkpoint.origin}, and this is {origin}")
        if checkpoint.size > tree.size:
            raise Refused(Reason.HEAD_AHEAD, f"over {checkpoint.size} entries, and this log has {tree.size}")
        if checkpoint.root != tree.root(checkpoint.size):
            raise Unverified("cosignature", f"over another tree of {checkpoint.size} entries than this log's")
        self._check_lines(picture, note)
        if not self._book.is_known(picture, note):
            raise Unverified("cosignature", "no live cosigner of this channel has signed it")
        return checkpoint, self._book.hear(picture, tree, note, now_us, mono_us)

    def lines(self, picture: Picture, size: int) -> list[bytes]:
        """The newest lines over the log of that size."""
        return self._book.lines(picture, size)

    def _check_lines(self, picture: Picture, note: bytes) -> None:
        """Raise `Unverified` for a line that is there twice, that does not hold, or whose key has ended.

        The lines of keys that the channel never knew are passed over, as in any note.
        """
        if picture.keys is not self._keys:
            self._keys, self._live = picture.keys, [key for _, key in cosigners(picture)]
            self._ended = {(key.name, key.key_id): at for key, at in ended_cosigners(picture).items()}
        parsed = parse_note(note, "cosignature")
        lines = [(line.name, line.key_id) for line in parsed.signatures]
        twice = next((line for at, line in enumerate(lines) if line in lines[:at]), None)
        if twice is not None:
            raise Unverified("cosignature", f"two lines by one key of {twice[0]}")
        known_lines(parsed, self._live)
        ended = next((line for line in lines if line in self._ended), None)
        if ended is not None:
            why = f"a line by a key of {ended[0]} that has ended with entry {self._ended[ended]}"
            raise Unverified("cosignature", why)

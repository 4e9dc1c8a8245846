"""Taking public keys into the picture, and ending them (protocol, "Keys").

Every key is registered once in the life of a channel, for one party and one use. A party has at most `KEYS_MAX` of
them, ended ones included, so that what one member can make all others carry and search is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import UNSET
from rpds import HashTrieSet

from wellclear.domain.canonical import unb64
from wellclear.domain.keys import check_mldsa_key, check_public_key, check_sealing_key
from wellclear.domain.kinds import KeyUse
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture.picture import Draft, Picture
from wellclear.picture.rows import KeyRow

KEYS_MAX = 4096
_CHECKS: dict[KeyUse, Callable[[bytes], None]] = {"sealing": check_sealing_key, "cosigner_mldsa44": check_mldsa_key}
"""Of every other use it is an Ed25519 key."""


def keys_fault(picture: Picture, party: str, keys: Iterable[tuple[KeyUse, str]]) -> tuple[Reason, str] | None:
    """Why these new keys, by use, may not be registered for a party, all of them together; None when they may."""
    uses = list(keys)
    wanted = [key for _, key in uses]
    taken = next((key for key in wanted if key in picture.keys), None)
    if taken is not None or len(set(wanted)) != len(wanted):
        return Reason.KEY_TAKEN, taken or "each key has one use"
    if len(picture.keys_of.get(party) or ()) + len(wanted) > KEYS_MAX:
        return Reason.TOO_MANY, f"{party} has had {KEYS_MAX} keys"
    for use, key in uses:
        try:
            _CHECKS.get(use, check_public_key)(unb64(key))
        except InvalidValue as error:
            return Reason.BAD_KEY, f"{key}: {error.why}"
    return None


def register(draft: Draft, key: str, party: str, use: KeyUse, person: str | None = None) -> None:
    """Take a key into the picture; `keys_fault` has seen it."""
    row = KeyRow(party=party, use=use, state="live", since=draft.index, person=UNSET if person is None else person)
    draft.put("key", key, row)
    keys_of = draft.read("keys_of")
    draft.write("keys_of", keys_of.insert(party, (keys_of.get(party) or HashTrieSet()).insert(key)))


def live_keys_of(picture: Picture, party: str) -> Iterator[tuple[str, KeyRow]]:
    """The live keys of a party as a picture has them, in the order of their spelling."""
    rows = ((key, picture.keys[key]) for key in sorted(picture.keys_of.get(party) or ()))
    return ((key, row) for key, row in rows if row.state == "live")


def live_keys(draft: Draft, party: str, use: KeyUse | None = None) -> Iterator[tuple[str, KeyRow]]:
    """The live keys of a party in the order of their spelling, all of them or those of one use."""
    for key in sorted(draft.read("keys_of").get(party) or ()):
        row: KeyRow = draft.read("keys")[key]
        if row.state == "live" and use in (None, row.use):
            yield key, row


def end_key(draft: Draft, key: str, state: Literal["replaced", "revoked"]) -> None:
    """From the next index on, what this key signs does not count."""
    row: KeyRow = draft.read("keys")[key]
    draft.put("key", key, msgspec.structs.replace(row, state=state, until=draft.index))

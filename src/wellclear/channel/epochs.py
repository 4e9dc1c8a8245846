"""A party's epochs: the acts that make them, and what a reader gets out of one (protocol, "Epochs").

    act = open_epoch(..., wrap=wrap)                                the entry that gives everybody its key
    key = epoch_key(sealing_key, channel, party, body, own party)   what a reader finds in it

Keys are handed in and out; where they rest is the node's to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from wellclear.channel.composing import Composed, compose
from wellclear.channel.sealing import SealingKey, epoch_commitment, epoch_info
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.kinds import Epoch, Wrap
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused, Unverified
from wellclear.picture.picture import Picture
from wellclear.picture.registration import live_keys_of

Wrapping = Callable[[bytes, bytes, bytes], bytes]
"""(public sealing key, epoch key, info) -> the wrap."""
ROTATE_AFTER_US: Final = 24 * 3600 * 1_000_000
"""So long an epoch seals: whoever takes a key gets a day of one audience, and what is older once it was deleted."""


def sealing_key_of(picture: Picture, party: str) -> bytes:
    """The newest live sealing key of a party; of two from one entry the one that sorts later.

    Raises:
        Refused: it is no party here, or has none, so nothing can be sealed for it.
    """
    if party not in picture.parties:
        raise Refused(Reason.UNKNOWN_PARTY, f"{party}: no party of that name is in this channel", field="audience")
    live = [(row.since, key) for key, row in live_keys_of(picture, party) if row.use == "sealing"]
    if not live:
        raise Refused(
            Reason.UNKNOWN_KEY,
            f"{party} has no live sealing key, so none of its desks could read what is sealed",
            field="audience",
        )
    return unb64(max(live)[1])


def open_epoch(
    picture: Picture, party: str, audience: Sequence[str], number: int, key: bytes, said_us: int, wrap: Wrapping
) -> Composed:
    """The act that opens an epoch for an audience: its key, wrapped for each of them and for the author.

    Raises:
        Refused: one of them has no live sealing key.
        InvalidValue: the audience is empty or too large.
    """
    info = epoch_info(picture.channel, party, number)
    wraps = []
    for reader in sorted({party, *audience}):
        public = sealing_key_of(picture, reader)
        wraps.append(Wrap(party=reader, key=b64(hashlib.sha256(public).digest()), wrap=b64(wrap(public, key, info))))
    body = Epoch(
        number=number, audience=sorted({*audience} - {party}), commit=b64(epoch_commitment(info, key)), wraps=wraps
    )  # fmt: skip
    public_fields = msgspec.to_builtins(body)
    return compose("epoch", channel=picture.channel, party=party, said_us=said_us, public=public_fields)


def epoch_key(sealing: SealingKey, channel: str, author: str, body: Epoch, reader: str) -> bytes:
    """The key that an epoch entry holds for a reader.

    Raises:
        Unverified: there is no wrap for this reader and key, it does not open, or it holds another key than the entry
            commits to for all readers.
    """
    mine = b64(hashlib.sha256(sealing.public_key).digest())
    wrapped = next((row.wrap for row in body.wraps if row.party == reader and row.key == mine), None)
    if wrapped is None:
        raise Unverified("epoch", f"{author}'s epoch {body.number} has no wrap for this sealing key")
    info = epoch_info(channel, author, body.number)
    key = sealing.unwrap(unb64(wrapped), info)
    if epoch_commitment(info, key) != unb64(body.commit):
        raise Unverified("epoch", f"{author}'s epoch {body.number} holds another key for us than it commits to")
    return key

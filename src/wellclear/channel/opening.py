"""From raw bytes to a `Logged`: every proof that an entry carries in itself, before any picture is asked.

The signature is checked over the raw bytes first, under the key that they claim; only what verifies is decoded. Host,
follower and verifier open entries through this one door, so they agree on every fault.
"""

from __future__ import annotations

import hashlib

from wellclear.channel.composing import approval_holds
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import LEAF_BYTES_MAX, SIG_TAIL_BYTES, claimed_key, decode_leaf, entry_message
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.ed25519 import verify


def open_leaf(index: int, leaf: bytes) -> Logged:
    """What is logged at `index`. Total: whatever is wrong stands in `fault`."""
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    if len(leaf) > LEAF_BYTES_MAX:
        return Logged(index, leaf_hash, None, Reason.TOO_LARGE)
    try:
        verify_leaf(leaf)
        entry = decode_leaf(leaf)
    except Unverified:
        return Logged(index, leaf_hash, None, Reason.BAD_SIGNATURE)
    except Malformed:
        return Logged(index, leaf_hash, None, Reason.BAD_ENVELOPE)
    approved = tuple(approval_holds(entry.act_hash, approval) for approval in entry.approvals)
    return Logged(index, leaf_hash, entry, None, approved)


def verify_leaf(leaf: bytes, source: str = "entry") -> None:
    """Check the node's signature over the raw bytes.

    Raises:
        Malformed: no key or no signature is found where they belong.
        Unverified: the signature does not hold.
    """
    if leaf[-SIG_TAIL_BYTES : -SIG_TAIL_BYTES + 7] != b'"sig":"' or leaf[-3:] != b'"}\n':
        raise Malformed(source, "seals.sig", "88 characters of base64 belong at the end of the second line")
    try:
        key = unb64(claimed_key(leaf, source), 32, field="link.key")
        signature = unb64(leaf[-91:-3].decode("ascii", "replace"), 64, field="seals.sig")
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    verify(key, entry_message(leaf[:-SIG_TAIL_BYTES]), signature)

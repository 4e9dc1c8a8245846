"""Names of the keys that sign notes, and the channel's policy as a stranger's verifier reads it (C2SP tlog-policy).

Names of keys follow from the party alone, so that everybody spells one key alike. The quorum is `none`: who has
cosigned, and how long ago, is shown per party, and nothing waits for an absent one (protocol, "Freshness").
"""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import KeyUse
from wellclear.domain.marks import EXERCISE
from wellclear.log.note import COSIGNATURE_V1, ED25519, ML_DSA_44, Verifier
from wellclear.picture.picture import Picture
from wellclear.picture.registration import live_keys_of

COSIGNER_TYPES: Final[dict[KeyUse, int]] = {"cosigner": COSIGNATURE_V1, "cosigner_mldsa44": ML_DSA_44}
"""The uses of keys that cosign, each with the type of its lines."""


def cosigner_name(party: str) -> str:
    """The name in a party's cosignature lines."""
    return f"{party}/cosigner"


def picture_key_name(party: str) -> str:
    """The name under a party's picture statements."""
    return f"{party}/picture"


def log_verifier(picture: Picture) -> Verifier:
    """The key that signs checkpoints now; an assertion before there is a genesis."""
    assert picture.host is not None, "the genesis names the host"
    return Verifier(picture.host.origin, ED25519, unb64(picture.host.log))


def cosigners(picture: Picture) -> list[tuple[str, Verifier]]:
    """The live keys that cosign, as (party, key) in the order of the parties; of one party Ed25519's come first."""
    found = [
        (party, _cosigner(party, key, use))
        for use in COSIGNER_TYPES
        for party, key in live_keys(picture, use)
    ]  # fmt: skip
    return sorted(found, key=lambda row: row[0])


def cosigners_of(picture: Picture, party: str) -> list[Verifier]:
    """The live keys of one party that cosign."""
    rows = live_keys_of(picture, party)
    return [_cosigner(party, unb64(key), row.use) for key, row in rows if row.use in COSIGNER_TYPES]


def ended_cosigners(picture: Picture) -> dict[Verifier, int]:
    """The keys that cosigned once, and the index of the entry by which each has ended."""
    return {
        _cosigner(row.party, unb64(key), row.use): -1 if row.until is UNSET else row.until
        for key, row in picture.keys.items()
        if row.use in COSIGNER_TYPES and row.state != "live"
    }


def _cosigner(party: str, key: bytes, use: KeyUse) -> Verifier:
    return Verifier(cosigner_name(party), COSIGNER_TYPES[use], key)


def live_keys(picture: Picture, use: KeyUse) -> list[tuple[str, bytes]]:
    """The live public keys of one use, as (party, 32 bytes), sorted."""
    return sorted((row.party, unb64(key)) for key, row in picture.keys.items() if (row.use, row.state) == (use, "live"))


def policy_text(picture: Picture) -> bytes:
    """The policy of a channel after some entries; everybody writes the same bytes."""
    known = cosigners(picture)
    lines = [
        *([f"# {EXERCISE}"] if picture.exercise else []),
        f"# Channel {picture.channel} after {picture.size} entries.",
        "# Cosignatures tell who has seen this log and when; nothing waits for an absent party.",
        f"log {log_verifier(picture).vkey()}",
        *(f"witness {party}{number or ''} {key.vkey()}" for party, key, number in _numbered(known)),
    ]
    if known:
        lines.append(
            " ".join(["group parties any", *(f"{party}{number or ''}" for party, _, number in _numbered(known))])
        )
    return "\n".join([*lines, "quorum none", ""]).encode("ascii")


def _numbered(known: list[tuple[str, Verifier]]) -> list[tuple[str, Verifier, int]]:
    """A number behind the name of a party's second key: names of a policy are unique."""
    return [(party, key, sum(earlier == party for earlier, _ in known[:at])) for at, (party, key) in enumerate(known)]

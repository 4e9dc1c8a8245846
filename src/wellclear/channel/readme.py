"""README.txt of a bundle: what it is, and how to check it by hand with tools that everybody has."""

from __future__ import annotations

from collections.abc import Sequence

from wellclear.domain.canonical import unb64
from wellclear.domain.marks import EXERCISE
from wellclear.domain.spoken import spoken
from wellclear.picture.picture import Picture

_TEXT = """\
{mark}WHAT THIS IS

These files are a complete copy of the log of one deconfliction channel. In such a channel parties tell each other
where and when they will be active, so that nobody is hurt by accident, and everything they say is signed and kept
in one order that nobody can change unseen.

    channel        {channel}
    read aloud     {channel_spoken}
    the same, hex  {channel_hex}
    kind           {kind}
    entries        {size}, numbered from 0
    host           {host}, log "{origin}"
    exported by    {party}
    openings for   {readers}

Ask a party of this channel, by a way that you trust, to read the channel's fingerprint to you. If it is another one,
this is another channel, however well everything else fits.

HOW TO CHECK IT WITH SOFTWARE

    wellclear verify DIRECTORY-OR-TAR          checks everything below; it needs no network and no keys
    wellclear timeline DIRECTORY-OR-TAR        tells in plain sentences who said what to whom, and when
    wellclear verify DIRECTORY-OR-TAR --channel "GROUPS THAT WERE READ TO YOU"

HOW TO CHECK IT BY HAND

1. manifest.json lists every other file with its SHA-256 and its size: compare with `sha256sum`. manifest.sig is the
   Ed25519 signature (base64) of the key in the manifest over the text "wellclear/manifest/1", a line feed, and the
   32 bytes of the SHA-256 of manifest.json. It shows that nothing was changed since the export, and no more.
2. tile/entries/ holds the entries, 256 to a file, each behind its length in two bytes (big-endian). An entry is two
   lines of JSON: what was said, and the signatures. Its hash is SHA-256 over one zero byte and the entry. The hash
   of entry 0 is the channel's id, and entry 0 names the host's key and the keys of the parties. The fingerprint is
   Crockford's base 32 of the first 160 bits of SHA-256 over "wellclear/spoken/1", a line feed, and the id's 32 bytes.
3. tile/0/ holds these hashes, 32 bytes each; tile/1/ and so on the hashes of the tree above them (RFC 6962;
   c2sp.org/tlog-tiles). Change, drop, add or swap one entry, and the root becomes another.
4. checkpoint states the number of entries and the root, signed by the host's key; the further lines are the parties'
   cosignatures with their times (c2sp.org/tlog-checkpoint, c2sp.org/signed-note, c2sp.org/tlog-cosignature).
   policy.txt gives these keys in the form that other verifiers read (c2sp.org/tlog-policy).
5. notes/ holds older checkpoints that entries name. Each must be the start of this same log.
6. parts/ holds what was said in confidence and may be shown to the readers named above. The name of each file is its
   SHA-256: `cd parts && sha256sum *`. The log holds the same hash as a commitment ("commit", base64) since the moment
   of sending. The file is 32 random bytes, one line of JSON, one line feed, and zeros.{left_out}
7. picture.txt states the digest of the picture that all parties derive from the log; `verify` derives it again.
8. refusals/, if it is there, holds what the host refused to log, each signed by the host.

WHAT NO CHECK CAN TELL

Whether a party told the truth; what was said after entry {last}; what parts say that are not in parts/; and whether
this is the channel that you think of, until you have compared its fingerprint.
"""


_LEFT_OUT = """ Not in it, though
   {party} holds them: {count} that tell of other parties' sites, movements, deployments and surveys, which stand in
   no list and no export (manifest.json, "left_out"). Their commitments are in the log like all others."""


def readme_text(picture: Picture, party: str, readers: Sequence[str], left_out: int = 0) -> bytes:
    """The README of one bundle; `left_out` counts what its exporter holds and hands to nobody."""
    assert picture.host is not None, "the genesis names the host"
    text = _TEXT.format(
        mark=f"{EXERCISE}\n\n" if picture.exercise else "",
        channel=picture.channel,
        channel_spoken=spoken(unb64(picture.channel)),
        channel_hex=grouped(unb64(picture.channel)),
        kind="an exercise" if picture.exercise else "not an exercise",
        size=picture.size,
        host=picture.host.party,
        origin=picture.host.origin,
        party=party,
        readers=", ".join(readers),
        last=picture.size - 1,
        left_out=_LEFT_OUT.format(party=party, count=left_out) if left_out else "",
    )
    return text.encode("ascii")


def grouped(raw: bytes) -> str:
    """Bytes as hex in groups of four digits."""
    return " ".join(raw[at : at + 2].hex() for at in range(0, len(raw), 2))

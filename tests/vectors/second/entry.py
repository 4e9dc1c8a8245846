"""From a leaf's bytes to its header and seals, as far as the bytes alone decide (protocol, "Entry")."""

from __future__ import annotations

from typing import Any

from tests.vectors.second.curve import verify
from tests.vectors.second.forms import HEADER, SEALS
from tests.vectors.second.wire import Refused, read, unb64

Row = dict[str, Any]
LEAF_MOST = 49_152
TAIL = 98
"""The bytes of `"sig":"` + 88 + `"}` LF, which the link's signature leaves out."""


class Stop(Exception):
    """The reason for which an entry, or what it says, does not stand."""


def need(holds: object, reason: str) -> None:
    if not holds:
        raise Stop(reason)


def parse(leaf: bytes) -> tuple[Row, Row, list[Row]]:
    """Act, link and approvals."""
    need(len(leaf) <= LEAF_MOST, "TOO_LARGE")
    key, signature = _key_and_signature(leaf)
    need(verify(key, b"wellclear/entry/1\n" + leaf[:-TAIL], signature), "BAD_SIGNATURE")
    lines = leaf.split(b"\n")
    need(len(lines) == 3 and lines[2] == b"", "BAD_ENVELOPE")
    try:
        header, seals = read(lines[0]), read(lines[1])
    except Refused as error:
        raise Stop("BAD_ENVELOPE") from error
    need(HEADER(header) and SEALS(seals), "BAD_ENVELOPE")
    act, link = header["act"], header["link"]
    first = act["kind"] == "genesis"
    need(("channel" in act) != first and ("head" in link) != first, "BAD_ENVELOPE")
    need(("prev" in link) == (link["seq"] > 1), "BAD_ENVELOPE")
    need("desk" not in act or act["desk"].split("/")[0] == act["party"], "BAD_ENVELOPE")
    need(act.get("via") != act["party"], "BAD_ENVELOPE")
    for part in act["parts"]:
        need(("sha" in part) == ("to" in part), "BAD_ENVELOPE")
        sealed = part["enc"] == "aes256gcm"
        need(("epoch" in part) == sealed and (not sealed or "sha" in part), "BAD_ENVELOPE")
    return act, link, seals["approvals"]


def _key_and_signature(leaf: bytes) -> tuple[bytes, bytes]:
    """From where they stand, before anything else is read."""
    need(leaf[-TAIL:-91] == b'"sig":"' and leaf[-3:] == b'"}\n', "BAD_ENVELOPE")
    header, newline, _ = leaf.partition(b"\n")
    at = header.rfind(b'"key":"')
    need(newline and at >= 0 and header[at + 51 : at + 52] == b'"', "BAD_ENVELOPE")
    try:
        return unb64(header[at + 7 : at + 51].decode(), 32), unb64(leaf[-91:-3].decode(), 64)
    except (Refused, ValueError) as error:
        raise Stop("BAD_ENVELOPE") from error

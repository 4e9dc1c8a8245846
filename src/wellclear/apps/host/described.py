"""What the host's OpenAPI document says of each operation, beside what its handlers say themselves."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Literal, TypedDict

from litestar.handlers import HTTPRouteHandler

from wellclear.apps.described import DOCUMENT, Bytes, Operation, Parameter, document
from wellclear.apps.host.cosignatures import CosignatureAnswer
from wellclear.apps.host.create import Founding
from wellclear.channel.submission import Answers

PATH: Final = "/openapi.json"
_ABOUT: Final = (
    "A host takes entries, puts them in one order and gives them out again. Whatever it answers is proven by "
    "signatures and hashes, so nothing needs to be believed because of this document."
)
_ASKER: Final = {
    "type": "apiKey", "in": "header", "name": "Authorization",
    "description": 'Wellclear key="<base64>", time="<microseconds>", sig="<base64>": signed by a live linking key of a '
    "member, over this very request, within 60 s of the host's clock.",
}  # fmt: skip
READING: Final = (400, 401, 403, 409, 500, 503)
"""Of whatever shows who asks: the header's form, nothing of it, its signature or hour, its key or party."""
_TILE: Final = r"^(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?$"


class Status(TypedDict):
    """What anybody may know who finds the address."""

    software: str
    channel: str
    origin: str
    size: int
    exercise: Literal["yes", "no"]
    state: Literal["running", "stopped"]


_OCTETS: Final = "application/octet-stream"
_NOTE: Final = Bytes("text/plain", "A signed note (C2SP signed-note): the checkpoint and its signatures.")
_TILES: Final = Bytes(_OCTETS, "Hashes of 32 bytes, or entries, each with its length in two bytes before it.")
_PART: Final = Bytes(_OCTETS, "The part's salt, header and text as they were stored.")
_FRAMES: Final = Bytes(_OCTETS, "Frames: a leaf with the parts that go with it; at most 1 MiB.")
_COSIGNED: Final = Bytes("text/plain", "A checkpoint of this log with a line of a live cosigner; at most 16 KiB.")
_STATEMENT: Final = Bytes("text/plain", "A picture statement, signed by a live picture key; at most 2 KiB.")
_STATED: Final = Bytes("text/plain", "The statement; empty while the party's nodes are asked, and then it is an event.")
_EVENTS: Final = Bytes(
    "text/event-stream", "Events `log`, `alive`, `cosigned`, `stated` and `asked`; it ends when the host does."
)

OPERATIONS: Final[dict[str, Operation]] = {
    "openapi": Operation(DOCUMENT.answers, (500,), asks="no"),
    "status": Operation({200: Status}, (500,), asks="no"),
    "checkpoint": Operation({200: _NOTE}, READING),
    "tile": Operation({200: _TILES}, (*READING, 404), parameters=(
        Parameter("path", "path", {"type": "string", "pattern": _TILE},
                  "Level or `entries`, then the number in groups of three digits, then the width of a part of a tile. "
                  "Its slashes stand as they are."),
    )),
    "part": Operation({200: _PART}, (*READING, 404), parameters=(
        Parameter("sha", "path", {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                  "SHA-256 of the stored bytes, in hex."),
    )),
    "submit": Operation({200: Answers}, (400, 413, 415, 500, 503), body=_FRAMES, asks="no"),
    "cosignature": Operation({200: CosignatureAnswer}, (400, 403, 409, 413, 500), body=_COSIGNED, asks="no"),
    "statement": Operation({200: CosignatureAnswer}, (400, 403, 409, 413, 500, 503), body=_STATEMENT, asks="no"),
    "stated": Operation({200: _STATED}, (*READING, 422), parameters=(
        Parameter("party", "path", {"type": "string", "pattern": "^[A-Z]{2,12}$"}, "Whose statement."),
        Parameter("size", "path", {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}, "Of how many entries."),
    )),
    "events": Operation({200: _EVENTS}, READING, parameters=(
        Parameter("from", "query", {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                  "The index of the first entry that the asker lacks."),
        Parameter("last-event-id", "header", {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"},
                  "The same, as a browser sends it when it connects again."),
    )),
    "founding_file": Operation({200: Founding}, (*READING, 404)),
}  # fmt: skip


@cache
def host_document(handlers: tuple[HTTPRouteHandler, ...], readers: Literal["members", "anyone"]) -> bytes:
    """The document of a host whose log is read by members, or by anyone."""
    opened: dict[str, Any] = {}
    if readers == "anyone":
        opened = {name: Operation(said.answers, said.faults, said.body, said.parameters, said.path, "maybe")
                  for name, said in OPERATIONS.items()
                  if name in ("checkpoint", "tile", "stated", "events")}  # fmt: skip
    return document(PATH, "Wellclear host", _ABOUT, handlers, OPERATIONS | opened, _ASKER)

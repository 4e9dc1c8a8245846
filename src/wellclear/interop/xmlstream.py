"""XML that is read element by element from a stream, in bounded memory, with line numbers.

Expat of the standard library does the parsing. Document types are refused before an entity can be declared, so nothing
expands and nothing is fetched. Prefixes of namespaces are cut off: half the world's KML declares them wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.parsers.expat import errors

from wellclear.errors import Malformed
from wellclear.interop.streams import PIECE_BYTES, Source

ELEMENTS_MAX: Final = 400_000
"""In one feature; a track of more points is better cut in parts."""
CHARS_MAX: Final = 16 * 1024 * 1024
_DEPTH_MAX: Final = 100
_TOKEN_BYTES_MAX: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Element:
    """An element with what stands inside it; `within` are the titles of the containers around a wanted one."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""
    within: tuple[str, ...] = ()
    is_too_large: bool = False

    def all(self, *names: str) -> Iterator[Element]:
        """The children of some names."""
        return (child for child in self.children if child.name in names)

    def child(self, name: str) -> Element | None:
        """The first child of a name."""
        return next(self.all(name), None)

    def said(self, name: str) -> str:
        """The text of the first child of a name; empty if there is none."""
        found = self.child(name)
        return found.text.strip() if found is not None else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of a kind of document: its root, the elements that are features, the containers with a `name`.

    `ignored` holds names, or `parent/name`, of what is passed over with all that it holds.
    """

    root: str
    features: frozenset[str]
    containers: frozenset[str]
    ignored: frozenset[str]


def elements(source: Source, file: str, wanted: Wanted) -> Iterator[Element]:
    """The wanted elements in their order, each complete.

    Raises:
        Malformed: no such XML, a document type, or more than can be held.
    """
    builder = _Builder(file, wanted)
    fed = 0
    while True:
        piece = source.read(PIECE_BYTES)
        fed += len(piece)
        fault: Malformed | None = None
        try:
            builder.feed(piece, fed)
        except Malformed as error:
            fault = error
        yield from builder.done  # what was complete before a fault is not lost
        builder.done.clear()
        if fault is not None:
            raise fault
        if not piece:
            return


_FAULTS: Final = {
    errors.codes[errors.XML_ERROR_SYNTAX]: "is no XML, or the XML is broken here",
    errors.codes[errors.XML_ERROR_NO_ELEMENTS]: "the file ends too early; it was cut short",
    errors.codes[errors.XML_ERROR_UNCLOSED_TOKEN]: "the file ends too early; it was cut short",
    errors.codes[errors.XML_ERROR_INVALID_TOKEN]: "the XML is broken: a character stands here that must not",
    errors.codes[errors.XML_ERROR_TAG_MISMATCH]: "the XML is broken: an element is closed here that is not open",
}


class _Builder:
    """Builds the wanted elements and forgets the rest."""

    def __init__(self, file: str, wanted: Wanted) -> None:
        self._file = file
        self._wanted = wanted
        self._open: list[str] = []
        self._titles: list[str] = []  # of the containers that are open
        self._building: list[Element] = []
        self._texts: list[list[str]] = []  # of each element that is being built
        self._in_title = False
        self._ignoring = 0
        self._elements = 0
        self._chars = 0
        self.done: list[Element] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes, fed: int) -> None:
        try:
            self._parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            if not fed:
                raise Malformed(self._file, "", "is empty; save or send it again") from error
            why = _FAULTS.get(error.code) or f"the XML is broken: {expat.ErrorString(error.code)}"
            raise Malformed(self._file, f"line {error.lineno}", f"{why}; save or send it again") from error
        except (LookupError, ValueError) as error:
            raise self._fault("the encoding it names is not known; save it as UTF-8") from error
        if fed - self._parser.CurrentByteIndex > _TOKEN_BYTES_MAX:
            raise self._fault("one piece of the XML is too large to hold")

    def _fault(self, why: str) -> Malformed:
        return Malformed(self._file, f"line {self._parser.CurrentLineNumber}", why)

    def _refuse(self, *_: object) -> None:
        raise self._fault(f"declares a document type, which no {self._wanted.root.upper()} needs; take the DOCTYPE out")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self._open and local.lower() != self._wanted.root:
            raise self._fault(f"is no {self._wanted.root.upper()}: it begins with {ascii(local)[1:-1][:40]}")
        if len(self._open) >= _DEPTH_MAX:
            raise self._fault("is nested too deeply")
        parent = self._open[-1] if self._open else ""
        self._open.append(local)
        if self._ignoring or local in self._wanted.ignored or f"{parent}/{local}" in self._wanted.ignored:
            self._ignoring += 1
        elif self._building or local in self._wanted.features:
            self._build(local, attributes)
        elif local in self._wanted.containers:
            self._titles.append("")
        elif local == "name" and parent in self._wanted.containers:
            self._in_title = True

    def _build(self, local: str, attributes: dict[str, str]) -> None:
        made = Element(local, attributes, self._parser.CurrentLineNumber)
        if not self._building:
            self._elements = self._chars = 0
            made.within = tuple(self._titles)
        self._elements += 1
        if self._elements > ELEMENTS_MAX:
            self._forget()
        elif self._building:
            self._building[-1].children.append(made)
        self._building.append(made)
        self._texts.append([])

    def _characters(self, text: str) -> None:
        if self._in_title:
            self._titles[-1] = (self._titles[-1] + text)[:200]
        elif self._building and not self._ignoring:
            self._chars += len(text)
            if self._chars > CHARS_MAX:
                self._forget()
            else:
                self._texts[-1].append(text)

    def _forget(self) -> None:
        whole = self._building[0]
        whole.is_too_large = True
        whole.children.clear()

    def _end(self, name: str) -> None:
        local = self._open.pop()
        self._in_title = False
        if self._ignoring:
            self._ignoring -= 1
        elif self._building:
            made = self._building.pop()
            made.text = "".join(self._texts.pop())
            if not self._building:
                self.done.append(made)
        elif local in self._wanted.containers:
            self._titles.pop()

"""Drawing with Pillow: areas, dashed lines, hatching, marks and text, on a sheet that is drawn large and made smaller.

Lines and areas go to the large sheet, so that their edges are smooth. Text goes to the final one, so that it is sharp:
it is kept until then, in the order in which it was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont, features

from wellclear.airspace.geodesy import Floats

Colour = str
Anchor = Literal["lm", "mm", "rm", "ls", "rs", "la"]

_SHAPES_TEXT: Final = features.check("raqm")
"""Whether this machine can set text that runs from right to left: Pillow does it with a library of the system."""
_COVERED: Final = (
    (0x20, 0x24F), (0x2B0, 0x36F), (0x370, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0x2000, 0x206F), (0x20AC, 0x20AC),
    (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x21FF), (0x2212, 0x2215), (0x25A0, 0x25FF),
)  # fmt: skip
_RIGHT_TO_LEFT: Final = (0x590, 0x6FF)
_HATCH: Final = 9


def settable(text: str) -> str:
    """Text with every character that the font lacks, or that this machine cannot set, told by its code point."""
    return "".join(letter if _is_settable(ord(letter)) else f"<U+{ord(letter):04X}>" for letter in text)


def _is_settable(code: int) -> bool:
    if not _SHAPES_TEXT and _RIGHT_TO_LEFT[0] <= code <= _RIGHT_TO_LEFT[1]:
        return False
    return any(low <= code <= high for low, high in _COVERED)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The shipped font (DejaVu Sans: Latin, Greek, Cyrillic, Hebrew, Arabic)."""
    raw = files(__package__ or __name__).joinpath("assets", "dejavu-sans.ttf").read_bytes()
    engine = ImageFont.Layout.RAQM if _SHAPES_TEXT else ImageFont.Layout.BASIC
    return ImageFont.truetype(BytesIO(raw), size, layout_engine=engine)


def width_of(text: str, size: int) -> float:
    """How wide a line of text is, in pixels."""
    return font(size).getlength(settable(text))


def wrapped(text: str, size: int, width: float, lines_max: int = 99) -> list[str]:
    """Text in lines no wider than that, broken at spaces; where there are too many, the last ends with an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    lines += [line] if line else []
    lines = [fitted(one, size, width) for one in lines]
    return (
        lines
        if len(lines) <= lines_max
        else [*lines[: lines_max - 1], fitted(f"{lines[lines_max - 1]} …", size, width)]
    )


def fitted(text: str, size: int, width: float) -> str:
    """One line, cut with an ellipsis where it is too wide."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(f"{text}…", size) > width:
        text = text[: max(0, len(text) - max(1, len(text) // 12))]
    return f"{text}…"


@dataclass(slots=True)
class Ink:
    """A sheet of a size in pixels. Coordinates are pixels of the final picture, from its upper left corner."""

    width: int
    height: int
    paper: Colour
    times: int = 2
    _large: Image.Image = field(init=False)
    _pen: ImageDraw.ImageDraw = field(init=False)
    _texts: list[tuple[float, float, str, int, Colour, Anchor, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._large = Image.new("RGB", (self.width * self.times, self.height * self.times), self.paper)
        self._pen = ImageDraw.Draw(self._large)

    def area(self, rings: Sequence[Floats], colour: Colour, strength: float, clip: tuple[int, int, int, int]) -> None:
        """Fill what lies in an odd number of rings; `strength` is 0 to 1. Nothing is drawn outside `clip`."""
        found = self._mask(rings, clip)
        if found is not None:
            mask, corner = found
            self._large.paste(colour, corner, mask.point(lambda value: round(value * strength)))

    def hatching(self, rings: Sequence[Floats], colour: Colour, clip: tuple[int, int, int, int]) -> None:
        """Fill with oblique lines."""
        found = self._mask(rings, clip)
        if found is None:
            return
        mask, (left, top) = found
        down, across = np.indices((mask.height, mask.width))
        lines = (down + top + across + left) % (_HATCH * self.times) < 3 * self.times
        self._large.paste(colour, (left, top), ImageChops.multiply(mask, Image.fromarray(lines.astype(np.uint8) * 210)))

    def _mask(
        self, rings: Sequence[Floats], clip: tuple[int, int, int, int]
    ) -> tuple[Image.Image, tuple[int, int]] | None:
        points = np.concatenate(list(rings)) * self.times if rings else np.empty((0, 2))
        if not len(points):
            return None
        left, top = (int(max(low * self.times, np.floor(low_)))
                     for low, low_ in zip(clip[:2], points.min(axis=0), strict=True))  # fmt: skip
        right, bottom = (int(min(high * self.times, np.ceil(high_) + 1))
                         for high, high_ in zip(clip[2:], points.max(axis=0), strict=True))  # fmt: skip
        if right <= left or bottom <= top:
            return None
        whole = Image.new("1", (right - left, bottom - top))
        for ring in rings:
            one = Image.new("1", whole.size)
            ImageDraw.Draw(one).polygon(_pairs(ring * self.times - (left, top)), fill=1)
            whole = ImageChops.logical_xor(whole, one)
        return whole.convert("L"), (left, top)

    def line(self, points: Floats, colour: Colour, width: float, dash: Sequence[float] = ()) -> None:
        """A line through points, dashed if it is told how."""
        for part in _dashed(points, dash) if dash else (points,):
            if len(part) > 1:
                self._pen.line(_pairs(part * self.times), colour, max(1, round(width * self.times)), joint="curve")

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, edge: Colour = "") -> None:
        """A rectangle."""
        corners = [value * self.times for value in (left, top, right, bottom)]
        self._pen.rectangle(corners, fill=fill or None, outline=edge or None, width=self.times)

    def mark(self, x: float, y: float, text: str, size: int, colours: tuple[Colour, Colour, Colour]) -> float:
        """A number in a round mark: colours of fill, edge and text. Gives half of its width."""
        half = max(size * 0.85, width_of(text, size) / 2 + size * 0.4)
        tall, fill, edge = size * 0.85, colours[0], colours[1]
        corners = [value * self.times for value in (x - half, y - tall, x + half, y + tall)]
        self._pen.rounded_rectangle(corners, tall * self.times, fill, edge, width=2 * self.times)
        self.text(x, y, text, size, colours[2], "mm")
        return half

    def spot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A dot with an edge of paper."""
        for grown, fill in ((radius + 1, self.paper), (radius, colour)):
            corners = [value * self.times for value in (x - grown, y - grown, x + grown, y + grown)]
            self._pen.ellipse(corners, fill)

    def text(
        self, x: float, y: float, text: str, size: int, colour: Colour, anchor: Anchor = "la", halo: int = 0
    ) -> None:
        """One line of text; with a halo of paper of so many pixels around it."""
        self._texts.append((x, y, settable(text), size, colour, anchor, halo))

    def frame(self, outside: Sequence[tuple[int, int, int, int]]) -> None:
        """Paper over what was drawn beyond the borders of the map."""
        for left, top, right, bottom in outside:
            self.box(left, top, right, bottom, self.paper)

    def picture(self) -> Image.Image:
        """The final sheet."""
        sheet = self._large if self.times == 1 else self._large.resize((self.width, self.height), Image.Resampling.BOX)
        pen = ImageDraw.Draw(sheet)
        for x, y, text, size, colour, anchor, halo in self._texts:
            way = "ltr" if _SHAPES_TEXT else None  # of the line; names in it keep their own, and change no places
            if halo:
                pen.text(
                    (x, y),
                    text,
                    colour,
                    font(size),
                    anchor,
                    0,
                    stroke_width=halo,
                    stroke_fill=self.paper,
                    direction=way,
                )
            pen.text((x, y), text, colour, font(size), anchor, direction=way)
        return sheet


def _pairs(points: Floats) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]


def _dashed(points: Floats, dash: Sequence[float]) -> Iterable[Floats]:
    """Parts of a line: every second of the lengths of `dash`, which go around, is drawn."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    reached = np.append(0.0, np.cumsum(steps))
    total = float(reached[-1])
    if total > 200 * sum(dash) * 10 or not total:  # far more than a picture holds
        yield points
        return
    at, turn = 0.0, 0
    while at < total:
        end = min(at + dash[turn % len(dash)], total)
        if turn % 2 == 0:
            inner = points[(reached > at) & (reached < end)]
            yield np.concatenate([_along(points, reached, at), inner, _along(points, reached, end)])
        at, turn = end, turn + 1


def _along(points: Floats, reached: Floats, at: float) -> Floats:
    return np.array([[np.interp(at, reached, points[:, 0]), np.interp(at, reached, points[:, 1])]])

"""The map of the picture: its view of the plane, the graticule, volumes, clashes, scale and north arrow, in ink."""

from __future__ import annotations

from typing import Final

import numpy as np

from wellclear.airspace.geodesy import Floats
from wellclear.apps.check.map.ink import Ink, width_of
from wellclear.apps.check.map.plane import Plane
from wellclear.apps.check.map.scene import Clash, Scene, Shape

Box = tuple[int, int, int, int]

INK: Final = "#16191c"
FAINT: Final = "#555d66"
EDGE: Final = "#c3c9cf"
ALARM: Final = "#b3140b"
PAPER: Final = "#ffffff"
PARTIES: Final = ("#14508f", "#8a5a00", "#00705a", "#7a2a8b", "#4b5a68", "#1a7fb0")
DASHES: Final[tuple[tuple[int, ...], ...]] = ((), (9, 5), (2, 4), (12, 4, 2, 4), (5, 3))
"""Colours and strokes of parties are those of the page: none of them is red, which is the clash."""
_LINE: Final = "#dfe3e7"
_LAND: Final = {"coast": "#b9b29e", "lake": "#a9c3d6", "river": "#a9c3d6"}
_STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_SCALES_M: Final = tuple(float(head * 10**zeros) for zeros in range(7) for head in (1, 2, 5))
_NM_M: Final = 1852.0
_TORN_M: Final = 8_000_000.0
_LABELS_MAX: Final = 120
_NUMBERED_MAX: Final = 60


def strokes(party: int, unit: float) -> tuple[str, list[float]]:
    """Colour and dashes of a party, by its place in the alphabet."""
    return PARTIES[party % len(PARTIES)], [length * unit for length in DASHES[party % len(DASHES)]]


class SheetMap:
    """A scene's map in a box of the sheet; `unit` is the size of things, 1 on a sheet 1600 pixels wide."""

    def __init__(self, scene: Scene, ink: Ink, box: Box, unit: float) -> None:
        self.scene, self.ink, self.box, self.unit = scene, ink, box, unit
        left, top, right, bottom = box
        west, south, east, north = scene.bounds
        self._taken: list[tuple[float, float, float, float]] = []
        self._middle = np.array([(west + east) / 2, (south + north) / 2])
        need = max((east - west) / (right - left - 90 * self.unit), (north - south) / (bottom - top - 110 * self.unit))
        self._metres = max(need, 2.0)  # a pixel

    def draw(self) -> None:
        """Everything."""
        left, top, right, bottom = self.box
        self._free(left, bottom - 70 * self.unit, 260 * self.unit, 70 * self.unit)
        self._free(right - 50 * self.unit, top, 50 * self.unit, 80 * self.unit)
        for kind, line in self.scene.land:
            self._land(kind, line)
        self._graticule()
        self._density()
        for shape in sorted(self.scene.shapes, key=lambda one: -_size(one)):
            self._shape(shape)
        for clash in self.scene.clashes:
            if clash.overlap:
                self._overlap(clash)
        self._marks()
        self._labels()
        self.ink.frame([
            (0, 0, self.ink.width, top), (0, 0, left, self.ink.height), (right, 0, self.ink.width, self.ink.height),
            (0, bottom, self.ink.width, self.ink.height),
        ])  # fmt: skip
        self._scale()
        self._north()
        self.ink.box(left, top, right, bottom, "", EDGE)

    def spots(self, points: Floats) -> Floats:
        """Points of the plane on the sheet."""
        left, top, right, bottom = self.box
        away = (points - self._middle) / self._metres
        return np.stack([(left + right) / 2 + away[:, 0], (top + bottom) / 2 - away[:, 1]], axis=-1)

    def _land(self, kind: str, line: Floats) -> None:
        spots = self.spots(line)
        if self._is_in_view(spots):
            self.ink.line(spots, _LAND[kind], (1.6 if kind == "coast" else 1.1) * self.unit)

    def _is_in_view(self, spots: Floats) -> bool:
        left, top, right, bottom = self.box
        low, high = spots.min(axis=0), spots.max(axis=0)
        return bool(high[0] >= left and low[0] <= right and high[1] >= top and low[1] <= bottom)

    def _shape(self, shape: Shape) -> None:
        colour, dash = strokes(shape.party, self.unit)
        outline = shape.outline
        rings = [self.spots(ring) for ring in outline.rings]
        size = _size(shape) / self._metres / self.unit
        width = min(2.2, max(0.8, size / 25)) * self.unit
        if outline.filled:
            self.ink.area(rings, colour, 0.13, self.box)
        for ring in rings:
            self.ink.line(np.concatenate([ring, ring[:1]]), colour, width, dash if size > 12 else ())
        for line in outline.lines:
            if len(line) > 1:
                self.ink.line(self.spots(line), colour, self.unit if rings else width, () if rings else dash)
        if size < 3:
            ((x, y),) = self.spots(outline.points()[:1])
            self.ink.spot(float(x), float(y), 3 * self.unit, colour)

    def _overlap(self, clash: Clash) -> None:
        rings = [self.spots(ring) for ring in clash.overlap]
        self.ink.hatching(rings, ALARM, self.box)
        for ring in rings:
            self.ink.line(np.concatenate([ring, ring[:1]]), ALARM, 1.5 * self.unit)

    def _density(self) -> None:
        density = self.scene.density
        if not density.counts:
            return
        most = float(np.log1p(max(density.counts)))
        side = max(2.0, density.cell_m / self._metres)
        for (x, y), count in zip(self.spots(density.corners), density.counts, strict=True):
            grey = round(235 - 90 * float(np.log1p(count)) / most)
            self.ink.box(float(x), float(y) - side, float(x) + side, float(y), f"#{grey:02x}{grey:02x}{grey:02x}")

    def _marks(self) -> None:
        numbered: list[tuple[Clash, float, float]] = []
        for clash in sorted(self.scene.clashes, key=lambda one: (one.block.verdict, one.severity)):
            if not len(clash.at):
                continue
            spots = self.spots(clash.at)
            if len(spots) > 1:
                self.ink.line(spots, ALARM, 2.5 * self.unit)
                for x, y in spots:
                    self.ink.spot(float(x), float(y), 4 * self.unit, ALARM)
            x, y = (float(value) for value in spots.mean(axis=0))
            size = round(14 * self.unit)
            text = clash_number(clash)
            half = max(size, width_of(text, size) / 2 + size * 0.4)
            if len(numbered) < _NUMBERED_MAX and self._free(x - half, y - size * 0.85, 2 * half, size * 1.7):
                numbered.append((clash, x, y))
            else:
                self.ink.spot(x, y, 3.5 * self.unit, ALARM)
        for clash, x, y in numbered:
            self.ink.mark(x, y, clash_number(clash), round(14 * self.unit), mark_colours(clash))

    def _labels(self) -> None:
        left, top, right, bottom = self.box
        size = round(14 * self.unit)
        drawn = 0
        for shape in sorted(self.scene.shapes, key=lambda one: (not one.clashes, -_size(one))):
            if drawn >= _LABELS_MAX:
                return
            text = shape.planned.id if len(shape.planned.id) <= 28 else f"{shape.planned.id[:27]}…"
            wide = width_of(text, size)
            for x, y in self._label_spots(shape, wide, size):
                inside = left + 3 < x and x + wide < right - 3 and top + size < y < bottom - size
                if inside and self._free(x - 3, y - size * 0.7, wide + 6, size * 1.4):
                    self.ink.text(
                        x, y, text, size, strokes(shape.party, 1)[0], "lm", halo=max(2, round(2.5 * self.unit))
                    )
                    drawn += 1
                    break

    def _label_spots(self, shape: Shape, wide: float, size: float) -> list[tuple[float, float]]:
        spots = self.spots(shape.outline.points())
        (west, north), (east, south) = spots.min(axis=0), spots.max(axis=0)
        x, y = (west + east) / 2, (north + south) / 2
        found = []
        for line in shape.outline.lines:
            for part in (0.5, 0.25, 0.75) if len(line) > 1 else ():
                ((along_x, along_y),) = self.spots(line[[round(part * (len(line) - 1))]])
                found.append((along_x + 7, along_y - size * 0.9))
        if not found:
            found.append((x - wide / 2, y))
        found += [
            (x - wide / 2, north - size * 0.8),
            (x - wide / 2, south + size * 0.9),
            (east + 6, y),
            (west - wide - 6, y),
        ]
        return [(float(left), float(top)) for left, top in found]

    def _free(self, left: float, top: float, wide: float, tall: float) -> bool:
        """Room on the sheet, first come first served."""
        right, bottom = left + wide, top + tall
        if any(left < r and right > x and top < b and bottom > y for x, y, r, b in self._taken):
            return False
        self._taken.append((left, top, right, bottom))
        return True

    def _graticule(self) -> None:
        left, top, right, bottom = self.box
        across, down = np.meshgrid(np.linspace(left, right, 25), np.linspace(top, bottom, 25))
        x = (across.ravel() - (left + right) / 2) * self._metres + self._middle[0]
        y = ((top + bottom) / 2 - down.ravel()) * self._metres + self._middle[1]
        plane = self.scene.plane
        lon, lat = plane.unproject(np.stack([x, y], axis=-1))
        start = float(plane.unproject(self._middle[None, :])[0][0])
        turned = (lon - start + 180) % 360 - 180
        polar = float(np.abs(lat).max()) > 89.3 or bool(np.ptp(turned) > 270)
        west, east = (-180.0, 180.0) if polar else (float(turned.min()), float(turned.max()))
        south, north = float(lat.min()), float(lat.max())
        if polar:
            south, north = (south, 90.0) if plane.lat > 0 else (-90.0, north)
        up, over = (
            _step(north - south, (bottom - top) / self.unit / 130),
            _step(east - west, (right - left) / self.unit / 150),
        )
        for value in np.arange(np.ceil(south / up), np.floor(north / up) + 1) * up:
            if abs(value) < 90:
                lons = start + np.linspace(west - 0.05 * over, east + 0.05 * over, 97)
                self._curve(plane, lons, np.full(97, value), _degrees(value, up, "NS"), parallel=True)
        for value in (
            np.arange(np.ceil((start + west) / over), np.floor((start + east) / over) + (0 if polar else 1)) * over
        ):
            lats = np.linspace(max(south, -89.5), min(north, 89.5), 49)
            self._curve(
                plane, np.full(49, value), lats, _degrees((value + 180) % 360 - 180, over, "EW"), parallel=False
            )

    def _curve(self, plane: Plane, lon: Floats, lat: Floats, text: str, *, parallel: bool) -> None:
        points = plane.project(lon, lat)
        left, top, right, bottom = self.box
        spots = self.spots(points)
        torn = np.flatnonzero(np.hypot(*np.diff(points, axis=0).T) > _TORN_M) + 1
        for part in np.split(spots, torn):
            self.ink.line(part, _LINE, self.unit)
        size = round(12 * self.unit)
        wide = width_of(text, size)
        axis, side = (0, right - 6.0) if parallel else (1, bottom - 5.0)
        at = _crossing(spots, axis, side)
        if at is None and parallel:  # it goes around within the picture
            side = left + (right - left) * 0.55 + wide
            at = _crossing(spots, axis, side)
            right = round(side)
        if at is None:
            return
        x, y = (right - wide - 5, at - 3) if parallel else (at + 4, bottom - 5.0)
        inside = left < x and x + wide < right and top + size < y < bottom - (2 * size if parallel else 0)
        if inside and self._free(x, y - size, wide, size):
            self.ink.text(x, y, text, size, FAINT, "ls")

    def _scale(self) -> None:
        left, _, _, bottom = self.box
        length_m = max(one for one in _SCALES_M if one == 1 or one / self._metres <= 200 * self.unit)
        x, y, wide = left + 16 * self.unit, bottom - 18 * self.unit, length_m / self._metres
        tick = 7 * self.unit
        bar = np.array([(x, y - tick), (x, y), (x + wide, y), (x + wide, y - tick)])
        self.ink.line(bar, PAPER, 5 * self.unit)
        self.ink.line(bar, INK, 2 * self.unit)
        miles = length_m / _NM_M
        told = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
        text = f"{told} · {miles:.3g} NM" if miles < 100 else f"{told} · {miles:,.0f} NM"
        self.ink.text(x, y - 20 * self.unit, text, round(14 * self.unit), INK, "lm", halo=2)

    def _north(self) -> None:
        _, top, right, _ = self.box
        plane = self.scene.plane
        lon, lat = plane.unproject(self._middle[None, :])
        to = plane.project(lon, np.minimum(lat + 0.001, 90.0))[0] - plane.project(lon, lat)[0]
        length = float(np.hypot(*to)) or 1.0
        ahead = np.array([to[0], -to[1]]) / length if float(lat[0]) < 89.99 else np.array([0.0, -1.0])
        aside = np.array([-ahead[1], ahead[0]])
        foot = np.array([right - 26 * self.unit, top + 34 * self.unit])
        tip = foot + ahead * 18 * self.unit
        for part in (
            [foot - ahead * 16 * self.unit, tip],
            [tip - (ahead + aside * 0.6) * 10 * self.unit, tip, tip - (ahead - aside * 0.6) * 10 * self.unit],
        ):
            self.ink.line(np.array(part), INK, 2 * self.unit)
        self.ink.text(right - 26 * self.unit, top + 66 * self.unit, "N", round(14 * self.unit), INK, "mm", halo=2)


def clash_number(clash: Clash) -> str:
    """Its number; a question mark where it is only possible."""
    return f"{clash.number}?" if clash.block.verdict == "POSSIBLE" else str(clash.number)


def mark_colours(clash: Clash) -> tuple[str, str, str]:
    """Fill, edge and text of its mark: white where it is only possible."""
    return (PAPER, ALARM, ALARM) if clash.block.verdict == "POSSIBLE" else (ALARM, PAPER, PAPER)


def _size(shape: Shape) -> float:
    return float(np.ptp(shape.outline.points(), axis=0).max())


def _step(extent: float, most: float) -> float:
    return next((step for step in _STEPS if extent / step <= max(3.0, most)), _STEPS[-1])


def _degrees(value: float, step: float, signs: str) -> str:
    places = 3 if step < 0.01 else 2 if step < 0.1 else 1 if step < 1 else 0
    sign = "" if round(value, 6) == 0 or abs(value) == 180 else signs[int(value < 0)]
    return f"{abs(value):.{places}f}°{sign}"


def _crossing(spots: Floats, axis: int, side: float) -> float | None:
    """Where a curve crosses a side of the box, along that side."""
    reached = spots[:, axis] - side
    (at,) = np.nonzero(reached[:-1] * reached[1:] < 0)
    if not len(at):
        return None
    first = int(at[0])
    part = reached[first] / (reached[first] - reached[first + 1])
    other = spots[first : first + 2, 1 - axis]
    return float(other[0] + part * (other[1] - other[0]))

"""Notices for people: volumes and groups."""

from __future__ import annotations

from typing import Any

from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.output import moment
from wellclear.apps.cli.typed import face
from wellclear.domain.quantities import Position


def group_lines(groups: list[Fields]) -> list[Any]:
    """The field groups of a notice for people."""
    lines: list[Any] = []
    for at, group in enumerate(groups):
        if group in groups[:at]:  # a copy, for another recipient
            continue
        match group["group"]:
            case "cell":
                south, west, north, east = (group[f"{side}_e7"] / 1e7 for side in ("south", "west", "north", "east"))
                when = f"{moment(group['start_us'])} to {moment(group['end_us'])}"
                lines.append(f"  cell      {south:.0f} to {north:.0f} N, {west:.0f} to {east:.0f} E, {when}")
            case "volume":
                for number, volume in enumerate(group["volumes"], 1):
                    lines += volume_lines(number, volume)
            case other:
                told = [f"{name}: {value}" for name, value in group.items() if name != "group"]
                lines.append(f"  {other:<9} {'; '.join(told) or 'nothing'}")
    return lines


def volume_lines(number: int, volume: Fields) -> list[str]:
    """One volume for people: shape, positions, band, window."""
    band = volume["band"]
    places = [str(Position(*pair)) for pair in positions_in(volume)]
    size_mm = volume.get("radius_mm", volume.get("half_width_mm"))
    size = (
        f", {'radius' if 'radius_mm' in volume else 'half-width'} {size_mm / 1000:g} m" if size_mm is not None else ""
    )
    shown = places if len(places) <= 6 else [*places[:5], f"... {len(places)} positions in all"]
    return [
        f"  volume {number}  {volume['kind']}{size}",
        *(f"            {place}" for place in shown),
        f"            {face(band.get('lower_mm'), band['datum'])} to {face(band.get('upper_mm'), band['datum'])}",
        f"            {moment(volume['start_us'])} to {moment(volume['end_us'])}",
    ]


def positions_in(volume: Fields) -> list[list[int]]:
    """Every position of a volume in order; the first is the one that is read back."""
    match volume["kind"]:
        case "circle":
            return [volume["centre"]]
        case "corridor":
            return list(volume["route"])
        case "polygon":
            return [pair for ring in volume["rings"] for pair in ring]
    return [pair for rings in volume["polygons"] for ring in rings for pair in ring]

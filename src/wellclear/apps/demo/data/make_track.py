"""Make the demo's track anew from the recording: `python -m wellclear.apps.demo.data.make_track RECORDING.json.gz`.

The cruise part of the recorded flight is taken between two samples and thinned to its corners (Douglas and Peucker),
each with its moment. It is moved by turning the earth under it: adding one longitude to all positions is an isometry of
the ellipsoid, so shape, length and speed stay what they were.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from pyproj import Geod

FIRST, LAST = 800, 946
"""The samples taken: level at FL370, ten seconds apart, from an airway's bend to the start of the descent."""
TOLERANCE_M = 60.0
PLACE = (34.56, 38.27)
"""The track comes by here: Palmyra."""
ELLIPSOID = Geod(ellps="WGS84")
Sample = dict[str, Any]


def across_m(start: Sample, end: Sample, sample: Sample) -> float:
    """How far a sample lies from where somebody would be who flies evenly from `start` to `end` at that moment."""
    azimuth, _, length_m = ELLIPSOID.inv(start["longitude"], start["latitude"], end["longitude"], end["latitude"])
    share = (sample["timestamp"] - start["timestamp"]) / (end["timestamp"] - start["timestamp"])
    lon, lat, _ = ELLIPSOID.fwd(start["longitude"], start["latitude"], azimuth, length_m * share)
    return float(ELLIPSOID.inv(lon, lat, sample["longitude"], sample["latitude"])[2])


def thinned(samples: list[Sample], tolerance_m: float) -> list[Sample]:
    """Corners only: whoever flies evenly between them is nowhere farther than the tolerance from the recording."""
    if len(samples) < 3:
        return samples
    apart = [across_m(samples[0], samples[-1], sample) for sample in samples[1:-1]]
    worst = max(range(len(apart)), key=apart.__getitem__) + 1
    if apart[worst - 1] <= tolerance_m:
        return [samples[0], samples[-1]]
    return thinned(samples[: worst + 1], tolerance_m)[:-1] + thinned(samples[worst:], tolerance_m)


def track(recording: list[Sample]) -> dict[str, Any]:
    """The file's content: degrees x 10^7, seconds after the first vertex, flight level."""
    samples = recording[FIRST:LAST]
    near = min(samples, key=lambda sample: abs(sample["latitude"] - PLACE[0]))
    turn = PLACE[1] - near["longitude"]
    corners = thinned(samples, TOLERANCE_M)
    vertices = [
        {
            "lat_e7": round(corner["latitude"] * 10**7),
            "lon_e7": round((corner["longitude"] + turn) * 10**7),
            "after_s": (corner["timestamp"] - samples[0]["timestamp"]) // 1000,
        }
        for corner in corners
    ]
    return {
        "source": "sample flight elal747 of the Python package traffic 2.13, MIT licence; see LICENCE.md",
        "moved": f"by {turn:.4f} degrees of longitude; thinned to {TOLERANCE_M:.0f} m; samples {FIRST} to {LAST - 1}",
        "flight_level": round(samples[0]["altitude"] / 100),
        "vertices": vertices,
    }


def main(recording: Path, to: Path) -> None:
    """Read the recording, write the track."""
    with gzip.open(recording) as file:
        made = track(json.load(file))
    rows = ",\n".join("    " + json.dumps(vertex) for vertex in made.pop("vertices"))
    head = json.dumps(made, indent=2)[:-2]
    to.write_text(f'{head},\n  "vertices": [\n{rows}\n  ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("track_palmyra.json"))

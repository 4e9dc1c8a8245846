"""Make the demo's track anew from the recording: `python -m wellclear.apps.demo.data.make_track RECORDING.json.gz`.

The cruise part of the recorded flight is taken between two positions and thinned to its corners as `import track` does
it, only without any lag: whoever flies evenly between them is nowhere farther than the tolerance from the recording.
It is moved by turning the earth under it: adding one longitude to all positions is an isometry of the ellipsoid, so
shape, length and speed stay what they were.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from wellclear.domain.quantities import E7
from wellclear.interop.fixes import Fix
from wellclear.interop.recordings import read_recordings
from wellclear.interop.thinning import Tolerance, thinned

FIRST, LAST = 800, 946
"""The positions taken: level at FL370, ten seconds apart, from an airway's bend to the start of the descent."""
TOLERANCE_M = 60.0
ALL_OF_IT_US = 86_400_000_000
PLACE_E7 = (345_600_000, 382_700_000)
"""The track comes by here: Palmyra."""
FLIGHT_LEVEL_MM = 30_480


def track(recorded: list[Fix]) -> dict[str, Any]:
    """The file's content: degrees x 10^7, seconds after the first vertex, flight level."""
    fixes = recorded[FIRST:LAST]
    near = min(fixes, key=lambda fix: abs(fix.position.lat_e7 - PLACE_E7[0]))
    turn_e7 = PLACE_E7[1] - near.position.lon_e7
    corners = thinned(fixes, Tolerance(TOLERANCE_M, lag_s=0.0, leg_us=ALL_OF_IT_US))
    vertices = [
        {
            "lat_e7": fixes[corner].position.lat_e7,
            "lon_e7": fixes[corner].position.lon_e7 + turn_e7,
            "after_s": (fixes[corner].moment_us - fixes[0].moment_us) // 1_000_000,
        }
        for corner in corners
    ]
    return {
        "source": "sample flight elal747 of the Python package traffic 2.13, MIT licence; see LICENCE.md",
        "moved": f"by {turn_e7 / E7:.4f} degrees of longitude; thinned to {TOLERANCE_M:.0f} m; "
        f"samples {FIRST} to {LAST - 1}",
        "flight_level": round((fixes[0].barometric_mm or 0) / FLIGHT_LEVEL_MM),
        "vertices": vertices,
    }


def main(recording: Path, to: Path) -> None:
    """Read the recording, write the track."""
    with recording.open("rb") as source:
        _, found = read_recordings(source, recording.name)
    made = track(next(iter(found.values())).fixes)
    rows = ",\n".join("    " + json.dumps(vertex) for vertex in made.pop("vertices"))
    head = json.dumps(made, indent=2)[:-2]
    to.write_text(f'{head},\n  "vertices": [\n{rows}\n  ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("track_palmyra.json"))

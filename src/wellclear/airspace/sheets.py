"""Boxes in space laid onto six flat sheets, so that a plane index can find which of them may be near each other.

The sheets are the faces of a cube around the earth. A sheet belongs to the part of the surface where one coordinate is
the greatest in size and has its sign, and is seen straight along that axis: the projection only leaves that coordinate
out, so nothing on it is farther apart than in space. There is no seam but the cube's edges, and what reaches over one
lies on both sheets. They are laid side by side in one plane, too far apart to meet.

*Nothing is missed* (decision 0013). Let two skeletons be within r + s of each other along a geodesic, and take the
point m of it that is at most r from the one and at most s from the other. It is on the surface, so on some sheet.
The box of the one, padded by r, holds m in space; so it touches the part of the surface of that sheet and is laid on
it, and its two remaining sides hold the image of m there. The same is true of the other box, padded by s. So both
rectangles hold one point of the sheet, and meet.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from wellclear.airspace.geodesy import Floats, Ints

_APART_M: Final = 1e8  # from sheet to sheet; a padded box is cut to what can hold some of the earth
_EARTH_M: Final = 7e6
_KEPT: Final = ((1, 2), (2, 0), (0, 1))  # the coordinates that are left, by the axis that is not


def lay(boxes: Floats, pad_m: Floats) -> tuple[Ints, Floats]:
    """Put boxes in space (n, 6: least x, y, z, then most), padded by n metres, onto the sheets.

    Which box each rectangle is of, and the rectangles (k, 4: least x, y, then most) in the plane of all six sheets.
    """
    low = np.clip(boxes[:, :3] - pad_m[:, None], -_EARTH_M, _EARTH_M)
    high = np.clip(boxes[:, 3:] + pad_m[:, None], -_EARTH_M, _EARTH_M)
    smallest = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    owners, rectangles = [], []
    for axis, (across, up) in enumerate(_KEPT):
        rest = np.maximum(smallest[:, across], smallest[:, up])
        for side, reached in enumerate((high[:, axis], -low[:, axis])):
            rows = np.flatnonzero(reached >= rest)
            shift = (2 * axis + side) * _APART_M
            owners.append(rows)
            rectangles.append(
                np.stack([low[rows, across] + shift, low[rows, up], high[rows, across] + shift, high[rows, up]], axis=1)
            )
    return np.concatenate(owners), np.concatenate(rectangles)

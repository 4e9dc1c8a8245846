"""Make the geoid grid that the package ships, from PROJ's copy of NGA's EGM96 grid: `geoid_grid.py egm96_15.gtx OUT`.

In: the format GTX (40 bytes of header, then big-endian float32 metres, the south pole first, from 180° W eastward;
721 rows of 1440). Out: whole centimetres, int16, as differences of each row to the one below it and of each of those
to its western neighbour (they fold back without loss, modulo 2**16), low bytes before high ones, in an xz container.
"""

from __future__ import annotations

import hashlib
import lzma
import sys
from pathlib import Path

import numpy as np

SOURCE_SHA256 = "c02a6eb70a7a78efebe5adf3ade626eb75390e170bb8b3f36136a2c28f5326a0"  # 4,153,000 bytes


def packed(source: bytes) -> bytes:
    """The shipped bytes of the source's."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise SystemExit("this is not the grid that the shipped one was made from")
    metres = np.frombuffer(source[40:], ">f4").reshape(721, 1440).astype(np.float64)
    steps = np.diff(np.rint(metres * 100).astype(np.int64), axis=0, prepend=0)
    steps = np.diff(steps, axis=1, prepend=0).astype(np.uint16)
    planes = steps.astype("<u2").tobytes()
    return lzma.compress(planes[0::2] + planes[1::2], lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(packed(Path(sys.argv[1]).read_bytes()))

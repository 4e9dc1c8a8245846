"""Real processes: a host and nodes as operators start them, killed with SIGKILL under load, from one seed.

`make kill` runs it (`python -m wellclear.testing.processes`). Homes and stores lie on a real disk, requests go over
loopback; who says what, and who dies when, is thrown from the seed. What clients were told is kept beside the
processes, and when all of them have stopped the checkers of the simulated world read the files.
"""

from __future__ import annotations

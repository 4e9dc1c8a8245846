"""Hypothesis profiles: `ci` finds the same examples every time; `dev` looks for new ones (WELLCLEAR_PROFILE=dev)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,  # nothing asserts on speed, and the machine is shared
    print_blob=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # a measure of speed as well
)
settings.register_profile("dev", deadline=None, print_blob=True, max_examples=500)
settings.load_profile(os.environ.get("WELLCLEAR_PROFILE", "ci"))

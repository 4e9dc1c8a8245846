"""Hypothesis profiles: `ci` finds the same examples every time; `dev` looks for new ones (WELLCLEAR_PROFILE=dev)."""

from __future__ import annotations

import os

import pytest
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


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes never make a test's name: compressed or signed, they differ in each process, and two that run the
    tests side by side must find the same ones."""
    return argname if isinstance(val, bytes) else None

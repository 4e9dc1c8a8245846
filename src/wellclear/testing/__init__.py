"""A whole channel from one seed, and Hypothesis strategies, shipped for integrators; imports every layer but apps."""

from __future__ import annotations

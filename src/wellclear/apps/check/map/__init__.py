"""A check drawn: one page that needs nothing but a browser, and one picture for a report."""

from __future__ import annotations

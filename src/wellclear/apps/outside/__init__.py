"""What others count and report, shown beside each other: lanes of series, drawn as a picture and as one page."""

from __future__ import annotations

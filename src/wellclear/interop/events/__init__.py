"""Tables of events that others keep: monitors, data projects, parties themselves; read as they stand, never merged.

A series is what one source counts, by its own words (`form`). Its rows become events (`event`, `table`), and these are
counted by day, week or month, by cell of the map, and by type (`counts`), each series for itself (N8).
"""

from __future__ import annotations

"""Lines that red lines, zones and notices share: what a host nation has said, who has received and acknowledged."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType

from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.output import table

UNREAD: Final = "not open here"


def consent_lines(row: Fields, indent: str = "  ") -> list[str]:
    """What each host nation has said of this version, or that no desk speaks for it."""
    told = row.get("host_consent")
    if told is None:
        return []
    lines = [f"{indent}Consent of the host nation {one['party']}: {one['words']}." for one in told["nations"]]
    return lines + ([f"{indent}Consent of the host nation: {told['gap']}."] if told["gap"] else [])


def consent_in_short(row: Fields) -> str:
    """The same in one cell of a table."""
    told = row.get("host_consent")
    if told is None:
        return "-"
    said = [f"{one['party']}: {one.get('consent', 'no word').replace('_', ' ')}" for one in told["nations"]]
    return ", ".join(said) or str(told["gap"])


def standing_of(row: Fields) -> str:
    """Whether a record stands, or when it was called off."""
    return f"called off {row['ended']}" if "ended" in row else "stands"


def recipients_table(row: Fields) -> RenderableType:
    """How far each desk that a record is for has come; none of it is agreement."""
    marks = [(one["desk"], *(one.get(name, "-") for name in ("received", "acked", "replied"))) for one in
             row["recipients"]]  # fmt: skip
    return table(("desk", "received", "acknowledged", "replied"), marks)

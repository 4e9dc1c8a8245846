"""The one spelling in which a report is kept: the same report is the same text, and is known again by it."""

from __future__ import annotations

import json
from dataclasses import asdict

from wellclear.errors import InvalidValue
from wellclear.interop.reports.report import FIELDS, Record, Report


def spelt(report: Report) -> str:
    """A report as a JSON object of its fields."""
    return json.dumps(asdict(report), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def report_of(text: str) -> Report:
    """The report of its spelling; raises InvalidValue where it is none."""
    try:
        read = json.loads(text)
        cites, record = tuple(read.pop("cites")), Record(read.pop("record"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidValue("report", f"{text[:60]!r} is none that was kept") from error
    whole = set(read) == set(FIELDS) - {"cites", "record"}
    if not whole or not all(isinstance(value, str) for value in (*read.values(), *cites)):
        raise InvalidValue("report", f"{text[:60]!r} is none that was kept")
    return Report(**read, cites=cites, record=record)

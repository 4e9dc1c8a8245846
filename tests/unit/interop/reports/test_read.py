"""Reports out of CSV and JSON: every field, and what is said of those that cannot be used."""

from __future__ import annotations

import io
import json

import pytest

from wellclear.errors import Malformed
from wellclear.interop.reports import read as reading
from wellclear.interop.reports.read import Reports, read_reports
from wellclear.interop.reports.report import Record, Report

HEAD = "id,fact,claim,outlet,agency,speaker,record,said,printed,cites\n"
ROW = "A-1,talks,Talks began.,Outlet A,Agency X,a source,off,2025-04-09,2025-04-10,B-1; B-2\n"
SAID = Report(
    "A-1", "talks", "Talks began.", "Outlet A", "2025-04-10", "Agency X", "a source", Record.OFF, "2025-04-09",
    ("B-1", "B-2"),
)  # fmt: skip


def read(content: str | bytes) -> Reports:
    return read_reports(io.BytesIO(content.encode() if isinstance(content, str) else content), "reports")


def wrong(content: str) -> list[str]:
    return [str(one) for one in read(content).wrong]


def refused(content: str | bytes) -> str:
    with pytest.raises(Malformed) as caught:
        read(content)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + ROW,
        "\ufeff" + HEAD + ROW,
        (HEAD + ROW).replace("B-1; B-2", "B-1").replace(",", "\t").replace("B-1", "B-1; B-2"),
        json.dumps({"reports": [{"id": "A-1", "fact": "talks", "claim": "Talks began.", "outlet": "Outlet A",
                                 "agency": "Agency X", "speaker": "a source", "record": "off", "said": "2025-04-09",
                                 "printed": "2025-04-10", "cites": ["B-1", "B-2"]}]}),
    ],
)  # fmt: skip
def test_a_report_is_read_whole(content: str) -> None:
    found = read(content)
    assert (found.wrong, found.reports) == ([], {"A-1": SAID})


def test_what_is_not_said_stays_empty_and_moments_are_taken() -> None:
    (found,) = read('[{"id":"1","fact":"f","claim":"c","outlet":"o","printed":"2025-04-10T10:00Z"}]').reports.values()
    assert (found.agency, found.speaker, found.record, found.said, found.cites) == ("", "", Record.UNSAID, "", ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A-1,", ",", "line 2, id: is empty; every report says it"),
        ("2025-04-10", "2025-04-31", "line 2, printed: '2025-04-31': there is no such day"),
        ("2025-04-10", "", "line 2, printed: is empty; write a day"),
        ("2025-04-10", "yesterday", "line 2, printed: 'yesterday' is no date and time"),
        ("2025-04-10", "2025-04-08", "line 2, said: 2025-04-09: is after it was printed, 2025-04-08"),
        (",off,", ",maybe,", "line 2, record: 'maybe' is none of on, off, unsaid"),
        ("a source", "", "line 2, speaker: is empty, but what was said is off the record"),
        ("B-1; B-2", "A-1", "line 2, cites: names the report itself"),
        ("Talks began.", "Talks \u202ebegan.", "line 2, claim: holds U+202E"),
        ("Talks began.", "x" * 1001, "line 2, claim: is longer than 1000 characters"),
        ("Talks began.", "Talks, and more.", "line 2: has 11 cells for 10 columns"),
        ("Talks began.", '"Talks began.', "line 2: cannot be read: unexpected end of data"),
        ("B-1; B-2", ";".join(f"B-{at}" for at in range(21)), "line 2, cites: 21 reports; 20 are the most"),
    ],
)
def test_what_cannot_be_used_is_told_by_line_and_field(old: str, new: str, said: str) -> None:
    (found,) = wrong(HEAD + ROW.replace(old, new))
    assert said in found


def test_one_id_is_one_report() -> None:
    assert wrong(HEAD + ROW + ROW) == ["line 3, id: 'A-1' stands in line 2: says the same again; take one of them out"]
    found = read(HEAD + ROW + ROW.replace("began", "ended"))
    assert found.reports == {}
    assert "another report; give one another id" in str(found.wrong[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty; the columns are id, fact"),
        (HEAD, "there is no report in it"),
        (HEAD.replace("printed", "date") + ROW, "line 1: has no column 'printed'"),
        (HEAD.replace("cites", "colour") + ROW, "line 1: has a column that no report has: 'colour'"),
        (HEAD.replace("cites", "id") + ROW, "line 1: has twice 'id'"),
        ('{"reports": 5}', "reports: is no list"),
        ('{"reports": [', "line 1: is no JSON"),
        ("[" * 100_000, "is no JSON"),
        (b"\xff\xfe\xff", "the text is not UTF-8"),
    ],
)
def test_what_is_no_file_of_reports_is_refused_whole(content: str | bytes, said: str) -> None:
    assert said in refused(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[7]", "report 1: is no object in braces"),
        ('[{"id": 7}]', "report 1, id: must be text"),
        ('[{"cites": "A"}]', "report 1, cites: must be a list of ids"),
        ('[{"name of the source": "x"}]', "report 1, name of the source: is no field of a report"),
    ],
)
def test_json_is_held_to_the_same_fields(content: str, said: str) -> None:
    assert said in wrong(content)[0]


def test_there_may_be_no_more_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "REPORTS_MAX", 2)
    assert "2 reports are the most" in refused(HEAD + ROW + ROW)

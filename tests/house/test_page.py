"""The node's page, read as text: it loads nothing from elsewhere, makes no markup of what it shows, and every sentence
that it asks for exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE

PAGE = PACKAGE / "apps" / "node" / "page"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
# Ways to turn text into markup or code, and ways out of the origin.
MARKUP = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc|DOMParser|createContextualFragment|setHTML\w*|eval|Function)\b"
    r"|\bdocument\.write|\bset(?:Timeout|Interval)\(\s*[\"'`]|\bimport\("
)
ELSEWHERE = re.compile(
    r"\b[a-z][a-z0-9+.-]*://|[\"'(=]\s*//|[\"'(=]data:|\b(?:WebSocket|EventSource|sendBeacon|XMLHttpRequest)\b"
)
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
AS_CONSENT = re.compile(
    r"\b(?:approv\w+|permission|permitted|authori[sz]ed|cleared to|granted|accepted)\b", re.IGNORECASE
)
# Ids that are put together from a word of the board: each family with its words.
FAMILIES = {
    "answer": ("ours", "not_ours", "not_known"),
    "code": ("cease", "emergency", "control_lost", "search_rescue", "in_progress"),
    "holds": ("concurs", "disputes", "silent", "unread"),
    "level": ("alarm", "warning", "caution"),
    "not_now": ("halted", "left"),
    "out": ("waiting", "linked", "refused", "held", "unproven", "logged"),
    "outcome": ("statement", "no_statement", "neither_confirm_nor_deny"),
    "phase": ("founding", "closed"),
    "prec": ("Z", "O", "P", "R"),
    "record": (
        "authority_scope",
        "consent",
        "incident",
        "intent",
        "red_line",
        "report",
        "series",
        "statement",
        "track_query",
        "zone",
    ),
    "request": ("altitude", "delay"),
    "rung": ("ring", "ack", "next_name", "other_desk", "host"),
    "state": ("unack", "acked", "cleared"),
    "statement": ("agreed", "proposed", "refused", "called_off", "sealed"),
    "know": ("asked", "overdue", "passed", "passed_late", "closed"),
    "verdict": ("conflict", "possible", "none"),
    "what": ("receipt", "acknowledge", "confirm", "answer"),
    "zone": ("agreed", "disputed", "claimed", "ended"),
    "sort": ("area_of_separation", "caution_area", "closure"),
    "plan": ("area_of_separation", "caution_area", "closure"),
}


def sources(*suffixes: str) -> list[tuple[str, str]]:
    return [(path.name, path.read_text("utf-8")) for path in sorted(PAGE.iterdir()) if path.suffix in suffixes]


def faults(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[str]:
    """Where a pattern stands in the page's files, line by line."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts
        for number, line in enumerate(text.replace(SVG_NAMESPACE, "").split("\n"), start=1)
        if pattern.search(line)
    ]


def sentences() -> dict[str, str]:
    text = (PAGE / "strings.js").read_text("utf-8")
    return dict(re.findall(r'^  (\w+): "(.*)",$', text, re.MULTILINE))


def asked() -> dict[str, set[str]]:
    """Ids that the page names in so many words, and in which files."""
    found: dict[str, set[str]] = {}
    calls = re.compile(
        r"\b(?:say|sentence|plain|button|announce|fact)\(\s*\"(\w+)\"|data-say=\"(\w+)\"|\bsend: \"(\w+)\""
    )
    chosen = re.compile(r"\b(?:say|sentence|plain)\(([^()]*\?[^()]*)\)")
    for name, text in sources(".js", ".html"):
        if name == "strings.js":
            continue
        for groups in calls.findall(text):
            found.setdefault(next(filter(None, groups)), set()).add(name)
        for inner in chosen.findall(text):
            for id_ in re.findall(r"[?:] \"(\w+)\"", inner):
                found.setdefault(id_, set()).add(name)
    return found


def test_the_page_reaches_nothing_beyond_its_node() -> None:
    assert not faults(ELSEWHERE, sources(".js", ".html", ".css", ".svg"))
    assert not faults(re.compile(r"@import|url\((?!#)"), sources(".css"))


@pytest.mark.requirement("R23")
def test_nothing_becomes_markup() -> None:
    assert not faults(MARKUP, sources(".js"))


def test_no_script_or_style_stands_in_the_markup() -> None:
    assert not faults(INLINE, sources(".html", ".svg"))


def test_every_sentence_that_is_asked_for_exists() -> None:
    missing = {id_: sorted(names) for id_, names in asked().items() if id_ not in sentences()}
    assert not missing
    assert not [
        f"{family}_{word}"
        for family, some in FAMILIES.items()
        for word in some
        if f"{family}_{word}" not in sentences()
    ]


def test_no_sentence_is_there_for_nobody() -> None:
    texts = "".join(text for name, text in sources(".js", ".html") if name != "strings.js")
    made = {f"{family}_{word}" for family, some in FAMILIES.items() for word in some}
    assert not [id_ for id_ in sentences() if id_ not in made and not re.search(rf"[\"'`]{id_}[\"'`]", texts)]


@pytest.mark.requirement("R3", "N3")
def test_no_sentence_sounds_like_consent() -> None:
    found = [f"{id_}: {text}" for id_, text in sentences().items() if AS_CONSENT.search(text)]
    assert not found
    assert "not consent" in sentences()["quiet"]


def test_every_module_that_is_imported_lies_beside() -> None:
    names = {path.name for path in PAGE.iterdir()}
    for name, text in sources(".js"):
        assert set(re.findall(r'from "\./([\w.]+)"', text)) <= names, name
    (script,) = re.findall(r'src="/page/([\w.]+)"', (PAGE / "index.html").read_text("utf-8"))
    assert script in names


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MARKUP, "node.innerHTML = text"),
        (MARKUP, 'setTimeout("x()", 1)'),
        (ELSEWHERE, 'fetch("https:' + '//x.example")'),
        (ELSEWHERE, 'src="//x.example/a.js"'),
        (INLINE, '<p style="color: red">'),
        (INLINE, "<script>x()</script>"),
        (AS_CONSENT, "approved"),
    ],
)
def test_a_planted_fault_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert faults(pattern, [("x", line)])


def test_the_page_is_shipped() -> None:
    """Everything lies in the package, where the wheel takes it."""
    assert {"index.html", "page.css", "main.js", "icon.svg"} <= {path.name for path in Path(PAGE).iterdir()}

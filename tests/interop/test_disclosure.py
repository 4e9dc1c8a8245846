"""Levels from the command line, on real processes: less for one reader, a preview as that reader, more of it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.interop.two_machines import DAY, PLACE, START, Machine, two_machines

pytestmark = pytest.mark.slow
SOUTH = "SOUTHLAND"
WORDS = ["draft", "--as", "W1", "--to", "SOUTHLAND/OPS", *START, *PLACE, "--contact", "desk line seventeen"]

LOOKING = ["--say", "invitation=the host nation", "--say", "purpose=site_survey", "--consent", SOUTH]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("levels")) as both:
        yield both


@pytest.mark.requirement("R25", "N13")
def test_a_survey_is_a_cell_until_it_is_disclosed(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    survey = [*WORDS, "--category", "survey", *LOOKING]
    told = a.json(*survey[:1], "--preview", "--as", SOUTH, *survey[3:])
    assert (told["level"], [group["group"] for group in told["groups"]]) == (1, ["cell"])
    assert told["cell"].startswith("34° N to 35° N, 38° E to 39° E (about 111 km × 9")
    assert told["hostile"][0].startswith("That something lies within this cell")
    assert "takes --disclose PARTY=N" in a.run(*survey, "--level", f"{SOUTH}=2", code=2)
    item = a.does(b, "release", a.json(*survey)["draft"], "--as", "R1", "--yes")["id"]
    row = b.until(lambda row: "cell" in row, "notice", "show", item)
    assert row["volumes"] == [] and "category" not in row and row["levels"] == {SOUTH: 1}
    (given,) = a.until(lambda told: "received" in told["given"][0], "notice", "given", item)["given"]
    assert (given["version"], given["party"], given["level"], given["groups"]) == (1, SOUTH, 1, ["cell"])
    assert given["disclosed"] == [] and given["acked"] == []
    assert "NOT_THE_ANNOUNCER" in b.run("notice", "given", item, code=3)

    draft = a.json("disclose", item, "--to", "SOUTHLAND/OPS", "--level", "3", "--as", "W1")
    assert draft["groups"] == ["volume", "category"]
    assert any("it can be aimed at" in line for line in draft["warnings"])
    a.does(b, "release", draft["draft"], "--as", "R1", "--yes")
    row = b.until(lambda row: row["volumes"] and "contact" in row, "notice", "show", item)
    assert (row["category"], row["contact"], row["levels"]) == ("survey", "desk line seventeen", {SOUTH: 3})
    assert [one["groups"] for one in row["disclosed"]] == [["volume", "category"]]
    assert "rest" not in row
    (given,) = a.json("notice", "given", item)["given"]
    assert given["level"] == 3 and [one["groups"] for one in given["disclosed"]] == [["volume", "category"]]
    listed = a.run("notice", "given", item)
    assert "level 3: volume, time, category and contact" in listed and "nobody can tell who read it" in listed
    shown = b.run("notice", "show", item)
    assert f"{SOUTH} is shown level 3: volume, time, category and contact" in shown
    assert f"disclosed later to {SOUTH}: volume, category (" in shown
    assert f"disclosed later to {SOUTH}: volume and category of {item} (version 1)" in b.run("timeline")
    assert "all of that was shown" in a.run("disclose", item, "--to", "SOUTHLAND/OPS", "--group", "cell", "--as", "W1",
                                            code=2)  # fmt: skip
    assert "only its announcer" in b.run(
        "disclose", item, "--to", "NORTHLAND/OPS", "--level", "4", "--as", "W1", code=2
    )


@pytest.mark.requirement("R25")
def test_less_may_always_be_shown_and_an_amendment_keeps_it(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    air = [*WORDS, "--category", "air", "--level", f"{SOUTH}=2"]
    item = a.does(b, "release", a.json(*air)["draft"], "--as", "R1", "--yes")["id"]
    row = b.until(lambda row: row["volumes"], "notice", "show", item)
    assert row["levels"] == {SOUTH: 2} and "category" not in row
    amended = a.json("amend", item, "--end", f"{DAY}T13:00Z", "--as", "W1")["draft"]
    a.does(b, "release", amended, "--as", "R1", "--yes")
    row = b.until(lambda row: row["version"] == 2 and row["volumes"], "notice", "show", item)
    assert row["levels"] == {SOUTH: 2} and "category" not in row
    assert "nobody is left" in a.run(*air[:-2], "--level", f"{SOUTH}=0", code=2)


@pytest.mark.requirement("R27", "R29", "N2")
def test_a_site_and_a_movement_go_by_commands_of_their_own(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    today = datetime.now(UTC).date()
    site = ["site", "--as", "W1", "--to", "SOUTHLAND/OPS", "--is", "hospital", *START, *PLACE, "--consent", SOUTH]
    stale = a.run(*site, "--checked", (today - timedelta(days=100)).isoformat(), code=3)
    assert "more than 90 days after its last check" in stale
    kept = a.json(*site, "--checked", today.isoformat(), "--disclose", f"{SOUTH}=4")
    item = a.does(b, "release", kept["draft"], "--as", "R1", "--yes")["id"]
    row = b.until(lambda row: "rest" in row, "notice", "show", item)
    assert (row["category"], row["rest"]["site"]) == ("protected_site", "hospital")
    assert "whether or not it was notified" in b.run("notice", "show", item)
    (listed,) = [one for one in b.json("notice", "list") if one["id"] == item]
    assert listed["volumes"] == [] and "cell" not in listed and "rest" not in listed
    moves = [
        "movement", "--as", "W1", "--to", "SOUTHLAND/OPS", "--consent", SOUTH, "--corridor", "34.50,38.00; 34.56,38.27",
        "--times", f"{DAY}T10:00Z; {DAY}T10:40Z", "--vehicles", "lorry:12", "--contact-on-board", "telephone 881",
    ]  # fmt: skip
    assert "--armed-escort" in a.run(*moves, code=2)
    kept = a.json(*moves, "--armed-escort", "no", "--disclose", f"{SOUTH}=4")
    item = a.does(b, "release", kept["draft"], "--as", "R1", "--yes")["id"]
    row = b.until(lambda row: "rest" in row, "notice", "show", item)
    assert row["rest"]["vehicles"] == [{"sort": "lorry", "count": 12}] and row["rest"]["armed_escort"] == "no"

"""Two real nodes: a statement proposed, signed in part, worded anew, signed by both heads, and released to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.two_machines import Machine, two_machines

pytestmark = pytest.mark.slow
BY = ["--as", "W1"]
LONG = "en: The two sides met.\nhe: שני הצדדים נפגשו.\n\nen: They agreed on the scope.\n"
SHORT = "en: The two sides will continue the dialogue.\n"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    with two_machines(tmp_path_factory.mktemp("statements")) as both:
        yield both


@pytest.mark.requirement("R38", "N6")
def test_a_statement_is_released_when_both_heads_have_signed_it_and_not_before(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = machines
    text, out = tmp_path / "closing.txt", tmp_path / "agreed.txt"
    text.write_text(LONG, "utf-8")
    assert "No statements." in a.run("statement", "list")
    drafted = a.json("statement", "propose", str(text), "--to", "SOUTHLAND/OPS", *BY)["draft"]
    item = a.does(b, "release", drafted, "--as", "R1", "--yes")["id"]
    b.until(lambda row: "said" in row, "statement", "show", item)
    assert "--sentences" in b.run("statement", "sign", item, "--sentences", "3", "--yes", code=2)
    b.does(a, "statement", "sign", item, "--sentences", "1", "--yes")
    row = a.until(lambda row: row["signing"]["signers"][1]["sentences"], "statement", "show", item)
    assert row["signing"]["waits_for"] == [["NORTHLAND"], ["NORTHLAND", "SOUTHLAND"]]
    assert "sentence 1" in a.run("statement", "release", item, "--out", str(out), code=2) and not out.exists()
    text.write_text(SHORT, "utf-8")
    drafted = a.json("statement", "amend", item, str(text), "--keep-until", "2030-01-01", *BY)["draft"]
    a.does(b, "release", drafted, "--as", "R1", "--yes")
    row = b.until(lambda row: row["version"] == 2 and "said" in row, "statement", "show", item)
    assert row["signing"]["waits_for"] == [["NORTHLAND", "SOUTHLAND"]], "what was signed before counts nothing"
    a.does(b, "statement", "sign", item, "--yes")
    b.does(a, "statement", "sign", item, "--yes")
    for machine in machines:
        machine.until(lambda row: row["signing"]["state"] == "agreed", "statement", "show", item)
    assert "Nothing has been published" in a.run("statement", "release", item, "--out", str(out))
    assert "continue the dialogue" in out.read_text("utf-8") and "SOUTHLAND in entry" in out.read_text("utf-8")
    assert "cannot be written" in a.run("statement", "release", item, "--out", str(out), code=4)
    b.does(a, "statement", "sign", item, "--refuse", "--sentences", "none", "--yes")
    row = a.until(lambda row: row["signing"]["state"] == "refused", "statement", "show", item)
    assert any("Refused by SOUTHLAND" in line for line in row["signing"]["words"])
    other = tmp_path / "agreed.json"
    assert "not agreed" in a.run("statement", "release", item, "--out", str(other), code=2)
    assert json.loads(a.run("statement", "list", "--json"))[0]["id"] == item

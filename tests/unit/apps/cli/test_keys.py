from __future__ import annotations

from wellclear.apps.cli.keys import preview_lines


def test_the_preview_names_what_persons_said_and_counts_what_machines_did() -> None:
    rows = [
        {"index": 40, "kind": "notice", "item": "NORTHLAND-1001-9", "said": "221000ZNOV26", "desk": "NORTHLAND/OPS"}
    ]
    told = preview_lines({"since": 38, "count": 4, "rows": rows})
    assert told[0] == "From entry 38 on this becomes doubtful, for everybody:"
    assert told[1] == "  40 notice NORTHLAND-1001-9 221000ZNOV26 NORTHLAND/OPS"
    assert told[2] == "  and 3 entries that the node made by itself"


def test_a_key_that_said_nothing_makes_nothing_doubtful() -> None:
    (line,) = preview_lines({"since": 38, "count": 0, "rows": []})
    assert "nothing becomes doubtful" in line

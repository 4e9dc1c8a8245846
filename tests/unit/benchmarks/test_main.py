from __future__ import annotations

import pytest

from benchmarks import runs
from benchmarks.__main__ import asked, main


def test_names_come_with_commas_and_a_quick_run_has_one_round() -> None:
    options = asked(["--only", "sequencing,ringing.p50", "--quick"])
    assert (options.only, options.rounds) == (["sequencing", "ringing.p50"], 1)
    assert asked([]).rounds == 5
    assert asked(["--quick", "--rounds", "3"]).rounds == 3
    with pytest.raises(SystemExit):
        asked(["--rounds", "-1"])


def test_a_name_that_nothing_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "sise"]) == 2
    assert "sise" in capsys.readouterr().err


@pytest.mark.slow
def test_a_quick_run_measures_tells_and_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(runs.HISTORY.glob("*"))
    assert main(["--quick", "--only", "size,verifying"]) == 0
    told = capsys.readouterr().out
    assert "| size of a leaf | 1,055 bytes |" in told
    assert "signatures/s" in told
    assert sorted(runs.HISTORY.glob("*")) == before


@pytest.mark.slow
def test_what_protects_is_measured_beside_the_same_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Real hosts and nodes, in this process and in their own; the measurement itself checks that all of it was done."""
    assert main(["--quick", "--only", "costs,cosigning,bundle.one,away"]) == 0
    told = capsys.readouterr().out
    assert "failed in" not in told
    for without in ("sealing", "approvals", "ML-DSA-44", "witnessing"):
        assert told.count(f"without {without}: ") == 2
    assert "cosigned by all three, p50" in told
    assert told.count("replay of its own store: ") == 2

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

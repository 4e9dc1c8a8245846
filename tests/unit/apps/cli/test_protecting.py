"""The commands for sites, movements, deployments and surveys: what they ask for, before any node is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.commands import run

WHO = ["--as", "W1", "--to", "SOUTHLAND/OPS"]
HOURS = ["--start", "2026-11-23T10:00Z", "--end", "2026-11-23T12:00Z"]
PLACE = ["--circle", "34.56,38.27", "--radius", "300m", *HOURS]
CONSENT = ["--consent", "SOUTHLAND"]
SITE = ["site", *WHO, "--is", "hospital", "--checked", "2026-11-20", *PLACE]
MOVEMENT = [
    "movement", *WHO, "--corridor", "34.50,38.00; 34.56,38.27", "--times", "2026-11-23T10:00Z; 2026-11-23T10:40Z",
    "--vehicles", "lorry:12", "--vehicles", "car:2", "--armed-escort", "no", "--contact-on-board", "telephone 881",
]  # fmt: skip
DEPLOYMENT = ["deployment", *WHO, "--what", "a field hospital", "--invitation", "the host nation",
              "--purpose", "medical", *PLACE]  # fmt: skip
SURVEY = ["survey", *WHO, "--invitation", "the host nation", *PLACE]


def preview(words: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run([*words, "--preview", "--home", str(home), "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {group["group"]: group for group in told["groups"]} | {"levels": told["levels"]}


@pytest.mark.requirement("R30", "R31")
def test_a_deployment_states_what_it_has_and_has_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = preview([*DEPLOYMENT, *CONSENT, "--say", "radar=no", "--say", "air_defence=yes"], tmp_path, capsys)["rest"]
    assert (rest["radar"], rest["air_defence"]) == ("no", "yes") and "jamming" not in rest
    assert "radar" in refused([*DEPLOYMENT, *CONSENT, "--say", "radar=perhaps"], tmp_path, capsys)


def refused(words: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run([*words, "--preview", "--home", str(home)]) == 2
    return capsys.readouterr().err


@pytest.mark.requirement("R27", "R29", "N13")
def test_each_command_drafts_its_category_with_its_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = preview([*SITE, *CONSENT], tmp_path, capsys)
    assert site["category"]["category"] == "protected_site" and site["levels"] == {"SOUTHLAND": 1}
    assert site["rest"] == {"group": "rest", "site": "hospital", "last_checked": "2026-11-20"}
    movement = preview([*MOVEMENT, *CONSENT], tmp_path, capsys)
    (leg,) = movement["volume"]["volumes"]
    assert leg["times_us"] == [leg["start_us"], leg["end_us"]]
    assert movement["rest"] == {
        "group": "rest", "armed_escort": "no", "contact_on_board": "telephone 881",
        "vehicles": [{"sort": "lorry", "count": 12}, {"sort": "car", "count": 2}],
    }  # fmt: skip
    deployment = preview([*DEPLOYMENT, *CONSENT], tmp_path, capsys)["rest"]
    assert (deployment["activity"], deployment["purpose"]) == ("a field hospital", "medical")
    survey = preview([*SURVEY, *CONSENT], tmp_path, capsys)
    assert (survey["category"]["category"], survey["rest"]["purpose"]) == ("survey", "site_survey")


@pytest.mark.requirement("R29", "N1", "N13")
@pytest.mark.parametrize("words", [SITE, MOVEMENT, DEPLOYMENT, SURVEY], ids=lambda words: words[0])
def test_without_consent_nobody_is_given_anything(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--consent: " in refused(words, tmp_path, capsys)
    assert "--consent: WESTLAND is none of the recipients" in refused(
        [*words, "--consent", "WESTLAND"], tmp_path, capsys
    )


@pytest.mark.requirement("R27")
@pytest.mark.parametrize("missing", ["--armed-escort", "--contact-on-board", "--vehicles", "--times", "--corridor"])
def test_a_convoy_without_what_it_must_say_is_no_command(
    missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = list(MOVEMENT)
    while missing in words:
        at = words.index(missing)
        del words[at : at + 2]
    assert missing in refused([*words, *CONSENT], tmp_path, capsys)


@pytest.mark.requirement("R27", "N4")
def test_what_is_on_no_list_is_refused_with_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        ([*SITE, "--is", "depot"], "--is: 'depot' is none of hospital"),
        ([*DEPLOYMENT, "--purpose", "strike"], "--purpose: 'strike' is none of aid"),
        ([*MOVEMENT, "--armed-escort", "perhaps"], "--armed-escort: 'perhaps'"),
        ([*MOVEMENT, "--vehicles", "tank:1"], "--vehicles: 'tank:1': write SORT:NUMBER"),
    ):
        assert said in refused([*words, *CONSENT], tmp_path, capsys)

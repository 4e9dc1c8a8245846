"""What an amendment keeps of what was shown, and of who was consented to."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.apps.cli.levelling import levels_in, levels_kept
from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.domain.agreement import default_settings
from wellclear.errors import InvalidValue

TERMS = default_settings()
TO = ("CASPIA/OPS", "SOUTHLAND/OPS")


def form(category: str = "protected_site", **more: Any) -> NoticeForm:
    return NoticeForm(to=TO, category=category, precedence="R", volumes=(), keep_until="2026-12-01", **more)


@pytest.mark.requirement("R29", "N13")
def test_an_amendment_goes_to_whom_the_version_before_was_given_and_to_nobody_else() -> None:
    kept = levels_kept(form(), {"levels": {"SOUTHLAND": 2}}, TERMS, (None, None))
    assert kept.consent == ("SOUTHLAND",)
    assert levels_in(kept, TERMS) == {"CASPIA": 0, "SOUTHLAND": 2}
    more = levels_kept(form(), {"levels": {"SOUTHLAND": 2}}, TERMS, (None, None), ["CASPIA"])
    assert levels_in(more, TERMS) == {"CASPIA": 1, "SOUTHLAND": 2}
    with pytest.raises(InvalidValue, match="--consent: TRANSIA is none of the recipients"):
        levels_in(levels_kept(form(), {"levels": {"SOUTHLAND": 2}}, TERMS, (None, None), ["TRANSIA"]), TERMS)


@pytest.mark.requirement("R29")
def test_consent_belongs_to_categories_that_need_it() -> None:
    kept = levels_kept(form("air"), {"levels": {"SOUTHLAND": 2}}, TERMS, (None, None))
    assert (kept.consent, levels_in(kept, TERMS)) == ((), {"CASPIA": 4, "SOUTHLAND": 2})
    with pytest.raises(InvalidValue, match="--consent: protected_site is given to nobody who is not named"):
        levels_in(form(), TERMS)
    with pytest.raises(InvalidValue, match="--consent: air needs none"):
        levels_in(form("air", consent=("SOUTHLAND",)), TERMS)

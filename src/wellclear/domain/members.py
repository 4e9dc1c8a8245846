"""The types of members that field groups share."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from wellclear.domain.canonical import INTEGER_MAX

TEXT_MAX = 2_000
SHORT_TEXT_MAX = 120

Latitude = Annotated[int, Meta(ge=-900_000_000, le=900_000_000)]
"""In 10⁻⁷ degrees, as every position."""
Longitude = Annotated[int, Meta(ge=-1_800_000_000, le=1_800_000_000)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
ShortText = Annotated[str, Meta(min_length=1, max_length=SHORT_TEXT_MAX)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]
"""Two letters of ISO 639."""
YesNoOrNot = Literal["yes", "no", "not stated"]
Signed = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
DatumName = Literal["W84", "AMSL", "STD"]

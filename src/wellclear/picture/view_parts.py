"""Opening the parts of one entry for one reader: total, and each failure named by a code."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

from wellclear.domain.entry import Act
from wellclear.domain.parts import Group, open_part
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.picture.view_items import Unopened


def open_parts(act: Act, stored: Mapping[str, bytes], party: str | None = None) -> dict[str, Group | Unopened]:
    """What a reader holds of an act's parts, by commitment, from stored bytes by their `sha`.

    With `party`, a part that names it but is not there is `missing`; parts for others are left out, but for the party's
    own entries. Without, whatever is there is opened (a verifier of a bundle). Never raises.
    """
    opened: dict[str, Group | Unopened] = {}
    for ref in act.parts:
        if ref.sha is UNSET or ref.to is UNSET or (party is not None and party not in (*ref.to, act.party)):
            continue
        raw = stored.get(ref.sha)
        if raw is None:
            if party in ref.to:
                opened[ref.commit] = Unopened("missing")
            continue
        try:
            opened[ref.commit] = open_part(raw, ref)
        except Unverified:
            opened[ref.commit] = Unopened("unverified")
        except (Malformed, InvalidValue):  # whatever it is that cannot be read; an author may commit to any bytes
            opened[ref.commit] = Unopened("malformed")
    return opened


def not_opened(opened: Mapping[str, Group | Unopened]) -> str | None:
    """The code that a receipt lists for an entry of which some part did not open; None when all did."""
    return next((found.why for found in opened.values() if isinstance(found, Unopened)), None)

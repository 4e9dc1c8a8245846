"""A planner's draft against every red line and zone that stands and is open here: locally, and told to nobody (R31).

The picture and the view of a question are values that never change, so it is answered in a thread of its own: the node
hears, rings and sends as if nobody had asked, whatever the answer is and however long it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from threading import Lock

from wellclear.airspace.drafts import Draft
from wellclear.apps.check.drawn import Drawn, Judged, draft_in, standing
from wellclear.apps.check.drawn_rows import DrawnAnswer, draft_row, drawn_answer
from wellclear.apps.check.drawn_words import planner_lines
from wellclear.domain.parts import Group
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import View

Key = tuple[tuple[str, int, int, bool], ...]


class Drawing:
    """One party's red lines and zones as its planners are warned of them; made anew when one of them changes."""

    def __init__(self, party: str) -> None:
        self.party = party
        self._asking = Lock()
        self._key: Key | None = None
        self._drawn = Drawn(())

    def judged(self, picture: Picture, view: View, draft: Draft, now_us: int) -> Judged:
        """What a draft comes to; it may be asked from any thread, one at a time."""
        with self._asking:
            return self._held(picture, view).judged(draft, now_us)

    def checked(self, picture: Picture, view: View, drafts: Mapping[str, Draft], now_us: int) -> DrawnAnswer:
        """What a planner's drafts come to, by their ids, and by how many red lines and zones; as `judged`.

        Between two drafts whoever waits has its turn.
        """
        rows, at_us = [], max(now_us, picture.now_us)
        for id_, draft in drafts.items():
            rows.append(draft_row(id_, self.judged(picture, view, draft, now_us), at_us))
        with self._asking:
            return drawn_answer(self._held(picture, view), rows, now_us)

    def _held(self, picture: Picture, view: View) -> Drawn:
        records = standing(picture, view, self.party)
        key = tuple((one.id, one.newest, one.current.index, one.kind in one.current.groups) for one in records)
        if key != self._key:
            self._drawn, self._key = Drawn(records), key
        return self._drawn

    async def warned(self, picture: Picture, view: View, groups: Sequence[Group], now_us: int) -> list[str]:
        """What an officer should know before approving a notice that says this; nothing where it is no notice."""
        draft = draft_in(groups)
        if draft is None:
            return []
        judged = await asyncio.to_thread(self.judged, picture, view, draft, now_us)
        return planner_lines(judged, max(now_us, picture.now_us))

"""What a search for changes has in common: what it starts from, what it proposes, and how the least amount is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from wellclear.airspace.drafts import Draft
from wellclear.airspace.triggers import Trigger
from wellclear.domain.volume import Volume
from wellclear.errors import InvalidValue

ChangeKind = Literal["state", "heights", "later", "earlier", "shorter", "move", "trim", "leave_out"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and the draft after it.

    `amount` is what it comes to, in mm (heights, move, trim), in µs (later, earlier, shorter), or how many capabilities
    it is about; `bearing_ddeg` is where a move goes, in tenths of a degree, else None. `said` are the words for it.
    """

    kind: ChangeKind
    amount: int
    bearing_ddeg: int | None
    said: str
    draft: Draft


class Plan(NamedTuple):
    """What a search starts from: the draft, which volumes touch, the triggers that they touch, and the question."""

    draft: Draft
    touching: frozenset[int]
    triggers: tuple[Trigger, ...]
    now_us: int
    clear: Callable[[Draft], bool]

    @property
    def unsure(self) -> bool:
        """Whether a volume that touches stands in for what could not be computed: there is nothing to change then."""
        return not self.touching.isdisjoint(self.draft.stand_ins)

    @property
    def which(self) -> str:
        """The volumes that touch, numbered as people do; empty where all do."""
        if len(self.touching) == len(self.draft.volumes):
            return ""
        numbers = [str(at + 1) for at in sorted(self.touching)]
        return f" (volume{'s' * (len(numbers) > 1)} {', '.join(numbers)})"

    def with_volumes(self, change: Callable[[Volume], Volume]) -> Draft | None:
        """The draft with each touching volume changed; None where one of them cannot be."""
        try:
            volumes = [change(v) if at in self.touching else v for at, v in enumerate(self.draft.volumes)]
        except InvalidValue:
            return None
        return replace(self.draft, volumes=tuple(volumes))

    def clears(self, change: Callable[[Volume], Volume]) -> Draft | None:
        """The changed draft, if it can be and touches nothing."""
        changed = self.with_volumes(change)
        return changed if changed is not None and self.clear(changed) else None


def least(changed: Callable[[int], Draft | None], step: int, most: int) -> tuple[int, Draft] | None:
    """The smallest multiple of a step that helps, found between one that does not and one that does.

    By doubling and then halving: where a greater change may help less (an area with two arms) it is one that helps next
    to one that does not, and perhaps not the least of all.
    """
    low, high = 0, 1
    while low < most // step:
        high = min(high, most // step)
        found = between(changed, step, low, high)
        if found is not None:
            return found
        low, high = high, 2 * high
    return None


def between(changed: Callable[[int], Draft | None], step: int, low: int, high: int) -> tuple[int, Draft] | None:
    """The same between a multiple that does not help and one that is asked first."""
    found = changed(high * step)
    if found is None:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        better = changed(middle * step)
        if better is None:
            low = middle
        else:
            high, found = middle, better
    return high * step, found

"""Every rule, by what it is about; see CONTRIBUTING for how to add one."""

from __future__ import annotations

from tests.mutation.rules import (
    acts,
    answers,
    channel,
    conflicts,
    convicting,
    drawing,
    exercise,
    incidents,
    levels,
    outside,
    reading,
    record,
    red_lines,
    sealing,
    sites,
    time,
    treaty,
    witnesses,
    words,
    zones,
)

RULES = (
    *acts.RULES,
    *answers.RULES,
    *channel.RULES,
    *conflicts.RULES,
    *convicting.RULES,
    *drawing.RULES,
    *exercise.RULES,
    *incidents.RULES,
    *levels.RULES,
    *outside.RULES,
    *reading.RULES,
    *record.RULES,
    *red_lines.RULES,
    *sealing.RULES,
    *sites.RULES,
    *time.RULES,
    *treaty.RULES,
    *witnesses.RULES,
    *words.RULES,
    *zones.RULES,
)

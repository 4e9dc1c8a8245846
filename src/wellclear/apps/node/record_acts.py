"""The next version of a record: it has the one group of its kind, and neither cell nor levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wellclear.channel.composing import Composed, subject
from wellclear.channel.desk import Pen, readers_of
from wellclear.domain.parts import group_from
from wellclear.errors import InvalidValue, Malformed


def next_version(pen: Pen, groups: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> Composed:
    """An `amend` of a record; `asked` as of `channel.desk.write_act`. Raises `InvalidValue` with what is wrong."""
    to, about = list(asked.get("to", ())), asked["subject"]
    if type(about.get("version")) is not int:
        raise InvalidValue("subject.version", "a whole number belongs here")
    members = {name: asked[name] for name in ("precedence", "keep_until") if name in asked}
    audience = set(asked.get("audience") or ()) or readers_of(pen, to)
    try:
        said = [group_from(fields, f"groups[{number}]") for number, fields in enumerate(groups)]
    except Malformed as error:
        raise InvalidValue(error.where, error.why) from error
    return pen.write(
        "amend", to=to, subject=subject(str(about["id"]), about["version"]), groups=said, audience=audience,
        **members,
    )  # fmt: skip

"""Opening a version further: the very texts that it committed to, under the very salts (protocol, "Parts")."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from wellclear.apps.node.core import NodeCore
from wellclear.channel.copies import copy_to_open
from wellclear.channel.desk import version_of
from wellclear.domain.canonical import b64
from wellclear.domain.entry import SALT_BYTES
from wellclear.domain.parts import NOTICE_GROUPS, group_from, opening_of
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused


def salts_of(
    core: NodeCore, subject: Mapping[str, Any], groups: Sequence[Mapping[str, Any]], readers: Sequence[str] = ()
) -> dict[str, str]:
    """The salts under which a version committed to these field groups for these readers, by the groups' names.

    Raises:
        Refused: there is no such version, it committed to another text, or its text is not held here; or each of
            several readers needs a copy of its own, or none is left.
        InvalidValue: no field group of a notice.
    """
    item, number = str(subject.get("id", "")), subject.get("version")
    version = version_of(core.view, item, number if type(number) is int else 0)
    commits = dict(zip(NOTICE_GROUPS, copy_to_open(version, core.party, readers).commits, strict=False))
    salts: dict[str, str] = {}
    for place, fields in enumerate(groups):
        try:
            group = group_from(fields, f"groups[{place}]")
        except Malformed as error:
            raise InvalidValue(f"groups[{place}].{error.where}", error.why) from error
        held = core.opening(commits.get(group.group, ""))
        if held is None:
            raise Refused(Reason.PART_UNREADABLE, f"the {group.group} of {item} version {number} is not held here")
        salt = held[:SALT_BYTES]
        if b64(hashlib.sha256(opening_of(group, salt)).digest()) != commits[group.group]:
            raise Refused(Reason.NOT_COMMITTED, f"{item} version {number} committed to another {group.group}")
        salts[group.group] = b64(salt)
    return salts

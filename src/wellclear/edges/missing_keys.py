"""A key that does not lie where it should: which one it is, what it is for, and what a person does now."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from wellclear.errors import Misconfigured

_NUMBERED: Final = re.compile(r"_(next|[0-9]{1,5})$")
_COPY: Final = "Put back its copy: from a backup, or from another home of the party"
_ASK: Final = "then ask again for what cannot be read any more"
_APART: Final = "It is kept apart, and put here for the minutes in which it is needed"
_KEYS: Final = {
    "node": (
        "links and signs all that the party says",
        f"{_COPY}. If there is none, a stand-by takes over with `wellclear takeover`",
    ),
    "sealing": (
        "opens what is sealed for the party",
        f"{_COPY}, such as a stand-by's. If there is none, `wellclear key add sealing --new` makes one; {_ASK}",
    ),
    "cosigner": (
        "says that the party has seen the log",
        f"{_COPY}. If there is none, `wellclear key add cosigner` makes another one",
    ),
    "picture": (
        "says which picture the party has",
        f"{_COPY}. If there is none, `wellclear key add picture` makes another one",
    ),
    "recovery": (
        "signs rosters and revocations",
        f"{_APART}. If it is lost, two administrators make another one with `wellclear key add recovery`",
    ),
    "head_of_delegation": (
        "signs the agreement and its changes",
        f"{_APART}. If it is lost, `wellclear key add head_of_delegation` makes another one",
    ),
    "standby": ("takes over when the node is lost", "Its home is the stand-by's: name that one with --home"),
    "log": ("signs the host's checkpoints", f"{_COPY}. If there is none, the host must change"),
    "sequencer": ("signs the host's own entries and refusals", f"{_COPY}. If there is none, the host must change"),
}  # fmt: skip


_OPTIONAL: Final = {
    "cosigner": "it follows the log, and tells nobody that it has seen it",
    "picture": "it compares pictures, and states none of its own",
}


def use_of(path: Path) -> str:
    """The use that a key file is named for; `sealing_next.json` and `sealing_1.json` are of sealing."""
    return _NUMBERED.sub("", path.stem)


def missing(path: Path) -> Misconfigured:
    """What to say where no key lies, by the name of the file that is looked for."""
    if path.parent.name == "officers":
        handle = path.stem
        why = f"no key lies here: {handle} approves with it what {handle} says"
        do = f"Is it in another home? If {handle} has none, `wellclear officer add {handle}` makes one"
        return Misconfigured(str(path), why, do=do)
    if (known := _KEYS.get(use_of(path))) is None:
        return Misconfigured(str(path), "no key lies here")
    what, do = known
    return Misconfigured(str(path), f"no key lies here: the {use_of(path)} key {what}", do=do)


def without(directory: Path) -> list[str]:
    """What a node leaves unsaid for want of a key that it can run without; a sentence for each."""
    return [
        f"No {use} key lies in {directory}: {lacks}. {_KEYS[use][1]}"
        for use, lacks in _OPTIONAL.items()
        if not (directory / f"{use}.json").is_file()
    ]

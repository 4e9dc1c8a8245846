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
_MAKES: Final = "`wellclear key add {}` makes another one"
_KEYS: Final = {
    "node": (
        "links and signs all that the party says", f"{_COPY}. If there is none",
        "a stand-by takes over with `wellclear takeover`",
    ),
    "sealing": (
        "opens what is sealed for the party", f"{_COPY}, such as a stand-by's. If there is none",
        f"`wellclear key add sealing --new` makes one; {_ASK}",
    ),
    "cosigner": (
        "says that the party has seen the log", f"{_COPY}. If there is none", _MAKES.format("cosigner"),
    ),
    "picture": ("says which picture the party has", f"{_COPY}. If there is none", _MAKES.format("picture")),
    "recovery": (
        "signs rosters and revocations", f"{_APART}. If it is lost",
        "two administrators make another one with `wellclear key add recovery`",
    ),
    "head_of_delegation": (
        "signs the agreement and its changes", f"{_APART}. If it is lost", _MAKES.format("head_of_delegation"),
    ),
    "standby": (
        "takes over when the node is lost", "Its home is the stand-by's: name that one with --home. If it is lost",
        "`wellclear node init --standby` makes another one in a home of its own",
    ),
    "log": ("signs the host's checkpoints", f"{_COPY}. If there is none", "the host must change"),
    "sequencer": (
        "signs the host's own entries and refusals", f"{_COPY}. If there is none", "the host must change",
    ),
}  # fmt: skip
"""By use: what the key does, what is tried first where it is missing, and what is left where there is no key."""


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
    what, first, otherwise = known
    return Misconfigured(str(path), f"no key lies here: the {use_of(path)} key {what}", do=f"{first}, {otherwise}")


def not_opened(path: Path) -> Misconfigured:
    """What to say where a passphrase does not open a key, by the name of its file."""
    again = "Give it again: capitals and spaces count. Where a file or WELLCLEAR_PASSPHRASE holds it, look there"
    if path.parent.name == "officers":
        left = f"move the file away, and `wellclear officer add {path.stem}` makes another key"
    else:
        left = _KEYS[use_of(path)][2] if use_of(path) in _KEYS else "another key must be made"
    do = f"{again}. Nobody can find it out: if it is lost, so is this key, and {left}"
    return Misconfigured(str(path), "the passphrase does not open it", do=do)


def without(directory: Path) -> list[str]:
    """What a node leaves unsaid for want of a key that it can run without; a sentence for each."""
    return [
        f"No {use} key lies in {directory}: {lacks}. {_KEYS[use][1]}, {_KEYS[use][2]}"
        for use, lacks in _OPTIONAL.items()
        if not (directory / f"{use}.json").is_file()
    ]

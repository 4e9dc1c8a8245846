"""Files that a command is given: one way to read them, and one answer where there is none.

That a file is not there, or is not one that this user may read, is a fault of the command: trying again will not help.
That a disk does not give it back is something else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from wellclear.errors import InvalidValue, Unavailable

_NONE_SUCH: Final[tuple[tuple[type[OSError], str], ...]] = (
    (FileNotFoundError, "there is no such file"),
    (IsADirectoryError, "is a directory; a file belongs here"),
    (NotADirectoryError, "there is no such file: a part of its path is no directory"),
    (PermissionError, "this user may not read it"),
)


def read_input(path: Path, most: int = -1, *, line: bool = False) -> bytes:
    """The bytes of a file that a person named, or the first `most` of them; with `line` only its first line.

    Raises:
        InvalidValue: there is no such file, or this user may not read it; names it.
        Unavailable: the disk does not give it.
    """
    try:
        with path.expanduser().open("rb") as file:
            return file.readline(most) if line else file.read(most)
    except RuntimeError as error:  # of `expanduser`, for ~nobody
        raise InvalidValue(str(path), "there is no such home directory") from error
    except OSError as error:
        raise input_fault(path, error) from error


def input_fault(path: Path, error: OSError) -> InvalidValue | Unavailable:
    """What to raise for a named file that could not be read."""
    for kind, why in _NONE_SUCH:
        if isinstance(error, kind):
            return InvalidValue(str(path), why)
    return Unavailable(str(path), f"cannot be read: {error.strerror or error}")

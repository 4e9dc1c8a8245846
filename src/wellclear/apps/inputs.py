"""Files that a command is given: one way to read them, and one answer where there is none.

That a file is not there, or is not one that this user may read, is a fault of the command: trying again will not help.
That a disk does not give it back is something else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from wellclear.errors import InvalidValue, Unavailable

INPUT_BYTES_MAX: Final = 16 * 1024 * 1024
"""Cards, decisions, certificates: all of them are far smaller; whatever is larger is another file than was meant."""
_NONE_SUCH: Final[tuple[tuple[type[OSError], str], ...]] = (
    (FileNotFoundError, "there is no such file"),
    (IsADirectoryError, "is a directory; a file belongs here"),
    (NotADirectoryError, "there is no such file: a part of its path is no directory"),
    (PermissionError, "this user may not read it"),
)


def read_input(path: Path, most: int | None = None, *, line: bool = False) -> bytes:
    """The bytes of a file that a person named, or the first `most` of them; with `line` only its first line.

    Raises:
        InvalidValue: there is no such file, or this user may not read it; or, without `most`, it is larger than
            `INPUT_BYTES_MAX`; names it.
        Unavailable: the disk does not give it.
    """
    bound = INPUT_BYTES_MAX + 1 if most is None else most
    try:
        with path.expanduser().open("rb") as file:
            found = file.readline(bound) if line else file.read(bound)
    except RuntimeError as error:  # of `expanduser`, for ~nobody
        raise InvalidValue(str(path), "there is no such home directory") from error
    except OSError as error:
        raise input_fault(path, error) from error
    if most is None and len(found) > INPUT_BYTES_MAX:
        raise InvalidValue(str(path), f"is larger than {INPUT_BYTES_MAX} bytes; is it the file that you meant?")
    return found


def input_fault(path: Path, error: OSError) -> InvalidValue | Unavailable:
    """What to raise for a named file that could not be read."""
    for kind, why in _NONE_SUCH:
        if isinstance(error, kind):
            return InvalidValue(str(path), why)
    return Unavailable(str(path), f"cannot be read: {error.strerror or error}")

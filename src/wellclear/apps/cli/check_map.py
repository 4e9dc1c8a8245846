"""check --map and --png: where a drawing of the answer goes, looked at before anything is compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.map.page import page_of
from wellclear.apps.check.map.picture import DEFAULT_SIZE, picture_of, picture_size
from wellclear.apps.check.map.scene import scene_of
from wellclear.apps.check.plan import Checked
from wellclear.apps.cli.check_text import watching
from wellclear.apps.cli.output import note
from wellclear.errors import InvalidValue, Unavailable


@dataclass(frozen=True, slots=True)
class Drawings:
    """What is to be drawn, and where it is written to."""

    page: Path | None
    picture: Path | None
    size: tuple[int, int]

    def draw(self, checked: Checked | ChannelChecked) -> None:
        """Write what was asked for, and say so on standard error; raises Unavailable where it cannot be written."""
        if self.page is None and self.picture is None:
            return
        with watching() as progress:
            progress("drawing", 0, 0)
            scene = scene_of(checked)
            page = b"" if self.page is None else page_of(scene).encode()
            picture = b"" if self.picture is None else picture_of(scene, self.size)
        if self.page is not None:
            _write(self.page, page, "Map, to open in any browser")
        if self.picture is not None:
            _write(self.picture, picture, "Picture")


def drawings_for(page: Path | None, picture: Path | None, size: str | None) -> Drawings:
    """From the options.

    Raises:
        InvalidValue: a file in a directory that is not there, twice the same file, or no size.
    """
    for option, path, endings, do in (
        ("--map", page, (".html", ".htm"), "a map is a page; name it such as map.html, or say --png for a picture"),
        ("--png", picture, (".png",), "the picture is a PNG; name it such as map.png"),
    ):
        if path is not None and path.suffix and path.suffix.lower() not in endings and not path.expanduser().is_dir():
            raise InvalidValue(option, f"{path} ends in {path.suffix}; {do}")
        if path is not None and not path.expanduser().parent.is_dir():
            raise InvalidValue(option, f"there is no directory {path.parent}")
        if path is not None and path.expanduser().is_dir():
            raise InvalidValue(option, f"{path} is a directory; name a file in it")
    if page is not None and page == picture:
        raise InvalidValue("--png", f"{page} is the file of --map already")
    if size is not None and picture is None:
        raise InvalidValue("--png-size", "is the size of a picture; say with --png where it goes")
    return Drawings(page, picture, DEFAULT_SIZE if size is None else picture_size(size, "--png-size"))


def _write(path: Path, raw: bytes, what: str) -> None:
    try:
        path.expanduser().write_bytes(raw)
    except OSError as error:
        raise Unavailable(str(path), f"cannot be written: {error.strerror}") from error
    note(f"{what}: {path}")

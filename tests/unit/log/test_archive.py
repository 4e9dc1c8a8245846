from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.errors import Malformed
from wellclear.log.archive import pack, unpack

FILES = {"checkpoint": b"a note\n", "notes/7": bytes(512), "tile/entries/000.p/3": b"x" * 700, "README.txt": b""}


def test_a_tar_comes_back_and_has_one_spelling() -> None:
    raw = pack(FILES)
    assert unpack(raw) == FILES
    assert pack(dict(reversed(FILES.items()))) == raw


def test_a_strangers_tar_program_reads_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(FILES))) as tar:
        assert tar.getnames() == sorted(FILES)
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file is not None
            assert file.read() == FILES[member.name]
            assert (member.isreg(), member.mode, member.mtime, member.uid) == (True, 0o644, 0, 0)


@pytest.mark.requirement("R33")
@given(st.integers(0, len(pack(FILES)) - 1), st.integers(1, 255))
def test_no_byte_of_a_tar_is_slack(at: int, change: int) -> None:
    raw = bytearray(pack(FILES))
    raw[at] ^= change
    try:
        found = unpack(bytes(raw))
    except Malformed:
        return
    assert found != FILES


@given(st.binary(max_size=2000))
def test_any_bytes_at_all_give_an_error_or_files(raw: bytes) -> None:
    for candidate in (raw, pack(FILES)[:512] + raw, pack(FILES)[: len(raw)]):
        with pytest.raises(Malformed):
            unpack(candidate)


def strange(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024)


@pytest.mark.parametrize(
    "raw",
    [
        strange("../outside"),
        strange("/etc/passwd"),
        strange("checkpoint", tarfile.SYMTYPE, "/etc/passwd"),
        strange("checkpoint", tarfile.LNKTYPE, "README.txt"),
        strange("checkpoint", tarfile.CHRTYPE),
        strange("checkpoint", tarfile.FIFOTYPE),
        strange("tile", tarfile.DIRTYPE),
        strange("checkpoint", size=(8 << 30) - 1),
        pack({"checkpoint": b"x"})[:-1024] + pack({"checkpoint": b"y"}),
        pack({"checkpoint": b"x"}) + b"\0",
        pack({"checkpoint": b"x"})[:-512],
        pack({"checkpoint": b"x"})[:600],
        pack({"checkpoint": b"x"})[:513] + b"hidden" + pack({"checkpoint": b"x"})[519:],
        pack({"notes/7": b"x"})[:-1024] + pack({"checkpoint": b"y"}),
    ],
)
def test_tricks_of_archives_have_no_spelling(raw: bytes) -> None:
    with pytest.raises(Malformed):
        unpack(raw)


def test_what_no_bundle_may_hold_is_not_packed() -> None:
    with pytest.raises(Malformed):
        pack({"../x": b""})

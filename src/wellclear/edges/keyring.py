"""The directory that holds a home's keys, and the face of everything that concerns keys at rest.

    HOME/keys/<use>.json              the party's own: node, recovery, head_of_delegation, cosigner, picture, ...
    HOME/keys/officers/<handle>.json  one person's key, where that person works at this machine

Files are 0600, directories 0700, and a file that others may read is refused. What a file holds: `key_files`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from wellclear.channel.sealing import SealingKey
from wellclear.domain.kinds import KeyUse
from wellclear.domain.names import check_person
from wellclear.edges.key_files import (
    KDF_BY_NAME,
    KDF_DEFAULT,
    KEY_FILE_BYTES_MAX,
    MLDSA_USE,
    SEALING_USE,
    Kdf,
    KeyInfo,
    box_key,
    change_passphrase,
    check_real,
    copy_key,
    create_key,
    public_half,
    unlock,
    unlock_mldsa,
    unlock_sealing,
)
from wellclear.edges.private_files import make_private_directory, write_private
from wellclear.edges.tokens import open_key, put_away
from wellclear.errors import InvalidValue, Misconfigured, Unavailable
from wellclear.log.ed25519 import Signer, SigningKey
from wellclear.log.mldsa import MlDsaKey

__all__ = [
    "KDF_BY_NAME", "KDF_DEFAULT", "KEY_FILE_BYTES_MAX", "MLDSA_USE", "SEALING_USE", "Kdf", "KeyInfo", "Keyring",
    "approver", "box_key", "change_passphrase", "check_real", "copy_key", "create_key", "make_private_directory",
    "public_half", "put_away", "unlock", "unlock_mldsa", "unlock_sealing", "write_private",
]  # fmt: skip

_NAME = re.compile(r"[a-z][a-z0-9_]{0,36}")


def approver(path: Path, secret: str, *, real: bool = False) -> Signer:
    """The key of a person who approves: from a file by its passphrase, or on a token by its PIN.

    `put_away` gives a token back; of a key from a file nothing is left to do.

    Raises:
        Misconfigured: as `unlock`, or as `tokens.open_key`.
        Unavailable: the token does not answer.
    """
    if public_half(path).uri:
        if real:
            check_real(path)
        return open_key(path, secret)
    return unlock(path, secret, real=real)


class Keyring:
    """The keys of one home directory, by use or by officer's handle."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "keys"

    def path(self, use: str) -> Path:
        """Where the party's key of this use lies, there or not; `sealing_1` is the first former one."""
        if _NAME.fullmatch(use) is None:
            raise InvalidValue("use", f"{use[:40]!r} is no use of a key")
        return self.directory / f"{use}.json"

    def officer_path(self, handle: str) -> Path:
        """Where a person's key lies, there or not; raises `InvalidValue` for what is no handle."""
        check_person(handle, field="officer")
        return self.directory / "officers" / f"{handle}.json"

    def unlock(self, use: str, passphrase: str, *, real: bool = False) -> SigningKey:
        """The party's key of this use; raises as the function `unlock`, and when the file holds another use."""
        path = self.path(use)
        found = public_half(path).use
        if found != use:
            raise Misconfigured(str(path), f"holds the key for {found}, not for {use}")
        return unlock(path, passphrase, real=real)

    def sealing_paths(self) -> tuple[Path, ...]:
        """Where the party's sealing keys lie: the newest, the one that is about to replace it, and older ones."""
        first = self.path(SEALING_USE)
        found = {*self.directory.glob(f"{SEALING_USE}_*.json"), *([first] if first.is_file() else [])}
        return tuple(sorted(found, key=lambda path: (path != first, path.name))) or (first,)

    def unlock_sealing(self, passphrase: str) -> tuple[SealingKey, ...]:
        """Every sealing key of the party here, the newest first; raises as the function `unlock_sealing`."""
        return tuple(unlock_sealing(path, passphrase) for path in self.sealing_paths())

    def unlock_second(self, passphrase: str) -> MlDsaKey | None:
        """The party's second cosigner key, if it has one; raises as the function `unlock_mldsa`."""
        path = self.path(MLDSA_USE)
        return unlock_mldsa(path, passphrase) if path.is_file() else None

    def next_path(self, use: str) -> Path:
        """Where the key lies that is to replace the present one of its use, there or not."""
        return self.path(f"{use}_next")

    def replace(self, use: str) -> Path:
        """The next key of this use is the party's now; returns where the former one lies, if there was one.

        Raises:
            Unavailable: the directory would not take it; both keys are there all the same.
        """
        first, taken = self.path(use), {path.name for path in self.directory.glob(f"{use}_*.json")}
        number = next(count for count in range(1, 10_000) if f"{use}_{count}.json" not in taken)
        former = self.path(f"{use}_{number}")
        try:
            if first.exists():
                first.rename(former)
            self.next_path(use).rename(first)
        except OSError as error:
            raise Unavailable(str(first), f"cannot be renamed: {error.strerror}") from error
        return former

    def check_real(self) -> None:
        """Raise `Misconfigured` for the first of the party's own keys here that was made for exercises."""
        for use in get_args(KeyUse):
            if self.path(use).is_file():
                check_real(self.path(use))

    def officers(self) -> tuple[str, ...]:
        """The handles whose keys lie here, in the alphabet's order."""
        return tuple(sorted(path.stem for path in (self.directory / "officers").glob("*.json")))

    def uses(self) -> tuple[str, ...]:
        """The uses whose keys lie here, in the alphabet's order."""
        return tuple(sorted(path.stem for path in self.directory.glob("*.json")))

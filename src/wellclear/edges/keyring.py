"""Private keys at rest: one file for each, under a passphrase; and the directory that holds a home's keys.

    HOME/keys/<use>.json              the party's own: node, recovery, head_of_delegation, cosigner, picture, ...
    HOME/keys/officers/<handle>.json  one person's key, where that person works at this machine

A file holds in clear what the key is for, whose it is, whether it was made for exercises, and its public half. The seed
lies in XSalsa20-Poly1305 under a key that Argon2id (RFC 9106) makes of the passphrase; sealed in with it is a hash of
what stands in clear, so that nobody gives one key another's label. Files are 0600, directories 0700, and a file that
others may read is refused.

A key that was made for exercises says nothing in a real channel (R24): whoever unlocks a key to sign in one says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta
from nacl import exceptions as nacl_errors
from nacl import pwhash, secret

from wellclear.channel.sealing import SealingKey
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import YesNo
from wellclear.domain.kinds import KeyUse
from wellclear.domain.names import check_person
from wellclear.errors import InvalidValue, Misconfigured, Unavailable
from wellclear.log.ed25519 import SEED_BYTES, Signer, SigningKey

KEY_FILE_BYTES_MAX = 8 * 1024
SEALING_USE: Final = "sealing"
_CLASSICAL_TEXT: Final = 44
"""Characters of 32 bytes in base64; the public half of a hybrid key is longer."""
BOX_TAG = b"wellclear/box/1\n"
_MEMORY_KIB_MAX = 4 * 1024 * 1024
_USE = re.compile(r"[a-z][a-z_]{0,31}")
_NAME = re.compile(r"[a-z][a-z_]{0,31}(_[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Kdf:
    """What one guess of a passphrase costs: Argon2id's passes and its memory in KiB (RFC 9106, section 3.1).

    Raises:
        InvalidValue: outside what libsodium computes, or more memory than we would take for a file's word.
    """

    passes: int
    memory_kib: int

    def __post_init__(self) -> None:
        if not 1 <= self.passes <= 64:
            raise InvalidValue("kdf.passes", f"{self.passes}, not 1 to 64")
        if not 8 <= self.memory_kib <= _MEMORY_KIB_MAX:
            raise InvalidValue("kdf.memory_kib", f"{self.memory_kib}, not 8 to {_MEMORY_KIB_MAX}")


KDF_BY_NAME = {
    "minimum": Kdf(1, 8),
    "interactive": Kdf(2, 64 * 1024),
    "moderate": Kdf(3, 256 * 1024),
    "sensitive": Kdf(4, 1024 * 1024),
}
"""The named costs of the settings file; `minimum` protects nothing and is for tests and exercises."""
KDF_DEFAULT = KDF_BY_NAME["moderate"]


class _Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Literal["argon2id"]
    passes: int
    memory_kib: int
    salt: str


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wellclear_key: Literal[1]
    use: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}\Z")]
    owner: Annotated[str, Meta(min_length=1, max_length=64)]
    exercise: YesNo
    public: str
    kdf: _Cost
    box: str


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key file tells without its passphrase; `owner` is a party, or PARTY/HANDLE for a person."""

    use: str
    owner: str
    public: str
    exercise: bool
    """Made for exercises: it says nothing in a real channel."""


def create_key(
    path: Path,
    use: str,
    owner: str,
    passphrase: str,
    seed: bytes | None = None,
    *,
    exercise: bool,
    kdf: Kdf = KDF_DEFAULT,
    hybrid: bool = False,
) -> str:
    """Make a key (from `seed`, else from the system's randomness), store it, and return its public half, base64.

    `exercise` says for good what it is made for; `hybrid`, of a key for `sealing`, that ML-KEM-768 goes with it.

    Raises:
        Misconfigured: the file is there already, or no passphrase was given.
        Unavailable: the file cannot be written.
    """
    if _USE.fullmatch(use) is None:
        raise InvalidValue("use", f"{use[:40]!r} is no use of a key")
    seed = secrets.token_bytes(SEED_BYTES) if seed is None else seed
    public = b64(_public(use, seed, hybrid=hybrid))
    make_private_directory(path.parent)
    write_private(path, _sealed(KeyInfo(use, owner, public, exercise), seed, passphrase, kdf))
    return public


def unlock(path: Path, passphrase: str, *, real: bool = False) -> SigningKey:
    """The key in a file, ready to sign; with `real` it will sign in a channel that is no exercise.

    Raises:
        Misconfigured: no such file, others may read it, it is damaged, or the passphrase is wrong; or `real`, and it
            was made for exercises.
    """
    if real:
        check_real(path)
    info = public_half(path)
    if info.use == SEALING_USE:
        raise Misconfigured(str(path), "a key for sealing signs nothing")
    return SigningKey(_seed(path, passphrase))


def unlock_sealing(path: Path, passphrase: str) -> SealingKey:
    """The sealing key in a file, ready to open what is meant for its party; raises as `unlock`."""
    info = public_half(path)
    if info.use != SEALING_USE:
        raise Misconfigured(str(path), f"holds the key for {info.use}, not for {SEALING_USE}")
    return SealingKey(_seed(path, passphrase), hybrid=_is_hybrid(info.public))


def copy_key(source: Path, path: Path, old: str, new: str, *, kdf: Kdf = KDF_DEFAULT) -> str:
    """The key in a file once more, in a home of the same party under another passphrase; returns its public half.

    Raises:
        Misconfigured: as `unlock`, or a key lies at `path` already.
        Unavailable: the file cannot be written.
    """
    info = public_half(source)
    sealed = _sealed(info, _seed(source, old), new, kdf)
    make_private_directory(path.parent)
    write_private(path, sealed)
    return info.public


def change_passphrase(path: Path, old: str, new: str, *, kdf: Kdf = KDF_DEFAULT) -> None:
    """Seal the key in a file anew; the old file is replaced in one step.

    Raises:
        Misconfigured: as `unlock`, or no new passphrase was given.
        Unavailable: the file cannot be written.
    """
    write_private(path, _sealed(public_half(path), _seed(path, old), new, kdf), replace=True)


def public_half(path: Path) -> KeyInfo:
    """What the file tells in clear; it is proven only by `unlock`.

    Raises:
        Misconfigured: no such file, or no key file.
    """
    return _info(_read(path))


def check_real(path: Path) -> None:
    """Raise `Misconfigured` where a file says that its key was made for exercises; `unlock` proves what it says."""
    info = public_half(path)
    if info.exercise:
        raise Misconfigured(
            str(path), f"{info.owner}'s key for {info.use} was made for exercises, and this channel is REAL",
            do=_instead(info),
        )  # fmt: skip


def box_key(signer: Signer) -> bytes:
    """Thirty-two bytes for a `secretbox` that only the holder of this key can make again.

    A node encrypts what it has opened under them, so that the store needs no passphrase of its own. Ed25519 signatures
    are deterministic (RFC 8032, section 5.1.6), and the tag starts no other message that we sign.
    """
    return hashlib.sha256(signer.sign(BOX_TAG)).digest()


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

    def next_sealing(self) -> Path:
        """Where the sealing key lies that is to replace the present one, there or not."""
        return self.path(f"{SEALING_USE}_next")

    def replace_sealing(self) -> Path:
        """The next sealing key is the party's now; returns where the former one lies.

        Raises:
            Unavailable: the directory would not take it; both keys are there all the same.
        """
        first, taken = self.path(SEALING_USE), {path.name for path in self.sealing_paths()}
        number = next(count for count in range(1, 10_000) if f"{SEALING_USE}_{count}.json" not in taken)
        former = self.path(f"{SEALING_USE}_{number}")
        try:
            if first.exists():
                first.rename(former)
            self.next_sealing().rename(first)
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


def make_private_directory(path: Path) -> None:
    """Make a directory, and what is missing above it, for the owner alone; one that is there keeps its mode."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(str(path), f"cannot be made: {error.strerror}") from error


def write_private(path: Path, raw: bytes, *, replace: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Raises:
        Misconfigured: it is there already and `replace` was not asked for.
        Unavailable: disk or directory would not take it.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                fresh.replace(path)
            else:
                path.hardlink_to(fresh)  # fails if somebody was there first; a rename would overwrite
        finally:
            fresh.unlink(missing_ok=True)
    except FileExistsError as error:
        raise Misconfigured(str(path), "is there already", do="Nothing was overwritten: move it away first") from error
    except OSError as error:
        raise Unavailable(str(path), f"cannot be written: {error.strerror}") from error


def _instead(info: KeyInfo) -> str:
    party, _, handle = info.owner.partition("/")
    if handle:
        return f"Move the file away, and make a key for this channel with `wellclear officer add {handle}`"
    if info.use in ("log", "sequencer"):
        return "Found the host in another home, or move the file away: new keys are made there"
    if info.use == "standby":
        return f"Make another home with `wellclear node init --standby --real --party {party}`, and register its key"
    return f"Make new keys in another home, with `wellclear node init --real --party {party}`, and send the new card"


def _sealed(info: KeyInfo, seed: bytes, passphrase: str, kdf: Kdf) -> bytes:
    salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
    box = secret.SecretBox(_stretched(passphrase, salt, kdf))
    held = _KeyFile(
        wellclear_key=1,
        use=info.use,
        owner=info.owner,
        exercise="yes" if info.exercise else "no",
        public=info.public,
        kdf=_Cost(name="argon2id", passes=kdf.passes, memory_kib=kdf.memory_kib, salt=b64(salt)),
        box=b64(bytes(box.encrypt(seed + _label(info)))),
    )
    return json.dumps(msgspec.to_builtins(held), indent=2).encode() + b"\n"


def _public(use: str, seed: bytes, *, hybrid: bool) -> bytes:
    if use == SEALING_USE:
        return SealingKey(seed, hybrid=hybrid).public_key
    return SigningKey(seed).public_key


def _is_hybrid(public: str) -> bool:
    return len(public) > _CLASSICAL_TEXT


def _label(info: KeyInfo) -> bytes:
    kind = "exercise" if info.exercise else "real"
    return hashlib.sha256(f"{info.use}\n{info.owner}\n{kind}\n{info.public}".encode()).digest()


def _info(held: _KeyFile) -> KeyInfo:
    return KeyInfo(held.use, held.owner, held.public, held.exercise == "yes")


def _stretched(passphrase: str, salt: bytes, kdf: Kdf) -> bytes:
    if not passphrase:
        raise Misconfigured("passphrase", "none was given", do="A key is never stored without one")
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return bytes(
        pwhash.argon2id.kdf(secret.SecretBox.KEY_SIZE, text, salt, opslimit=kdf.passes, memlimit=kdf.memory_kib * 1024)
    )


def _seed(path: Path, passphrase: str) -> bytes:
    held = _read(path)
    _check_private(path)
    try:
        kdf = Kdf(held.kdf.passes, held.kdf.memory_kib)
        salt = unb64(held.kdf.salt, pwhash.argon2id.SALTBYTES, field="kdf.salt")
        sealed = unb64(held.box, field="box")
    except InvalidValue as error:
        raise Misconfigured(str(path), f"damaged: {error}", do="Restore it from a backup") from error
    box = secret.SecretBox(_stretched(passphrase, salt, kdf))
    try:
        opened = box.decrypt(sealed)
    except (nacl_errors.CryptoError, nacl_errors.ValueError) as error:
        raise Misconfigured(str(path), "the passphrase does not open it") from error
    seed, label = opened[:SEED_BYTES], opened[SEED_BYTES:]
    public = _public(held.use, seed, hybrid=_is_hybrid(held.public))
    if label != _label(_info(held)) or b64(public) != held.public:
        raise Misconfigured(str(path), "somebody changed what it says in clear", do="Restore it from a backup")
    return seed


def _read(path: Path) -> _KeyFile:
    try:
        with path.open("rb") as file:
            raw = file.read(KEY_FILE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise Misconfigured(str(path), "no key lies here") from error
    except OSError as error:
        raise Misconfigured(str(path), f"cannot be read: {error.strerror}") from error
    if len(raw) > KEY_FILE_BYTES_MAX:
        raise Misconfigured(str(path), "too large for a key file")
    try:
        return msgspec.json.decode(raw, type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misconfigured(str(path), f"no key file: {error}") from error


def _check_private(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Misconfigured(str(path), f"cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise Misconfigured(str(path), "others on this machine may read it", do=f"chmod 600 {path}")

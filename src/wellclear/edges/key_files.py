"""One private key at rest: a file under a passphrase, or a file that says on which token the key lies.

A file under a passphrase holds in clear what the key is for, whose it is, whether it was made for exercises, and its
public half. The seed lies in XSalsa20-Poly1305 under a key that Argon2id (RFC 9106) makes of the passphrase; sealed in
with it is a hash of what stands in clear, so that nobody gives one key another's label. A file of a token says the same
in clear, and where the key lies (`tokens`); the key itself has signed that, with a PIN.

A key that was made for exercises says nothing in a real channel (R24): whoever unlocks a key to sign in one says so.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from nacl import exceptions as nacl_errors
from nacl import pwhash, secret

from wellclear.channel.sealing import SealingKey
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import YesNo
from wellclear.edges.missing_keys import missing, not_opened
from wellclear.edges.private_files import check_private, make_private_directory, write_private
from wellclear.errors import InvalidValue, Misconfigured, Unverified
from wellclear.log.ed25519 import SEED_BYTES, Signer, SigningKey, verify
from wellclear.log.mldsa import MlDsaKey

KEY_FILE_BYTES_MAX = 8 * 1024
SEALING_USE: Final = "sealing"
MLDSA_USE: Final = "cosigner_mldsa44"
_CLASSICAL_TEXT: Final = 44
"""Characters of 32 bytes in base64; the public half of a hybrid key is longer."""
BOX_TAG = b"wellclear/box/1\n"
_MEMORY_KIB_MAX = 4 * 1024 * 1024
_USE = re.compile(r"[a-z][a-z0-9_]{0,31}")


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
    use: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
    owner: Annotated[str, Meta(min_length=1, max_length=64)]
    exercise: YesNo
    public: str
    kdf: _Cost
    box: str


class TokenFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a file instead of a key that lies on a token; `sig` is that key's over all the rest."""

    wellclear_token: Literal[1]
    use: Literal["person"]
    owner: Annotated[str, Meta(min_length=1, max_length=64)]
    exercise: YesNo
    public: str
    uri: Annotated[str, Meta(max_length=1024)]
    sig: str = ""

    @property
    def message(self) -> bytes:
        """What the key on the token signs when the file is made."""
        said = "\n".join((self.use, self.owner, self.exercise, self.public, self.uri))
        return b"wellclear/token-file/1\n" + hashlib.sha256(said.encode()).digest()


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key file tells without its passphrase; `owner` is a party, or PARTY/HANDLE for a person."""

    use: str
    owner: str
    public: str
    exercise: bool
    """Made for exercises: it says nothing in a real channel."""
    uri: str = ""
    """Where the key lies, if it lies on a token; empty where the file holds it."""


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
    if info.use == MLDSA_USE:
        raise Misconfigured(str(path), "holds a key of ML-DSA-44, which signs second lines of cosignatures alone")
    return SigningKey(_seed(path, passphrase))


def unlock_sealing(path: Path, passphrase: str) -> SealingKey:
    """The sealing key in a file, ready to open what is meant for its party; raises as `unlock`."""
    info = public_half(path)
    if info.use != SEALING_USE:
        raise Misconfigured(str(path), f"holds the key for {info.use}, not for {SEALING_USE}")
    return SealingKey(_seed(path, passphrase), hybrid=_is_hybrid(info.public))


def unlock_mldsa(path: Path, passphrase: str) -> MlDsaKey:
    """The second cosigner key in a file, ready to sign; raises as `unlock`."""
    info = public_half(path)
    if info.use != MLDSA_USE:
        raise Misconfigured(str(path), f"holds the key for {info.use}, not for {MLDSA_USE}")
    return MlDsaKey(_seed(path, passphrase))


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
    held = _decoded(path)
    return _token_info(held) if isinstance(held, TokenFile) else _info(held)


def token_file(path: Path) -> TokenFile:
    """What a file says of a key on a token, as that key itself has signed it.

    Raises:
        Misconfigured: no such file, others may read it, the key lies in no token, or somebody changed what it says.
    """
    held = _decoded(path)
    if not isinstance(held, TokenFile):
        raise Misconfigured(str(path), "its key lies on no token")
    check_private(path)
    try:
        verify(unb64(held.public, 32, field="public"), held.message, unb64(held.sig, 64, field="sig"))
    except (InvalidValue, Unverified) as error:
        raise Misconfigured(str(path), "somebody changed what it says", do="Make it anew, or restore it") from error
    return held


def write_token_file(path: Path, held: TokenFile) -> None:
    """Store what is known of a key on a token; raises as `create_key`."""
    make_private_directory(path.parent)
    write_private(path, json.dumps(msgspec.to_builtins(held), indent=2).encode() + b"\n")


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
    if use == MLDSA_USE:
        return MlDsaKey(seed).public_key
    return SigningKey(seed).public_key


def _is_hybrid(public: str) -> bool:
    return len(public) > _CLASSICAL_TEXT


def _label(info: KeyInfo) -> bytes:
    kind = "exercise" if info.exercise else "real"
    return hashlib.sha256(f"{info.use}\n{info.owner}\n{kind}\n{info.public}".encode()).digest()


def _token_info(held: TokenFile) -> KeyInfo:
    return KeyInfo(held.use, held.owner, held.public, held.exercise == "yes", held.uri)


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
    check_private(path)
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
        raise not_opened(path) from error
    seed, label = opened[:SEED_BYTES], opened[SEED_BYTES:]
    public = _public(held.use, seed, hybrid=_is_hybrid(held.public))
    if label != _label(_info(held)) or b64(public) != held.public:
        raise Misconfigured(str(path), "somebody changed what it says in clear", do="Restore it from a backup")
    return seed


def _read(path: Path) -> _KeyFile:
    held = _decoded(path)
    if isinstance(held, TokenFile):
        raise Misconfigured(
            str(path), "its key lies on a token, which approves and does nothing else",
            do="Its PIN is changed with the token's own tools",
        )  # fmt: skip
    return held


def _decoded(path: Path) -> _KeyFile | TokenFile:
    try:
        with path.open("rb") as file:
            raw = file.read(KEY_FILE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise Misconfigured(str(path), f"cannot be read: {error.strerror}") from error
    if len(raw) > KEY_FILE_BYTES_MAX:
        raise Misconfigured(str(path), "too large for a key file")
    try:
        if b'"wellclear_token"' in raw:
            return msgspec.json.decode(raw, type=TokenFile)
        return msgspec.json.decode(raw, type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misconfigured(str(path), f"no key file: {error}") from error

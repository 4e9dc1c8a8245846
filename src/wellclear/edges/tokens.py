"""Persons' keys on PKCS#11 tokens: Ed25519 by CKM_EDDSA (PKCS#11 3.0), named by a URI (RFC 7512), opened by a PIN.

    pkcs11:token=NORTHLAND%20W1;object=W1?module-path=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so

The key never leaves the token. Its maker's library is named by `module-path`, else by WELLCLEAR_PKCS11_MODULE. The
Python library is the extra `pkcs11`; nothing else of this software needs it. All that it raises becomes ours in
`_asking`.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from wellclear.domain.canonical import b64
from wellclear.edges.key_files import TokenFile, token_file, write_token_file
from wellclear.errors import InvalidValue, Misconfigured, Unavailable, WellclearError
from wellclear.log.ed25519 import Signer

if TYPE_CHECKING:
    import pkcs11

MODULE: Final = "WELLCLEAR_PKCS11_MODULE"
_ED25519: Final = "1.3.101.112"
_POINT_HEAD: Final = b"\x04\x20"
"""An OCTET STRING of 32 bytes: how CKA_EC_POINT holds a point; some tokens leave it out."""
_ATTRIBUTE: Final = re.compile(r"([a-z-]+)=((?:[A-Za-z0-9_.~:\[\]@!$'()*+,=&/-]|%[0-9A-Fa-f]{2})*)")
_NEEDS: Final = "it needs a token and an object: pkcs11:token=LABEL;object=LABEL"


@dataclass(frozen=True, slots=True)
class TokenUri:
    """Where a key lies: the token's label, the key's label or id, and the module that reaches it."""

    token: str
    object: str
    id: bytes
    module: str

    @property
    def words(self) -> str:
        """The place for people."""
        return f"token {self.token}"


def parse_uri(text: str, field: str = "uri") -> TokenUri:
    """A URI as RFC 7512 spells it, as far as a person's key needs.

    Raises:
        InvalidValue: another scheme, an attribute that we cannot honour, or one missing; also a PIN in it.
    """
    scheme, colon, rest = text.partition(":")
    if scheme != "pkcs11" or not colon:
        raise InvalidValue(field, f"{text[:40]!r} is no PKCS#11 URI; {_NEEDS}")
    path, _, query = rest.partition("?")
    said = {**_attributes(path, ";", field), **_attributes(query, "&", field)}
    if {"pin-value", "pin-source"} & said.keys():
        raise InvalidValue(field, "a PIN has no place in a URI; it is asked for")
    unknown = sorted(said.keys() - {"token", "object", "id", "type", "module-path"})
    if unknown:
        raise InvalidValue(field, f"{unknown[0]} says more than is looked at here; {_NEEDS}")
    if said.get("type", "private") != "private":
        raise InvalidValue(field, "type is private: what approves is a private key")
    if "token" not in said or not ({"object", "id"} & said.keys()):
        raise InvalidValue(field, _NEEDS)
    id_ = unquote(said.get("id", ""), "latin-1").encode("latin-1")
    names = {name: unquote(said.get(name, ""), errors="strict") for name in ("token", "object", "module-path")}
    return TokenUri(names["token"], names["object"], id_, names["module-path"])


def _attributes(text: str, between: str, field: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for one in filter(None, text.split(between)):
        match = _ATTRIBUTE.fullmatch(one)
        if match is None:
            raise InvalidValue(field, f"{one[:40]!r} is no attribute of a PKCS#11 URI")
        if match[1] in said:
            raise InvalidValue(field, f"{match[1]} stands there twice")
        try:
            unquote(match[2], "latin-1" if match[1] == "id" else "utf-8", errors="strict")
        except UnicodeDecodeError as error:
            raise InvalidValue(field, f"{match[1]} is not UTF-8") from error
        said[match[1]] = match[2]
    return said


class TokenSigner:
    """A `Signer` whose key lies on a token that a PIN has opened; `close` takes the PIN back."""

    def __init__(self, where: TokenUri, session: pkcs11.Session, key: Any, public_key: bytes) -> None:
        self._where, self._session, self._key, self._public_key = where, session, key, public_key

    @property
    def public_key(self) -> bytes:
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """The signature; raises `Unavailable` where the token was taken out meanwhile."""
        from pkcs11 import Mechanism

        with _asking(self._where):
            return bytes(self._key.sign(message, mechanism=Mechanism.EDDSA))

    def close(self) -> None:
        """Log out; a token that is gone already has done so itself."""
        try:
            with _asking(self._where):
                self._session.close()
        except (Unavailable, Misconfigured):
            return


def put_away(signer: Signer) -> None:
    """Give back what an approver's key holds open; nothing of a key from a file."""
    if isinstance(signer, TokenSigner):
        signer.close()


def open_key(path: Path, pin: str) -> TokenSigner:
    """The key that a file in a home stands for, ready to approve.

    Raises:
        Misconfigured: the file was changed; no such token or key, or another key; a wrong PIN, or a locked one.
        Unavailable: the token does not answer.
    """
    held = token_file(path)
    signer = open_at(parse_uri(held.uri), pin)
    if b64(signer.public_key) != held.public:
        signer.close()
        raise Misconfigured(held.uri, f"another key lies there than {path} says", do="Is it the right token?")
    return signer


def open_at(where: TokenUri, pin: str, *, make: bool = False) -> TokenSigner:
    """The key at a place; with `make` it is made on the token where none lies there. Raises as `open_key`."""
    with _asking(where):
        session = _token(where).open(rw=make, user_pin=pin)
    from pkcs11 import Attribute, KeyType, ObjectClass

    try:
        with _asking(where):
            wanted: dict[Any, Any] = {Attribute.KEY_TYPE: KeyType.EC_EDWARDS}
            wanted |= {Attribute.LABEL: where.object} if where.object else {}
            wanted |= {Attribute.ID: where.id} if where.id else {}
            found = list(session.get_objects({**wanted, Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
            if not found and make:
                _make(session, where)
                found = list(session.get_objects({**wanted, Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
            halves = list(session.get_objects({**wanted, Attribute.CLASS: ObjectClass.PUBLIC_KEY}))
            return TokenSigner(where, session, _only(where, found), _point(where, _only(where, halves)))
    except WellclearError:
        session.close()
        raise


def adopt(path: Path, owner: str, uri: str, pin: str, *, exercise: bool) -> str:
    """Write down that a person's key lies on a token, made there now if there is none; returns its public half, base64.

    Raises:
        InvalidValue: no URI of a key.
        Misconfigured, Unavailable: as `open_key`, or the file is there already.
    """
    where = parse_uri(uri, "--token")
    signer = open_at(where, pin, make=True)
    try:
        said = {"wellclear_token": 1, "use": "person", "owner": owner, "exercise": "yes" if exercise else "no"}
        held = msgspec.convert({**said, "public": b64(signer.public_key), "uri": uri}, TokenFile)
        write_token_file(path, msgspec.structs.replace(held, sig=b64(signer.sign(held.message))))
        return held.public
    finally:
        signer.close()


def _token(where: TokenUri) -> pkcs11.Token:
    import pkcs11

    module = where.module or os.environ.get(MODULE, "")
    if not module:
        raise Misconfigured(where.words, "nothing says which module reaches it", do=f"Set {MODULE}, or module-path")
    if not Path(module).is_absolute() or not Path(module).is_file():
        raise Misconfigured(module, "no PKCS#11 module lies there", do="Install what came with the token")
    try:
        library = pkcs11.lib(module)
    except RuntimeError as error:  # what the loader of a library says
        raise Misconfigured(module, f"is no PKCS#11 module: {error}") from error
    found = list(library.get_tokens(token_label=where.token))
    if len(found) != 1:
        many = "more than one token of that label is in" if found else "no such token is in any reader of this machine"
        raise Misconfigured(where.words, many, do="Put it in and try again")
    return found[0]


def _make(session: pkcs11.Session, where: TokenUri) -> None:
    from pkcs11 import Attribute, KeyType, Mechanism
    from pkcs11.util.ec import encode_named_curve_parameters

    curve = session.create_domain_parameters(
        KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: encode_named_curve_parameters(_ED25519)}, local=True
    )
    curve.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=where.object or None,
        id=where.id or secrets.token_bytes(8),
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )  # fmt: skip


def _only(where: TokenUri, found: list[Any]) -> Any:
    if len(found) != 1:
        why = "more than one Ed25519 key of that name lies on it" if found else "no Ed25519 key of that name lies on it"
        raise Misconfigured(where.words, f"{why}: {where.object or where.id.hex()}")
    return found[0]


def _point(where: TokenUri, half: Any) -> bytes:
    from pkcs11 import Attribute

    point = bytes(half[Attribute.EC_POINT]).removeprefix(_POINT_HEAD)
    if len(point) != 32:
        raise Misconfigured(where.words, "its key is of another curve than Ed25519")
    return point


@contextmanager
def _asking(where: TokenUri) -> Iterator[None]:
    """Around everything that asks a token: what its library raises becomes ours."""
    try:
        from pkcs11 import PKCS11Error
    except ImportError as error:
        raise Misconfigured(
            where.words, "the library for tokens is not installed", do="pip install wellclear[pkcs11]"
        ) from error
    try:
        yield
    except PKCS11Error as error:
        raise fault_of(where, error) from error


_WRONG: Final = {
    "PinIncorrect": ("the PIN does not open it", "After a few wrong ones it locks itself"),
    "PinInvalid": ("the PIN does not open it", "After a few wrong ones it locks itself"),
    "PinLenRange": ("the PIN does not open it: it is too short or too long", ""),
    "PinLocked": ("it has locked itself after wrong PINs", "Whoever issued it unlocks it with its own tools"),
    "PinExpired": ("its PIN has expired", "Set a new one with the token's own tools"),
    "UserPinNotInitialized": ("it has no PIN yet", "Set one with the token's own tools"),
    "UserAlreadyLoggedIn": ("it is open in this program already", "End the watch that has it; a token is one person's"),
    "MechanismInvalid": ("it knows no Ed25519 signatures (CKM_EDDSA)", "Take another token, or a key file"),
    "MechanismParamInvalid": ("it knows no Ed25519 signatures (CKM_EDDSA)", "Take another token, or a key file"),
    "FunctionNotSupported": ("it knows no Ed25519 signatures (CKM_EDDSA)", "Take another token, or a key file"),
    "TokenWriteProtected": ("it is write-protected: no key can be made on it", ""),
}


def fault_of(where: TokenUri, error: Exception) -> WellclearError:
    """What a library's error means for a person; whatever is not in our list may pass when it is tried again."""
    kind = type(error).__name__
    if kind in _WRONG:
        why, do = _WRONG[kind]
        return Misconfigured(where.words, why, do=do)
    return Unavailable(where.words, f"does not answer ({kind}); was it taken out?")

"""Officers on watch at the page: their keys unlocked, in memory only, until the session ends.

The passphrase is forgotten at once; the key goes with the session. A session is a random token that only the page
which opened it knows; nothing of it is written anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from wellclear.domain.canonical import b64
from wellclear.edges.keyring import Keyring, approver, put_away
from wellclear.errors import Misconfigured, Refused
from wellclear.log.ed25519 import Signer
from wellclear.picture.picture import Picture

SESSION_US: Final = 12 * 3_600 * 1_000_000
"""The longest watch; after it the officer unlocks the key again."""
SESSIONS_MAX: Final = 16
KEY_NOT_OPENED: Final = "KEY_NOT_OPENED"
NO_SESSION: Final = "NO_SESSION"


@dataclass(frozen=True, slots=True)
class Session:
    """One officer on watch."""

    token: str
    person: str
    signer: Signer
    expires_us: int


@contextmanager
def asked_to_open() -> Iterator[None]:
    """Around opening a key for a request: what is wrong is wrong with what was asked, and no fault of this program.

    Raises:
        Refused: KEY_NOT_OPENED: there is no such key here, or the passphrase does not open it.
    """
    try:
        yield
    except Misconfigured as error:
        raise Refused(KEY_NOT_OPENED, str(error), field="passphrase") from error


class Sessions:
    """All sessions of one node. `now_us` is the node's own clock."""

    def __init__(self, party: str, keyring: Keyring, now_us: Callable[[], int]) -> None:
        self._party, self._keyring, self._now_us = party, keyring, now_us
        self._open: dict[str, Session] = {}

    def unlock(self, person: str, passphrase: str, *, real: bool) -> Signer:
        """The officer's key from this home, or on its token; slow on purpose, so call it on another thread.

        Raises:
            Refused: KEY_NOT_OPENED: no such officer here, or the passphrase is wrong; or the channel is `real`, and the
                key was made for exercises.
            InvalidValue: no handle.
        """
        path = self._keyring.officer_path(person)
        if not path.is_file():
            why = f"the key of {person} does not lie on this node; put it there with: wellclear officer add"
            raise Refused(KEY_NOT_OPENED, why, field="person")
        with asked_to_open():
            return approver(path, passphrase, real=real)

    def begin(self, person: str, signer: Signer, picture: Picture) -> Session:
        """A new session for an officer who is on the party's roster.

        Raises:
            Refused: the key is not that of this officer on the roster, or too many are on watch.
        """
        row = picture.persons.get(f"{self._party}/{person}")
        if row is None or row.key != b64(signer.public_key):
            put_away(signer)
            raise Refused("NOT_ON_ROSTER", f"{person} is not on the roster with this key", field="person")
        self._forget_expired()
        if len(self._open) >= SESSIONS_MAX:
            put_away(signer)
            raise Refused("TOO_MANY", f"{SESSIONS_MAX} officers are on watch here; one must end the watch first")
        session = Session(secrets.token_urlsafe(32), person, signer, self._now_us() + SESSION_US)
        self._open[session.token] = session
        return session

    def of(self, token: str) -> Session:
        """The session with this token.

        Raises:
            Refused: NO_SESSION: there is none, or it has expired.
        """
        self._forget_expired()
        session = self._open.get(token)
        if session is None:
            raise Refused(NO_SESSION, "nobody has the watch with this session; take the watch again", field="session")
        return session

    def end(self, token: str) -> None:
        """Forget a session and its key; raises as `of`."""
        session = self.of(token)
        del self._open[session.token]
        put_away(session.signer)

    def _forget_expired(self) -> None:
        now_us = self._now_us()
        for one in [one for one in self._open.values() if one.expires_us <= now_us]:
            del self._open[one.token]
            put_away(one.signer)

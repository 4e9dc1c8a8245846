"""Writes that the own store did not take, or may have taken although it reported an error: tried until they hold.

A commit that reports an error may have taken effect, and what did not may come back with the next start of a damaged
disk. So whoever was told that something was not stored is owed a write that makes it true; and what must not be lost,
such as the evidence against a host, is owed one too. Each is tried at every tick, in the order in which it came.
"""

from __future__ import annotations

from collections.abc import Callable

from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Unavailable


class Unstored:
    """What one store still owes, by name; a later write of a name takes the place of the former one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._owed: dict[str, Callable[[], None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._owed

    def owe(self, name: str, write: Callable[[], None]) -> None:
        """Remember a write; `settle` tries it, in a transaction."""
        self._owed[name] = write

    def forget(self, name: str) -> None:
        """Something newer has been stored under that name."""
        self._owed.pop(name, None)

    def settle(self) -> Unavailable | Misconfigured | None:
        """Try all of them; the first one's error if the store still would not, and then the rest wait as well."""
        for name, write in list(self._owed.items()):
            try:
                with self._store.transaction():
                    write()
            except (Unavailable, Misconfigured) as error:
                return error
            del self._owed[name]
        return None

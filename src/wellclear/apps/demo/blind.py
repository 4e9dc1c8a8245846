"""Step 7's proof that the host relays and rings blindly: all that it holds or serves is searched for what was said.

Theory of operation. The words to look for are those that the author's node sealed: every text and every long number of
the notice. They are looked for as they are, in base64 (which has three ways to spell a text, by where it begins) and in
hexadecimal, in every file of the host party's home, in every row of its store, and in every answer that its own key
gets over HTTP. The same search through the reader's board must find them all, or it would prove nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from wellclear.apps.demo.station import EXERCISE_PASSPHRASE, Fields, Station
from wellclear.apps.host.starting import HostFiles
from wellclear.channel.opening import open_leaf
from wellclear.channel.requests import authorize
from wellclear.domain.agreement import Settings
from wellclear.domain.canonical import unb64
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import Keyring
from wellclear.edges.store import Store
from wellclear.errors import Unavailable
from wellclear.log.tiles import bundles_for

TEXT_MIN: Final = 6
"""Shorter texts (air, yes, FL) stand in keys and hashes by chance; a longer one does not."""
NUMBER_MIN: Final = 10_000_000
ANSWER_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """What the host holds of one notice, and all that was searched."""

    pieces: dict[str, bytes]
    """Every file, row and answer, by where it was found."""
    sealed: int
    """Parts of the notice that lie in the host's store."""
    refused: int
    """Those of them that the host will not hand to its own party."""

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces.values()))


def words_of(groups: Iterable[Fields], public: Settings) -> list[str]:
    """Every text and every long number that a notice says, each once, but for what the public settings say too."""
    said = {word for group in groups for name, value in group.items() if name != "group" for word in _leaves(value)}
    settings = msgspec.json.encode(public).decode("utf-8")
    return sorted(word for word in said if word not in settings)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _leaves(member)
    elif isinstance(value, str) and len(value) >= TEXT_MIN:
        yield value
    elif isinstance(value, int) and abs(value) >= NUMBER_MIN:
        yield str(value)


def found_in(words: Iterable[str], pieces: dict[str, bytes]) -> list[str]:
    """Which words stand in which pieces, as `word in piece`."""
    return [
        f"{word!r} in {where}"
        for word in words
        for where, raw in pieces.items()
        if any(form in raw for form in spellings(word))
    ]


def spellings(word: str) -> list[bytes]:
    """A word as bytes: plain, in hexadecimal, and in base64 from each of the three places where it can begin."""
    raw = word.encode("utf-8")
    forms = [raw, raw.hex().encode(), raw.hex().upper().encode()]
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        first, end = (before * 8 + 5) // 6, (before + len(raw)) * 8 // 6  # only characters of this word's bits alone
        forms.append(whole[first:end])
    return forms


def held_by(host: Station, host_url: str, index: int) -> Held:
    """Everything that the host party holds or can ask for, while its programs run; `index` is the notice's entry.

    Raises:
        Unavailable: it cannot be looked at, or holds no sealed part of that entry, so that there is nothing to prove.
    """
    home = host.settings.home
    pieces = {f"file {path.name}": path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}
    store = Store.open(HostFiles(home).store, writing=False)
    try:
        leaves = store.leaves(0, store.size())
        shas = [sha for leaf in leaves for sha in _parts_of(leaf)]
        pieces |= {f"entry {number}": leaf for number, leaf in enumerate(leaves)}
        pieces |= {f"part {sha}": stored for sha in shas if (stored := store.part(sha)) is not None}
    finally:
        store.close()
    of_notice = _parts_of(leaves[index])
    sealed = sum(f"part {sha}" in pieces for sha in of_notice)
    if not sealed:
        raise Unavailable("the host's store", f"holds no part of entry {index}")
    answers = _Asking(host, host_url)
    refused = [answers.ask(f"/part/{unb64(sha).hex()}") for sha in of_notice]
    for path in ("/status", "/checkpoint", *(f"/{tile.path}" for tile in bundles_for(0, len(leaves)))):
        answers.ask(path)
    pieces |= answers.given | {"its desk's board": msgspec.json.encode(host.look())}
    return Held(pieces, sealed, refused.count(httpx.codes.NOT_FOUND))


def _parts_of(leaf: bytes) -> list[str]:
    entry = open_leaf(0, leaf).entry
    return [] if entry is None else [ref.sha for ref in entry.act.parts if isinstance(ref.sha, str)]


class _Asking:
    """The host's HTTP interface, asked with the host party's own key; `given` is every answer, whatever its status."""

    def __init__(self, host: Station, url: str) -> None:
        self.given: dict[str, bytes] = {}
        self._url, self._channel = url, host.settings.channel
        self._signer = Keyring(host.settings.home).unlock("node", EXERCISE_PASSPHRASE)

    def ask(self, path: str) -> int:
        header = authorize(self._signer, self._channel, "GET", path, SystemClock().now_us())
        try:
            answer = httpx.get(self._url + path, headers={"Authorization": header}, trust_env=False, timeout=ANSWER_S)
        except httpx.HTTPError as error:
            raise Unavailable("the host", f"did not answer {path}: {error}") from error
        self.given[f"answer to {path}"] = answer.content
        return answer.status_code

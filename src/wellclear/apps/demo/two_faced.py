"""A host that lies, for step 10 of an exercise and for nothing else: one address, one key, two logs.

Theory of operation. It serves the host's home as any host does, and a second copy of that log to one of the parties,
told by the key with which it reads and by the author of what it sends. Each side's words are logged at once in the log
that this side is shown. They are handed on to the other one as a careful liar would do it: not before each side has
announced something, so that each is told that it spoke first; then one entry at a time, with a pause after each.

Fence. Nothing outside this package imports this module; no command of a host leads here. It refuses every channel that
is not an exercise, and every key that was not made for one: what it signs can convict nobody of anything real.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from wellclear.apps.host.app import host_app
from wellclear.apps.host.serve import HostServer, server_config, unlock_keys
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, HostKeys, open_host
from wellclear.channel.opening import open_leaf
from wellclear.channel.requests import check_request, reader_of
from wellclear.channel.submission import Answers, Frame, decode_frames, encode_frames
from wellclear.domain.entry import SUBMISSION_BYTES_MAX
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import Keyring, make_private_directory
from wellclear.edges.settings import HostSettings
from wellclear.errors import Malformed, Misconfigured, WellclearError
from wellclear.log.note import parse_note

LOG: Final = logging.getLogger("wellclear.demo.two_faced")
SECOND_LOG: Final = "second-log"
"""Below the host's home: where the other log is kept."""
PAUSE_S: Final = 2.0
AGAIN_S: Final = 0.2
TRIES_MAX: Final = 50
"""An entry that the other log still does not take is dropped then: its author has stopped, or what is before it was."""


@dataclass(slots=True)
class Face:
    """One of the two logs: what it is served by, and what the other side has said and this one is not shown yet."""

    service: HostService
    app: Any
    held_back: asyncio.Queue[Frame] = field(default_factory=asyncio.Queue)
    announced: asyncio.Event = field(default_factory=asyncio.Event)


class TwoFaced:
    """The ASGI application over both logs; `deceived` are the parties that are shown the second one."""

    def __init__(self, first: Face, second: Face, deceived: Sequence[str]) -> None:
        self.faces = (first, second)
        self._deceived = frozenset(deceived)
        self._clock = SystemClock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer from the log that is kept for whoever asks."""
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":
            await self._face_of(self._reader(scope)).app(scope, receive, send)
            return
        body = await _body_of(receive)
        face = self._face_of(self._author(scope["path"], body))
        await face.app(scope, _again(body, receive), send)
        if scope["path"] == "/submit":
            self._hold_back(face, body)

    def _face_of(self, party: str) -> Face:
        return self.faces[party in self._deceived]

    def _reader(self, scope: Any) -> str:
        """Who reads, by the key of the request; empty for one that does not hold, which the application refuses."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        path = scope.get("raw_path") or scope["path"].encode()
        asked = (path + b"?" + scope["query_string"] if scope["query_string"] else path).decode("latin-1")
        picture = self.faces[0].service.sequencer.picture
        try:
            header = headers.get(b"authorization", b"").decode("latin-1")
            key = check_request(header, picture.channel, scope["method"], asked, self._clock.now_us())
            return reader_of(picture, key)
        except WellclearError:
            return ""

    def _author(self, path: str, body: bytes) -> str:
        """Whose words are posted: an entry's party, or the party whose line stands under a note."""
        try:
            if path == "/submit":
                entry = open_leaf(0, decode_frames(body)[0].leaf).entry
                return "" if entry is None else entry.act.party
            return parse_note(body).signatures[-1].name.partition("/")[0]
        except (Malformed, IndexError):
            return ""

    def _hold_back(self, face: Face, body: bytes) -> None:
        other = self.faces[face is self.faces[0]]
        try:
            frames = decode_frames(body)
        except Malformed:
            return  # and its author was told so
        for frame in frames:
            entry = open_leaf(0, frame.leaf).entry
            other.held_back.put_nowait(frame)
            if entry is not None and entry.act.kind == "notice":
                face.announced.set()

    async def hand_on(self, face: Face) -> None:
        """Hand on for ever what was held back from one log."""
        for each in self.faces:
            await each.announced.wait()
        while True:
            await self._hand_on_one(face, await face.held_back.get())
            await asyncio.sleep(PAUSE_S)

    async def _hand_on_one(self, face: Face, frame: Frame) -> None:
        for _ in range(TRIES_MAX):
            try:
                told = await face.service.submit(encode_frames([frame]))
            except WellclearError as error:
                LOG.info("not handed on yet: %s", error)
            else:
                (answer,) = msgspec.json.decode(told, type=Answers).answers
                if isinstance(answer.index, int):
                    LOG.info("handed on as entry %d", answer.index)
                    return
            await asyncio.sleep(AGAIN_S)
        LOG.warning("an entry was never handed on: the other log does not take it")


class TwoFacedServer(HostServer):
    """The host's server around both logs."""

    def __init__(self, settings: HostSettings, liar: TwoFaced) -> None:
        super().__init__(server_config(settings, liar), liar.faces[0].service)
        self._liar = liar
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # any sockets
        """Begin to commit to both logs, and to hand on."""
        self._liar.faces[1].service.start()
        self._tasks = [asyncio.create_task(self._liar.hand_on(face)) for face in self._liar.faces]
        await super().startup(sockets)

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # any sockets
        """End the streams of both, then close both files."""
        for task in self._tasks:
            task.cancel()
        second = self._liar.faces[1].service
        second.followers.close()
        await super().shutdown(sockets)
        await second.stop()


def serve(settings: HostSettings, passphrase: str, deceived: Sequence[str]) -> None:
    """Serve two logs at the host's address until told to stop; both begin with the one that lies in the home.

    Raises:
        Misconfigured: this is no exercise, or a key was not made for one; nothing was signed. Or as `host.serve`.
    """
    keys = unlock_keys(Keyring(settings.home), passphrase)
    principals = check_exercise(settings, keys)
    place = settings.home / SECOND_LOG
    copy_log(HostFiles(settings.home), place)
    faces = []
    for home in (
        settings.home,
        place,
    ):  # nobody's claim to have seen another log stops it: the one thing a liar changes
        service = open_host(HostFiles(home), keys, SystemClock(), channel=settings.channel, unheeded=principals)
        faces.append(Face(service, host_app(service)))
    TwoFacedServer(settings, TwoFaced(faces[0], faces[1], deceived)).run()


def check_exercise(settings: HostSettings, keys: HostKeys) -> frozenset[str]:
    """The principals of an exercise; nothing has been signed by then.

    Raises:
        Misconfigured: the channel is real, or one of the keys was not made for exercises. Or as `starting.open_host`.
    """
    service = open_host(HostFiles(settings.home), keys, SystemClock(), channel=settings.channel)
    picture = service.sequencer.picture
    service.close()
    if not picture.exercise or not {"log", "sequencer"} <= set(keys.exercise):
        raise Misconfigured(str(settings.home), "is no exercise's host, and this one lies", do="wellclear host serve")
    return frozenset(picture.principals)


def copy_log(files: HostFiles, place: Path) -> None:
    """A second copy of the log of a host that does not run."""
    make_private_directory(place)
    for path in (files.store, files.promise):
        for one in path.parent.glob(f"{path.name}*"):
            if not one.name.endswith(".lock"):
                shutil.copy2(one, place / one.name)


async def _body_of(receive: Any) -> bytes:
    body = bytearray()
    more = True
    while more and len(body) <= SUBMISSION_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Any) -> Any:
    told = False

    async def once() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once

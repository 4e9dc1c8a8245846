"""Each role takes all that it can get, through every door that is open to it, and reads nothing above its level."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import UNSET

from tests.bundles import SketchSource, exporter_of
from tests.interop.foreign import lay
from tests.unit.apps.host.world import HandClock, read, served, service_of, store_sketch
from tests.unit.apps.node.bench import Bench
from tests.unit.apps.node.test_three_readers import LEVELS, MARKS, NORTH, Channel
from tests.unit.channel.relay import Relay
from wellclear.apps.cli.main import main
from wellclear.channel.bundle import bundle_files
from wellclear.channel.epochs import epoch_key
from wellclear.channel.sealing import SealingKey, unseal
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import decode_leaf
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.edges.client import HostClient
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Unverified, WellclearError
from wellclear.testing.sketch import START_US, Sketch

pytestmark = [pytest.mark.slow, pytest.mark.requirement("R25", "R39", "N12")]

HOST, OBSERVER, AGENCY, FORMER, SOUTH = "CASPIA", "WESTLAND", "RELIEF", "EASTLAND", "SOUTHLAND"


class Wider(Channel):
    """The three readers' channel, with an observer and an agency that nothing is sent to."""

    def __init__(self, folder: Path) -> None:
        sketch = Sketch(seed=78)
        sketch.party(HOST, "host")
        for party in (NORTH, SOUTH):
            sketch.party(party, "principal")
        for party in ("EASTLAND", "TRANSIA", OBSERVER):
            sketch.party(party, "observer")
        sketch.party(AGENCY, "agency")
        sketch.genesis()
        sketch.agree()
        for party in sketch.parties:
            sketch.enrol(party)
        self.relay = Relay(sketch)
        self.nodes = {party: Bench(self.relay, party, folder / f"{party}.sqlite") for party in sketch.parties}
        self.north = self.nodes[NORTH]
        self.turn()


@pytest.fixture
def channel(tmp_path: Path) -> Wider:
    made = Wider(tmp_path)
    made.say(made.notice(levels=LEVELS))
    return made


def allowed(level: int) -> set[str]:
    return {mark for name in NOTICE_GROUPS[:level] for mark in MARKS[name]}


def above(level: int) -> set[str]:
    return {mark for marks in MARKS.values() for mark in marks} - allowed(level)


def check(loot: Iterable[bytes], level: int) -> None:
    """Nothing above the level stands in it, however it is looked at."""
    found = {mark for raw in loot for mark in above(level) if mark.encode() in raw or mark.encode("utf-16-le") in raw}
    assert not found


def over_http(sketch: Sketch, home: Path, party: str, use: str = "node") -> list[bytes]:
    """Everything that the real host hands out under one key: status, note, tiles, entries, events, all parts."""

    async def take() -> list[bytes]:
        async with served(service_of(sketch, store_sketch(sketch, home))) as client:
            size = len(sketch.leaves)
            paths = ["/status", "/checkpoint", "/founding", f"/tile/0/000.p/{size}", f"/tile/entries/000.p/{size}"]
            paths += [f"/part/{unb64(sha).hex()}" for sha in sketch.parts]
            paths += [f"/part/{unb64(sha).hex()}?party={SOUTH}" for sha in sketch.parts]
            answers = [await read(client, sketch, path, party, use) for path in paths]
            answers += [await client.get(path) for path in paths]
            return [answer.content for answer in answers] + await events(client, sketch, party, use)

    return asyncio.run(take())


async def events(client: httpx.AsyncClient, sketch: Sketch, party: str, use: str) -> list[bytes]:
    own = HostClient(str(client.base_url), sketch.channel, sketch.parties[party].key(use), HandClock(sketch.now_us))
    found: list[bytes] = []
    async with own:
        stream = own.events(0)
        try:
            event = await anext(stream)
            found += [event.note, *event.leaves]
        except WellclearError as error:
            found.append(str(error).encode())
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
    return found


def opened(sketch: Sketch, party: str, sealing: SealingKey, parts: Iterable[bytes]) -> list[bytes]:
    """What a sealing key opens of stored bytes, by every epoch of the log that it is in, under every header."""
    acts = [decode_leaf(leaf).act for leaf in sketch.leaves]
    keys: list[bytes] = []
    for act in acts:
        body = public_of(act) if act.kind == "epoch" else None
        if isinstance(body, Epoch):
            for name in {party, *body.audience, act.party}:
                try:
                    keys.append(epoch_key(sealing, sketch.channel, act.party, body, name))
                except (Unverified, LookupError):
                    continue
    found = []
    for raw in parts:
        for act in acts:
            for ref in act.parts if act.channel is not UNSET else ():
                for key in keys if ref.sealed else ():
                    try:
                        found.append(unseal(raw, key, act, ref)[0])
                    except Unverified:
                        continue
    return found


def bundle_and_readings(
    sketch: Sketch, party: str, home: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> list[bytes]:
    """A bundle as the party exports it, for itself and for others, and what every command that reads one tells."""
    loot = []
    for number, readers in enumerate(([], [SOUTH], [party, SOUTH])):
        files = bundle_files(
            SketchSource(sketch, party), exporter_of(sketch, party), made_us=START_US + 10**9, readers=readers
        )
        loot += list(files.values())
        place = lay(files.items(), home / f"bundle{number}")
        for words in (["verify", "--json"], ["timeline", "--json"], ["timeline"]):
            main([words[0], str(place), *words[1:]])
            loot += list(capfdbinary.readouterr())
    return loot


@pytest.mark.parametrize(
    ("party", "level"), [(HOST, 0), (OBSERVER, 0), (AGENCY, 0), ("EASTLAND", 1), ("TRANSIA", 2), (SOUTH, 4)]
)
def test_a_party_gets_nothing_above_its_level_by_any_door(
    channel: Wider, party: str, level: int, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Host that is no reader, observer, agency, readers at lower levels; the last one shows that the doors open."""
    sketch = channel.relay.sketch
    (tmp_path / "host").mkdir()
    loot = over_http(sketch, tmp_path / "host", party)
    loot += bundle_and_readings(sketch, party, tmp_path, capfdbinary)
    if party == HOST:  # it holds every byte that was ever sent
        loot += [path.read_bytes() for path in (tmp_path / "host").rglob("*") if path.is_file()]
        loot += list(sketch.parts.values())
    texts = opened(sketch, party, sketch.parties[party].sealing, loot)
    check([*loot, *texts], level)
    if level:
        assert allowed(level) <= {mark for text in texts for mark in allowed(level) if mark.encode() in text}


def test_nobody_opens_with_its_own_key_what_was_sealed_for_others(channel: Wider) -> None:
    """Even who has all stored bytes, as the host has."""
    sketch = channel.relay.sketch
    for party in (HOST, OBSERVER, AGENCY, "EASTLAND", "TRANSIA"):
        check(opened(sketch, party, sketch.parties[party].sealing, sketch.parts.values()), LEVELS.get(party, 0))


def test_a_former_member_reads_nothing_that_comes_later(channel: Wider, tmp_path: Path) -> None:
    sketch = channel.relay.sketch
    before = len(sketch.leaves)
    base = sketch.picture.agreement
    agreed(channel, NORTH, "propose", {"do": "remove", "base": base, "remove": FORMER})
    proposal = b64(hashlib.sha256(b"\x00" + _last(sketch, "propose")).digest())
    for party in (NORTH, SOUTH):
        agreed(channel, party, "sign_agreement", {"proposal": proposal, "base": base})
    assert sketch.picture.parties[FORMER].state != "member"
    parts = set(sketch.parts)
    channel.say(channel.notice(levels={name: level for name, level in LEVELS.items() if name != FORMER}, to=TO_OTHERS))
    later = {sha: raw for sha, raw in sketch.parts.items() if sha not in parts}
    assert later and len(sketch.leaves) > before
    loot = over_http(sketch, tmp_path, FORMER)
    assert not set(loot) & set(later.values())
    assert opened(sketch, FORMER, sketch.parties[FORMER].sealing, later.values()) == []


def agreed(channel: Wider, party: str, kind: str, public: dict[str, Any]) -> None:
    """A head of delegation's act, by the party's own node."""
    act, approvals = channel.relay.sketch.by_head(party, kind, public)
    channel.nodes[party].core.put(act.act, approvals, ())
    channel.turn(3)


def _last(sketch: Sketch, kind: str) -> bytes:
    return next(leaf for leaf in reversed(sketch.leaves) if decode_leaf(leaf).act.kind == kind)


TO_OTHERS = [f"{party}/OPS" for party in sorted(LEVELS) if party != FORMER]


def test_a_stand_by_without_the_sealing_key_reads_nothing(channel: Wider, tmp_path: Path) -> None:
    """Its key may fetch its party's parts; they stay shut."""
    sketch = channel.relay.sketch
    added = sketch.compose("add_key", SOUTH, public={"key": sketch.parties[SOUTH].public("standby0"), "use": "standby"})
    approvals = sketch.approved(added, ("A1", "administrator"), ("A2", "administrator"))
    channel.nodes[SOUTH].core.put(added.act, approvals, ())
    channel.turn(3)
    loot = over_http(sketch, tmp_path, SOUTH, "standby0")
    assert set(loot) & set(sketch.parts.values()), "it is handed what its party is"
    own = SealingKey(sketch.parties[SOUTH].seed_of("standby sealing"))
    check([*loot, *opened(sketch, SOUTH, own, loot)], 0)


def test_a_thief_of_a_home_reads_nothing_without_the_passphrase(channel: Wider, tmp_path: Path) -> None:
    held: list[tuple[str, int]] = []
    for party, node in channel.nodes.items():
        node.core.store.close()
        check([path.read_bytes() for path in tmp_path.glob(f"{party}.sqlite*")], 0)
        for box in (None, bytes(32)):  # without a key, and with another one
            store = Store.open(node.path, box_key=box)
            held += store.epoch_keys()
            for author, number in store.epoch_keys():
                with pytest.raises(Misconfigured):
                    store.epoch_key(author, number)
            for commit in _commits(node):
                check([_tried(store, commit)], 0)
            store.close()
    assert held, "there was something to steal"


def _tried(store: Store, commit: str) -> bytes:
    try:
        return store.opening(commit) or b""
    except Misconfigured as error:
        return str(error).encode()


def _commits(node: Bench) -> list[str]:
    return [ref.commit for leaf in node.relay.sketch.leaves for ref in decode_leaf(leaf).act.parts]

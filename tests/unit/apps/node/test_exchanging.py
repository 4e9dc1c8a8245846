"""Notes go from node to node, past the host: two histories convict it at both, and words alone convict nobody."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from tests.unit.channel.stating import Stater
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.witness_app import witness_app
from wellclear.channel.composing import link
from wellclear.channel.pictures import Digests
from wellclear.channel.policy import cosigner_name, log_verifier
from wellclear.channel.witnesses import bare_note
from wellclear.edges.client import HostClient
from wellclear.edges.peers import WORD_BYTES_MAX, Peers
from wellclear.errors import Malformed, Unavailable, Unverified
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, open_checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.equivocation import Evidence, check_evidence
from wellclear.log.merkle import Tree
from wellclear.log.note import ED25519, Verifier, parse_note
from wellclear.log.statement import PictureStatement, sign_statement
from wellclear.log.witness import SIZE_TYPE, AddCheckpoint
from wellclear.testing.sketch import Sketch

SEED = 71


def forked(tmp_path: Path) -> tuple[Bench, Bench]:
    """Two nodes of one channel, to whom a host under one key shows two histories: a different entry stands last."""
    found = []
    for party, speaker in (("NORTHLAND", "SOUTHLAND"), ("SOUTHLAND", "NORTHLAND")):
        relay = Relay(Sketch.founded(seed=SEED, epochs=True))
        bench = Bench(relay, party, tmp_path / f"{party}.sqlite")
        bench.follow()
        relay.sketch.time(speaker)
        bench.follow()
        found.append(bench)
    north, south = found
    assert north.core.channel == south.core.channel
    assert north.core.follower.size == south.core.follower.size
    assert north.core.follower.tree.root() != south.core.follower.tree.root()
    return north, south


def served(bench: Bench, home: Path, peers: Peers | None = None) -> NodeService:
    signer = bench.core.outbox.signers["node"]
    return NodeService(bench.core, HostClient("http://host", bench.core.channel, signer, bench.clock), home, peers)


def wire_to(service: NodeService) -> httpx.ASGITransport:
    """To what a node serves other nodes."""
    return httpx.ASGITransport(app=witness_app(service))  # type: ignore[arg-type]  # one ASGI, two spellings


def over(bench: Bench, home: Path, do: Callable[[httpx.AsyncClient, NodeService], Awaitable[None]]) -> None:
    async def run() -> None:
        service = served(bench, home)
        async with httpx.AsyncClient(transport=wire_to(service), base_url="http://witness") as http:
            await do(http, service)
        await service.client.close()

    asyncio.run(run())


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("more", [0, 3], ids=["one size", "another size"])
def test_a_host_with_two_heads_is_convicted_at_both_nodes_by_one_exchange(tmp_path: Path, more: int) -> None:
    north, south = forked(tmp_path)
    for _ in range(more):
        south.relay.sketch.time("NORTHLAND")
    south.follow()

    async def run() -> None:
        other = served(south, tmp_path / "south")
        peers = Peers(["http://south"], transport=wire_to(other))
        own = served(north, tmp_path / "north", peers)
        word = own.core.witnessing.word(own.core.follower)
        assert word is not None
        await own._exchange_with(peers, "http://south", word)
        await peers.close()
        for service in (own, other):
            await service.client.close()

    asyncio.run(run())
    key = log_verifier(north.core.picture)
    for bench, home in ((north, "north"), (south, "south")):
        assert bench.core.state == "halted"
        (file,) = (tmp_path / home / "evidence").iterdir()
        assert key.name in check_evidence(file.read_bytes())
        assert "halted" in bench.core.alarms.alarms


@pytest.mark.requirement("R33")
def test_one_entry_that_crosses_makes_nodes_exchange_at_once(tmp_path: Path) -> None:
    north, south = forked(tmp_path)
    head = (south.core.follower.size, south.core.follower.tree.root())
    sketch = north.relay.sketch

    party = sketch.parties["SOUTHLAND"]
    leaf = link(
        sketch.compose("time", "SOUTHLAND").act, (), party.key("node"), party.chains["node"], head, sketch.now_us
    )
    sketch.log(leaf)
    north.follow()
    assert any(alarm.kind == "head_differs" for alarm in north.rang)
    assert north.core.wants_exchange
    assert north.core.state == "live", "an entry is its author's word; it takes the host's to halt"


@pytest.mark.requirement("R33")
def test_a_note_from_a_peer_says_nothing_of_the_link_to_the_host(tmp_path: Path) -> None:
    bench = Bench(Relay(Sketch.founded(seed=SEED, epochs=True)), "SOUTHLAND", tmp_path / "s.sqlite")
    bench.follow()
    bench.clock.advance(11)
    assert bench.core.state == "stale"
    bench.core.hear_peer(bench.relay.note())
    assert bench.core.state == "stale"
    note = bench.relay.note()
    at_s = bench.clock.now_us() // 1_000_000
    line = cosign(note, cosigner_name("NORTHLAND"), bench.relay.sketch.parties["NORTHLAND"].key("cosigner"), at_s)
    bench.core.hear_peer(merge_signatures(note, [line]))
    assert [one.party for one in bench.core.witnesses.newest(bench.core.picture, bench.clock.now_us())] == ["NORTHLAND"]


def words(bench: Bench) -> st.SearchStrategy[bytes]:
    """What anybody can make who does not hold the host's log key, but every other key of the channel, and all notes."""
    sketch = bench.relay.sketch
    signers = [SigningKey(b"x" * 32)]
    for party in sketch.parties.values():
        uses = ("node", "recovery", "head_of_delegation", "cosigner", "picture", "sequencer")
        signers += [party.key(use) for use in uses]
    true = [bench.relay.note(size) for size in range(1, bench.relay.size + 1)]
    sizes, roots = st.integers(0, 40), st.binary(min_size=32, max_size=32)
    names = st.sampled_from([sketch.origin, "NORTHLAND/cosigner", "caspia.example/other"])

    def signed(size: int, root: bytes, signer: SigningKey, name: str, line: bytes) -> bytes:
        note = sign_checkpoint(Checkpoint(sketch.origin, size, root), signer)
        if name != sketch.origin:
            note = sign_checkpoint(Checkpoint("caspia.example/other", size, root), signer)
        return merge_signatures(note, [line])

    lines = st.sampled_from([parse_note(note).signatures[0].encode() for note in true])
    false = st.builds(signed, sizes, roots, st.sampled_from(signers), names, lines)
    cosigned = st.builds(
        lambda note, signer, at: merge_signatures(note, [cosign(note, "NORTHLAND/cosigner", signer, at)]),
        st.one_of(st.sampled_from(true), false), st.sampled_from(signers), st.integers(0, 2**40),
    )  # fmt: skip
    keys = [
        Verifier(sketch.origin, ED25519, one.public_key) for one in (*signers, sketch.parties[sketch.host].key("log"))
    ]
    notes = st.one_of(st.sampled_from(true), false, cosigned)
    evidence = st.builds(
        lambda why, key, a, b, root, proof: Evidence(why, key, a, b, root, tuple(proof)).encode(),
        st.sampled_from(["it has signed two histories", ""]), st.sampled_from(keys), notes, notes,
        st.none() | roots, st.lists(roots, max_size=3),
    )  # fmt: skip

    def convicting(signer: SigningKey, a: bytes, b: bytes) -> bytes:
        """Sound evidence against another key than the host's, under the host's name."""
        one, two = (sign_checkpoint(Checkpoint(sketch.origin, 3, root), signer) for root in (a, b))
        why = f"{sketch.origin} signed two trees of size 3, one with root {_root(one)}, one with {_root(two)}"
        return Evidence(why, Verifier(sketch.origin, ED25519, signer.public_key), one, two).encode()

    sound = st.builds(convicting, st.sampled_from(signers), roots, roots)
    return st.one_of(st.binary(max_size=300), notes, evidence, sound, _pictures(sketch, signers))


def _pictures(sketch: Sketch, signers: list[SigningKey]) -> st.SearchStrategy[bytes]:
    """Statements of true and false pictures, by picture keys and others."""
    digests = st.binary(min_size=32, max_size=32) | st.sampled_from([step.picture.digest for step in sketch.steps])
    return st.builds(
        lambda size, digest, signer, party: sign_statement(
            PictureStatement(sketch.origin, size, digest), f"{party}/picture", signer
        ),
        st.integers(0, 40), digests, st.sampled_from(signers), st.sampled_from(sorted(sketch.parties)),
    )  # fmt: skip


def _root(note: bytes) -> str:
    return note.split(b"\n")[2].decode()


@pytest.mark.requirement("R33")
def test_nobody_is_halted_by_words_alone(tmp_path: Path) -> None:
    """Whatever a party, an agency or a proxy brings that the host has not signed: at most it is thrown away."""
    bench = Bench(Relay(Sketch.founded(seed=SEED, epochs=True)), "SOUTHLAND", tmp_path / "s.sqlite")
    bench.follow()
    root = bench.core.follower.tree.root()

    @settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
    @given(words(bench), st.sampled_from([bench.core.hear_peer, bench.core.hear, bench.core.hear_statement]))
    def holds(word: bytes, heard_by: Callable[[bytes], None]) -> None:
        with contextlib.suppress(Malformed, Unverified):
            heard_by(word)
        assert bench.core.state != "halted"
        assert bench.core.follower.tree.root() == root

    holds()
    south = bench.core.follower
    assert south.evidence is None
    stater = sketch_stater(bench, "NORTHLAND", parts_at=9)
    bench.core.hear_statement(stater.note(12))
    assert [alarm.kind for alarm in bench.rang if alarm.key == "picture/NORTHLAND"] == ["picture_differs"]
    assert bench.core.state == "live", "a picture that differs rings, and halts nobody"


def sketch_stater(bench: Bench, party: str, parts_at: int) -> Stater:
    digests = Digests()
    for index, step in enumerate(bench.relay.sketch.steps):
        digests.append(step.picture.digest if index < parts_at else bytes([index]) * 32)
    return Stater(bench.relay.sketch, party, digests)


@pytest.mark.requirement("R33")
def test_two_nodes_that_reach_each_other_compare_pictures_past_the_host(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=SEED, epochs=True)
    while len(sketch.leaves) < 70:
        sketch.time("NORTHLAND")
    north, south = (Bench(Relay(sketch), party, tmp_path / party) for party in ("NORTHLAND", "SOUTHLAND"))
    for bench in (north, south):
        bench.follow()
    south.core.stating.digests = sketch_stater(south, "SOUTHLAND", parts_at=33).digests

    async def run() -> None:
        other = served(south, tmp_path / "south")
        peers = Peers(["http://south"], transport=wire_to(other))
        own = served(north, tmp_path / "north", peers)
        await own._exchanged()
        assert north.core.wants_exchange
        while due := own.core.stating.due(north.clock.monotonic_us()):
            await own._ask_peers(due[0][1])
        with pytest.raises(Unavailable):
            await peers.statement("http://south", 71)
        await peers.close()
        for service in (own, other):
            await service.client.close()

    asyncio.run(run())
    (alarm,) = [alarm for alarm in north.core.alarms.listed() if alarm.kind == "picture_differs"]
    assert alarm.words.endswith("the first entry that the two take differently is entry 33")
    assert "halted" not in {bench.core.state for bench in (north, south)}


@pytest.mark.requirement("R33")
def test_evidence_of_others_halts_by_the_hosts_own_two_notes(tmp_path: Path) -> None:
    north, south = forked(tmp_path)
    service = served(north, tmp_path / "north")
    service.hear_peer(bare_note(south.relay.note(), log_verifier(south.core.picture)))
    assert north.core.state == "halted"
    word = north.core.witnessing.word(north.core.follower)
    assert word is not None
    assert len(word) < 2_000
    south_service = served(south, tmp_path / "south")
    with pytest.raises(Unverified):
        south_service.hear_peer(word.replace(b"two trees", b"six trees"))
    assert south.core.state == "live"
    south_service.hear_peer(word)
    assert south.core.state == "halted"
    assert south.core.why_halted == north.core.why_halted


@pytest.mark.requirement("R33")
def test_add_checkpoint_answers_as_the_specification_says(tmp_path: Path) -> None:
    bench = Bench(Relay(Sketch.founded(seed=SEED, epochs=True)), "SOUTHLAND", tmp_path / "s.sqlite")
    bench.follow()
    sketch, size = bench.relay.sketch, bench.core.follower.size
    for _ in range(3):
        sketch.time("NORTHLAND")
    tree, longer = sketch.tree, bench.relay.size
    proof = tuple(tree.consistency_proof(size, longer))
    stranger = sign_checkpoint(Checkpoint(sketch.origin, longer, tree.root()), SigningKey(b"x" * 32))
    other = sign_checkpoint(Checkpoint("caspia.example/other", longer, tree.root()), SigningKey(b"x" * 32))
    hash_ = hashlib.sha256(sketch.origin.encode()).hexdigest()

    async def do(http: httpx.AsyncClient, service: NodeService) -> None:
        async def ask(body: bytes) -> httpx.Response:
            return await http.post("/add-checkpoint", content=body)

        assert (await http.get(f"/{hash_}/checkpoint")).status_code == 404
        assert (await ask(b"")).status_code == 400
        assert (await ask(AddCheckpoint(size, proof, stranger).encode())).status_code == 403
        assert (await ask(AddCheckpoint(size, proof, other).encode())).status_code == 404
        answer = await ask(AddCheckpoint(0, (), bench.relay.note()).encode())
        assert (answer.status_code, answer.text) == (409, f"{size}\n")
        assert answer.headers["content-type"].partition(";")[0] == SIZE_TYPE
        answer = await ask(AddCheckpoint(size, proof[1:], bench.relay.note()).encode())
        assert answer.status_code == 422
        answer = await ask(AddCheckpoint(size, proof, bench.relay.note()).encode())
        assert answer.status_code == 200
        assert parse_note(bench.relay.note() + answer.content).signatures[1].name == "SOUTHLAND/cosigner"
        kept = (await http.get(f"/{hash_}/checkpoint")).content
        assert kept == bench.relay.note() + answer.content
        assert open_checkpoint(kept, sketch.origin, log_verifier(sketch.picture).public_key).size == longer
        answer = await ask(AddCheckpoint(size, proof, bench.relay.note()).encode())
        assert (answer.status_code, answer.text) == (409, f"{longer}\n"), "what it has cosigned binds it"
        assert (await http.get("/note")).content == kept
        for path in ("/", "/api/board", "/openapi.json", f"/{'0' * 64}/checkpoint"):
            assert (await http.get(path)).status_code == 404
        assert (await http.post("/note", content=b"x" * (WORD_BYTES_MAX + 1))).status_code in (400, 413)
        assert (await http.post("/note", content=b"junk")).status_code == 400
        false = [*tree.nodes(0, 0, size - 1), bytes(32)]
        note = bench.relay.note(size, Tree(false).root())
        answer = await ask(AddCheckpoint(longer, (), note).encode())
        assert answer.status_code == 403, "and the host that asked has convicted itself"
        assert service.core.state == "halted"
        assert (await http.get("/note")).content.startswith(b"wellclear/evidence/1\n")

    over(bench, tmp_path, do)

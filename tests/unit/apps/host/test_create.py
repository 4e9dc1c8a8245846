"""Founding: a new home holds a channel that its principals can agree to, and nobody else can change."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.host.world import HandClock, Writer, running
from wellclear.apps.host.create import Founding, create_host, read_founding
from wellclear.apps.host.serve import serve, unlock_keys
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, open_host
from wellclear.channel.composing import Composed
from wellclear.channel.submission import Frame, encode_frames
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import YesNo
from wellclear.domain.parts import Articles
from wellclear.edges.card import CardFile
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.settings import HostSettings, load_host
from wellclear.errors import InvalidValue, Malformed, Misconfigured
from wellclear.log.merkle import leaf_hash
from wellclear.testing.sketch import START_US, Sketch

PASSPHRASE = "an exercise"
ARTICLES = Articles(group="articles", text="Nothing here is permission.", open_points=["who sweeps the road"])


def three() -> Sketch:
    sketch = Sketch(seed=4)
    sketch.party("CASPIA", "host")
    sketch.party("NORTHLAND", "principal")
    sketch.party("SOUTHLAND", "principal")
    return sketch


def cards(sketch: Sketch, exercise: YesNo = "yes") -> list[CardFile]:
    return [CardFile(card=party.card(), exercise=exercise) for party in sketch.parties.values()]


def created(home: Path, sketch: Sketch) -> str:
    return create_host(
        home, "CASPIA", cards(sketch), default_settings(), ARTICLES, True, "caspia.example/channel", PASSPHRASE,
        listen_port=0, kdf="minimum", clock=HandClock(START_US),
    )  # fmt: skip


def opened(home: Path, settings: HostSettings) -> HostService:
    keys = unlock_keys(Keyring(home), PASSPHRASE)
    return open_host(HostFiles(home), keys, HandClock(START_US), channel=settings.channel)


def test_the_principals_agree_to_what_the_host_has_founded(tmp_path: Path) -> None:
    sketch = three()
    channel = created(tmp_path, sketch)
    assert load_host(tmp_path, environment={}).channel == channel

    async def run() -> None:
        async with running(opened(tmp_path, load_host(tmp_path, environment={}))) as service:
            picture = service.sequencer.picture
            assert (picture.channel, picture.exercise, picture.principals) == (
                channel, True, ("NORTHLAND", "SOUTHLAND"),
            )  # fmt: skip
            sketch.log(service.store.leaves(0, 1)[0])
            settings, salt, articles, _ = read_founding(HostFiles(tmp_path).founding.read_bytes(), picture)
            assert (settings, articles) == (default_settings(), ARTICLES)
            north, south = Writer(sketch, "NORTHLAND"), Writer(sketch, "SOUTHLAND")
            body = {"do": "amend_agreement", "base": 0, "settings": msgspec.to_builtins(settings), "salt": b64(salt)}
            propose = signed(north, sketch.by_head("NORTHLAND", "propose", body))
            agreed = {"proposal": b64(leaf_hash(propose.leaf)), "base": 0}
            signatures = [
                signed(writer, sketch.by_head(writer.party, "sign_agreement", agreed)) for writer in (north, south)
            ]
            await service.submit(encode_frames([propose, *signatures]))
            assert service.sequencer.picture.agreement == 1

    asyncio.run(run())


def signed(writer: Writer, of_head: tuple[Composed, list]) -> Frame:  # type: ignore[type-arg]  # approvals
    return writer.frame(*of_head)


def test_a_home_is_founded_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    created(tmp_path, three())
    with pytest.raises(Misconfigured, match="there is a host in this home already"):
        created(tmp_path, three())
    files = HostFiles(tmp_path)
    for path in (files.store, files.promise, files.founding, Keyring(tmp_path).path("log")):
        assert path.stat().st_mode & 0o077 == 0


def test_cards_that_make_no_channel_are_refused_before_anything_is_kept(tmp_path: Path) -> None:
    sketch = three()
    sketch.parties["SOUTHLAND"].roles = ("observer",)
    with pytest.raises(InvalidValue, match="at least two principals"):
        created(tmp_path, sketch)
    with pytest.raises(InvalidValue, match="origin"):
        create_host(
            tmp_path, "CASPIA", cards(three()), default_settings(), ARTICLES, True, "no origin", PASSPHRASE,
            kdf="minimum",
        )  # fmt: skip
    assert not HostFiles(tmp_path).store.exists()


def test_a_founding_file_opens_only_its_own_channel(tmp_path: Path) -> None:
    created(tmp_path, three())
    picture = opened(tmp_path, load_host(tmp_path, environment={})).sequencer.picture
    raw = HostFiles(tmp_path).founding.read_bytes()
    founding = msgspec.json.decode(raw, type=Founding)
    changed = {**founding.settings, "keep_days": 8}
    for false in (
        b"{}",
        b"\xff",
        msgspec.json.encode(msgspec.structs.replace(founding, settings=changed)),
        msgspec.json.encode(msgspec.structs.replace(founding, settings_salt=founding.articles_salt)),
        msgspec.json.encode(msgspec.structs.replace(founding, channel=b64(bytes(32)))),
        msgspec.json.encode(msgspec.structs.replace(founding, articles={"group": "message"})),
    ):
        with pytest.raises(Malformed):
            read_founding(false, picture)


def test_a_host_that_cannot_serve_says_why(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no key lies here"):
        serve(HostSettings(tmp_path, "CASPIA", "caspia.example/channel"), PASSPHRASE)
    channel = created(tmp_path, three())
    settings = load_host(tmp_path, environment={})
    with pytest.raises(Misconfigured, match="passphrase"):
        serve(settings, "another")
    other = HostSettings(tmp_path, "CASPIA", settings.origin, channel=b64(bytes(32)))
    with pytest.raises(Misconfigured, match="another channel"):
        serve(other, PASSPHRASE)
    assert channel == settings.channel
    os.truncate(HostFiles(tmp_path).promise, 3)
    with pytest.raises(Misconfigured, match="does not hold the size"):
        serve(settings, PASSPHRASE)


def real(home: Path, cards_: list[CardFile]) -> str:
    return create_host(
        home, "CASPIA", cards_, default_settings(), ARTICLES, False, "caspia.example/channel", PASSPHRASE,
        listen_port=0, kdf="minimum", clock=HandClock(START_US),
    )  # fmt: skip


@pytest.mark.requirement("R24")
def test_no_real_channel_is_founded_with_an_exercises_card(tmp_path: Path) -> None:
    held = cards(three(), "no")
    held[2] = msgspec.structs.replace(held[2], exercise="yes")
    with pytest.raises(Misconfigured) as refused:
        real(tmp_path / "h", held)
    assert all(word in str(refused.value) for word in ("SOUTHLAND", "head_of_delegation", "node init --real", "card"))
    assert not (tmp_path / "h").exists()


@pytest.mark.requirement("R24")
@pytest.mark.parametrize("use", ["sequencer", "cosigner"])
def test_no_real_channel_is_founded_with_an_own_key_of_an_exercise(tmp_path: Path, use: str) -> None:
    path = Keyring(tmp_path).path(use)
    create_key(path, use, "CASPIA", PASSPHRASE, exercise=True, kdf=KDF_BY_NAME["minimum"])
    with pytest.raises(Misconfigured, match=f"CASPIA's key for {use} was made for exercises"):
        real(tmp_path, cards(three(), "no"))
    assert not HostFiles(tmp_path).store.exists()


@pytest.mark.requirement("R24")
def test_a_real_channels_host_does_not_start_with_an_exercises_key(tmp_path: Path) -> None:
    path, seed, cost = Keyring(tmp_path).path("log"), bytes(range(32)), KDF_BY_NAME["minimum"]
    create_key(path, "log", "CASPIA", PASSPHRASE, seed, exercise=False, kdf=cost)
    real(tmp_path, cards(three(), "no"))
    settings = load_host(tmp_path, environment={})

    async def run() -> None:
        async with running(opened(tmp_path, settings)) as service:
            assert service.status()["exercise"] == "no"

    asyncio.run(run())
    path.unlink()
    create_key(path, "log", "CASPIA", PASSPHRASE, seed, exercise=True, kdf=cost)
    with pytest.raises(Misconfigured, match="those for log were made for exercises"):
        opened(tmp_path, settings)


def test_an_exercise_takes_the_keys_of_a_real_channel(tmp_path: Path) -> None:
    assert create_host(
        tmp_path, "CASPIA", cards(three(), "no"), default_settings(), ARTICLES, True, "caspia.example/channel",
        PASSPHRASE, listen_port=0, kdf="minimum",
    )  # fmt: skip

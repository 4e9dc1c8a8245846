"""How a command acts: the node composes, the officer looks, the officer's own key signs here, the node sends.

The key of a person never leaves this process, and it signs nothing but what was asked for: the act that comes back from
the node is held to the request, member by member and part by part, before it is approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import typer
from msgspec import UNSET

from wellclear.apps.cli.asking import passphrase, pin
from wellclear.apps.cli.output import EXIT_FINDING, note, show
from wellclear.apps.problems import reason_words
from wellclear.channel.composing import approve
from wellclear.channel.copies import check_copies
from wellclear.channel.sealing import PartKey, check_sha, context
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Approval, PartRef, Role, act_hash
from wellclear.domain.kinds import KINDS
from wellclear.domain.marks import EXERCISE
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import group_from, open_part
from wellclear.edges.keyring import Keyring, approver, public_half, put_away
from wellclear.edges.node_client import NodeClient
from wellclear.edges.settings import NodeSettings, load_node
from wellclear.edges.tokens import parse_uri
from wellclear.errors import InvalidValue, Malformed, Unavailable, Unverified
from wellclear.picture.copies import SIZE, are_copies

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Intent:
    """What an officer wants to say, before the node gives it a channel, an hour, salts and an id."""

    kind: str
    groups: Sequence[Fields] = ()
    audience: Sequence[str] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    """Members of the act as asked: desk, to, precedence, id, subject, code, keep_until, public."""
    withhold: Sequence[str] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    disclose: Mapping[str, int] = field(default_factory=dict)
    consent: Sequence[str] = ()
    """The parties that a site, movement, deployment or survey is given to."""
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The readers of each field group without the author, sorted; where empty, all of `audience` read all."""
    salts: Mapping[str, str] = field(default_factory=dict)

    def body(self, officer: str | None) -> Fields:
        """The request to the node."""
        body: Fields = {"kind": self.kind, **self.members}
        for name, value in (("groups", self.groups), ("audience", self.audience), ("withhold", self.withhold),
                            ("consent", self.consent)):  # fmt: skip
            if value:
                body[name] = list(value)
        body |= {name: dict(said) for name, said in (("levels", self.levels), ("disclose", self.disclose)) if said}
        if self.salts:
            body["salts"] = dict(self.salts)
        return body | ({"as": officer} if officer else {})


@dataclass(frozen=True, slots=True)
class Ready:
    """An act that fits its intent and waits for approvals."""

    act: Act
    parts: tuple[str, ...]
    """The stored bytes of its parts, sealed where they are sent."""
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """The id of what is new, or id and version of what it is about."""
        if self.act.id is not UNSET:
            return self.act.id
        return f"{self.act.subject.id} v{self.act.subject.version}" if self.act.subject is not UNSET else self.act.kind


@dataclass(slots=True)
class Workplace:
    """A node's home and the way to its API; what every acting command starts from."""

    settings: NodeSettings
    client: NodeClient

    @classmethod
    def open(cls, home: Path) -> Workplace:
        """Raises Misconfigured for a home that is none, Unavailable where the node does not run."""
        home = home.expanduser()
        settings = load_node(home)
        client = NodeClient.at(home, settings.api_url)
        if client.get("status").get("exercise") == "yes":
            note(EXERCISE)
        return cls(settings, client)

    @property
    def party(self) -> str:
        return self.settings.party

    @property
    def keys(self) -> Keyring:
        return Keyring(self.settings.home)

    @property
    def exercise(self) -> bool:
        """Whether the channel is an exercise; raises `Unavailable` while the node has not heard what it is."""
        status = self.client.get("status")
        if not status.get("size"):
            raise Unavailable("channel", "the node has heard nothing of it yet", retry_after_s=1)
        return bool(status.get("exercise") == "yes")

    def readers(self, desks: Sequence[str]) -> list[str]:
        """The parties of some desks and one's own, each once, in the alphabet's order."""
        return sorted({self.party, *(party_of_desk(desk, field="--to") for desk in desks)})

    def compose(self, intent: Intent, officer: str | None = None) -> Ready:
        """Have the node compose the act, and hold it to the intent."""
        return ready_from(self.client.post("acts", intent.body(officer)), intent)

    def approve_as(self, act: Act, handle: str, role: Role, file: Path | None) -> Approval:
        """The officer's approval of this act, by the key in this home; a real channel takes no exercise's key."""
        path, real = self.keys.officer_path(handle), not self.exercise
        signer = approver(path, secret_of(path, handle, file), real=real)
        try:
            return approve(act, signer, role)
        finally:
            put_away(signer)

    @contextmanager
    def on_watch(self, officer: str, file: Path | None) -> Iterator[str]:
        """A session of the node in which this officer decides; it ends whatever happens inside.

        Raises:
            Misconfigured: no such officer's key on this node, or the passphrase is wrong.
            Refused: the officer is not on the roster with this key, or too many are on watch.
        """
        body = {"person": officer, "passphrase": passphrase(officer, file)}
        session = str(self.client.post("sessions", body)["session"])
        try:
            yield session
        finally:
            self.client.delete(f"sessions/{quote(session, safe='')}")

    def keep_draft(self, ready: Ready, approval: Approval) -> Fields:
        """Leave an act with the node until a second officer releases it."""
        body = {
            "act": msgspec.to_builtins(ready.act), "parts": list(ready.parts),
            "approvals": msgspec.to_builtins([approval]),
        }  # fmt: skip
        kept: Fields = self.client.post("drafts", body)
        return kept

    def send(
        self, ready: Ready, approvals: Sequence[Approval], *, wait_s: int, use: str = "node", opened_by: str = ""
    ) -> Fields:
        """Hand the act to the node's outbox; with `use` other than `node` the node links it by that key, once."""
        body: Fields = {
            "act": msgspec.to_builtins(ready.act), "parts": list(ready.parts),
            "approvals": msgspec.to_builtins(list(approvals)),
        }  # fmt: skip
        if use != "node":
            body |= {"use": use, "passphrase": opened_by}
        answer: Fields = self.client.post("entries", body, wait_s=wait_s)
        return answer


def secret_of(path: Path, whose: str, file: Path | None) -> str:
    """What opens a person's key: the passphrase of its file, or the PIN of the token that the file names."""
    uri = public_half(path).uri
    return pin(f"{whose}'s {parse_uri(uri).words}", file) if uri else passphrase(whose, file)


def ready_from(answer: Any, intent: Intent) -> Ready:
    """The act in an answer of the node, held to what was asked.

    Raises:
        Malformed: it is no act.
        Unverified: it says something else than was asked; nothing is signed.
    """
    try:
        act = msgspec.convert(answer["act"], Act, strict=True)
        parts = tuple(str(part) for part in answer["parts"])
        keys = tuple(str(key) for key in answer.get("keys", ()))
        warnings = tuple(str(warning) for warning in answer.get("warnings", ()))
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise Malformed("node", "act", f"not what was agreed between node and command line: {error}") from error
    _check_members(act, intent)
    if act.kind != "safety" or parts or act.parts:  # where nothing can be sealed, safety goes by its code alone
        _check_parts(act, parts, keys, intent)
    return Ready(act, parts, warnings)


def _check_members(act: Act, intent: Intent) -> None:
    told = msgspec.to_builtins(act)
    wanted: Fields = {"kind": intent.kind, **intent.members}
    for name in ("to", "code", "keep_until", "public", "subject"):
        wanted.setdefault(name, [] if name == "to" else None)
    for name, value in wanted.items():
        if told.get(name) != value:
            raise Unverified("act from the node", f"{name} is {told.get(name)!r} where {value!r} was asked for")


def _check_parts(act: Act, parts: Sequence[str], keys: Sequence[str], intent: Intent) -> None:
    """Each part says what was asked for, and each group goes to whom it was asked for, in however many copies."""
    once = len(intent.groups)
    copied = act.kind in ("notice", "amend") and once == SIZE and are_copies(len(parts))
    if len({len(parts), len(keys), len(act.parts)}) != 1 or (len(parts) != once and not copied):
        raise Unverified("act from the node", "it does not have the parts that were asked for")
    goes: dict[str, set[str]] = {}
    said = []
    for at, (ref, stored, key) in enumerate(zip(act.parts, parts, keys, strict=True)):
        asked = intent.groups[at % once]
        name = str(asked.get("group"))
        try:
            opened = open_part(_opening(act, ref, unb64(stored), unb64(key)), ref)
        except InvalidValue as error:
            raise Unverified("act from the node", f"part {name}: {error}") from error
        if opened != group_from(asked, name):
            raise Unverified("act from the node", f"part {name} says something else than was asked for")
        goes.setdefault(name, set()).update({*(ref.to if ref.to is not UNSET else [])} - {act.party})
        said.append(opened)
    for name, found in goes.items():
        readers = intent.shown.get(name, ()) if intent.shown else intent.audience
        audience = [] if name in intent.withhold else [one for one in readers if one != act.party]
        if sorted(found) != audience:
            raise Unverified("act from the node", f"part {name} goes to other readers than was asked for")
    check_copies(act, said)


def _opening(act: Act, ref: PartRef, stored: bytes, key: bytes) -> bytes:
    """What a part holds that others will be sent, by the key that the node shows for it."""
    if not ref.sealed:
        return stored
    check_sha(stored, ref)
    return PartKey(key).open(stored, context(act, ref))


def from_desk(desk: str | None) -> Fields:
    """The member of an act that says which of the party's desks speaks; none where the node is to take its own."""
    return {"desk": desk} if desk else {}


def role_for(kind: str) -> Role:
    """The role in which one officer approves a kind alone."""
    return "head_of_delegation" if KINDS[kind].asks.name == "HEAD" else "watch_officer"


def _unsent(answer: Fields) -> str:
    """Where an act stands that is not in the log, in the node's own words where it has any."""
    state = str(answer.get("state", "waiting"))
    if state == "unproven":
        return f"NOT IN THE LOG: {answer.get('words', state)}"
    if "words" in answer:
        return f"NOT SENT yet ({state}): {answer['words']}"
    return f"NOT SENT yet ({state}): the node keeps it and sends it as soon as the host answers."


def report(answer: Fields, act: Act, done: str, *, as_json: bool) -> None:
    """Say where the act stands now. Without its place in the log it is *not sent*; a remark is a finding."""
    item = act.id if act.id is not UNSET else (act.subject.id if act.subject is not UNSET else "")
    value = {"act_hash": b64(act_hash(act)), "id": item, **answer}
    remarks = [
        (str(row.get("reason", row)), str(row.get("detail", ""))) if isinstance(row, dict) else (str(row), "")
        for row in answer.get("remarks", ())
    ]
    if answer.get("index") is None:
        line = f"{_unsent(answer)} {item}".rstrip()
    else:
        line = f"{done} {item} (entry {answer['index']})".replace("  ", " ")
    show(value, line, *(f"REMARK {code}: {reason_words(code, detail)}" for code, detail in remarks), as_json=as_json)
    if remarks:
        raise typer.Exit(EXIT_FINDING)

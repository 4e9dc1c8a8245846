"""What a head of delegation reads before signing a joint act: read from the bytes that the signature names.

A signature names the hash of a proposal's leaf. So the leaf itself is asked for and hashed here, and all that is shown
comes from it and from the parts that it commits to, not from anybody's account of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.output import plain
from wellclear.apps.figures import listed
from wellclear.apps.joint_acts import changes_of, joint_act, what_it_does, when_it_holds
from wellclear.apps.settings_words import setting_words
from wellclear.channel.opening import open_leaf
from wellclear.domain.agreement import Settings, settings_from
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry, PartRef
from wellclear.domain.kinds import Propose, public_of
from wellclear.domain.parts import Articles, open_part
from wellclear.domain.reasons import Reason
from wellclear.domain.spoken import spoken
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified

_NOT_AGREED = "not what was agreed between node and command line"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open joint act as its leaf says it. `closed` says why the articles that it brings are not open here."""

    name: str
    index: int
    entry: Entry
    body: Propose
    articles: Articles | None
    closed: str
    signed: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def by(self) -> str:
        return self.entry.act.party

    @property
    def spoken(self) -> str:
        """The fingerprint that two heads read to each other."""
        return spoken(unb64(self.name))

    @property
    def not_shown(self) -> tuple[str, ...]:
        """Whose signatures it needs although its author has not sent them the articles that it brings."""
        shown = {self.by, *(party for ref in self.entry.act.parts if ref.to is not UNSET for party in ref.to)}
        return tuple(name for name in self.required if name not in shown) if self.entry.act.parts else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Whose signatures it waits for."""
        return tuple(name for name in self.required if name not in self.signed)

    def check_signer(self, party: str) -> None:
        """Raise `Refused` where a party's signature is not asked for, or is there."""
        if party not in self.required:
            raise Refused(Reason.NOT_REQUIRED, f"signatures of {listed(self.required)} are asked for")
        if party in self.signed:
            raise Refused(Reason.ALREADY_SIGNED, f"it waits for {listed(self.missing)}")


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds now, to be compared with: the agreement's version (0: none yet), its settings, the rules."""

    version: int
    settings: Settings | None
    rules: int

    @classmethod
    def of(cls, state: Fields) -> InForce:
        """From the node's account of the agreement; raises `Malformed`."""
        try:
            version, rules = int(state["version"]), int(state.get("rules", 1))
            return cls(version, settings_from(state["settings"]) if version else None, rules)
        except (InvalidValue, KeyError, TypeError, ValueError) as error:
            raise Malformed(
                "node", "agreement", f"not what was agreed between node and command line: {error}"
            ) from error


def proposal_from(row: Fields) -> Proposal:
    """A proposal from its row, held to its hash.

    Raises:
        Unverified: these bytes are not those that the hash names, or are no proposal.
        Malformed: the row is none.
    """
    try:
        name, index, leaf = str(row["proposal"]), int(row["index"]), unb64(str(row["leaf"]))
        parts = {str(commit): unb64(str(raw)) for commit, raw in row["parts"].items()}
        signed, required = tuple(map(str, row["signed"])), tuple(map(str, row["required"]))
    except (InvalidValue, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Malformed("node", "proposal", f"{_NOT_AGREED}: {error}") from error
    logged = open_leaf(index, leaf)
    if b64(logged.leaf_hash) != name:
        raise Unverified("proposal", "the entry that the node shows is not the one that this hash names")
    if logged.entry is None or logged.entry.act.kind != "propose":
        raise Unverified("proposal", "this hash names no proposal")
    try:
        body = public_of(logged.entry.act)
    except InvalidValue as error:
        raise Unverified("proposal", str(error)) from error
    assert isinstance(body, Propose), "its kind is propose"
    articles, closed = _articles(logged.entry, parts)
    return Proposal(name, index, logged.entry, body, articles, closed, signed, required)


def _articles(entry: Entry, parts: dict[str, bytes]) -> tuple[Articles | None, str]:
    """The articles that a proposal brings, or why they are not open here; neither where it brings none."""
    for ref in entry.act.parts:
        raw = parts.get(ref.commit)
        if raw is None:
            return None, "this node has not opened the part that holds them"
        try:
            opened = open_part(raw, PartRef(commit=ref.commit, enc="none"))
        except (Unverified, Malformed) as error:
            return None, str(error)
        if isinstance(opened, Articles):
            return opened, ""
        return None, "the part holds something else"
    return None, ""


def proposal_lines(proposal: Proposal, now: InForce, party: str) -> list[str]:
    """All that a head reads: what, by whom, what it does, the articles, the signatures, when it holds."""
    lines = [
        f"Entry {proposal.index}: {proposal.by}, by its head of delegation, proposes {joint_act(proposal.body)}.",
        f"Its fingerprint, the same at every party: {proposal.spoken}",
        f"Its hash: {proposal.name}",
        "",
        *(f"  {line}" for line in what_it_does(proposal.body, now.settings, now.rules)),
        *_articles_lines(proposal, now),
        "",
        f"Signed by {listed(proposal.signed) or 'nobody'}; still to sign: {_missing(proposal, party)}.",
        when_it_holds(proposal.body, now.settings),
    ]
    return [plain(line).plain for line in lines]


def _missing(proposal: Proposal, party: str) -> str:
    names = [f"{name} (this party)" if name == party else name for name in proposal.missing]
    return listed(names) or "nobody"


def _articles_lines(proposal: Proposal, now: InForce) -> list[str]:
    blind = proposal.not_shown
    unlike = [f"  {proposal.by} has not sent these articles to {listed(blind)}, whose signature is needed too."]
    if proposal.articles is not None:
        return [*(f"  {line}" for line in article_lines(proposal.articles)), *(unlike if blind else ())]
    if proposal.closed:
        closed = f"  The articles cannot be shown: {proposal.closed}. Sign nothing that you have not read."
        return [closed, *(unlike if blind else ())]
    return ["  The articles stay as they are."] if proposal.body.do == "amend_agreement" and now.version else []


def article_lines(articles: Articles) -> list[str]:
    """The agreement's text with its open points."""
    return [f"The articles: “{articles.text}”", *(f"Left open: {point}" for point in articles.open_points)]


def proposal_json(proposal: Proposal, now: InForce, party: str) -> Fields:
    """The same for programs, beside what the node says."""
    told: Fields = {
        "proposal": proposal.name, "index": proposal.index, "spoken": proposal.spoken, "by": proposal.by,
        "do": proposal.body.do, "what": joint_act(proposal.body),
        "does": what_it_does(proposal.body, now.settings, now.rules),
        "takes_effect": when_it_holds(proposal.body, now.settings),
        "signed": list(proposal.signed), "required": list(proposal.required), "missing": list(proposal.missing),
        "asked_of_us": "yes" if party in proposal.missing else "no",
    }  # fmt: skip
    if proposal.body.do == "amend_agreement" and now.settings is not None:
        told["changes"] = [change.json() for change in changes_of(proposal.body, now.settings)]
    if proposal.articles is not None:
        told["articles"] = msgspec.to_builtins(proposal.articles)
    if proposal.not_shown:
        told["articles_not_shown_to"] = list(proposal.not_shown)
    if proposal.closed:
        told["articles_closed"] = proposal.closed
    return told


def settings_json(settings: Settings) -> list[Any]:
    """Every setting in force with its words."""
    return [{"setting": row.path, "name": row.full_name, "is": row.value} for row in setting_words(settings)]

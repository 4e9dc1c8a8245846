"""agreement and party: what all principals must sign before it is so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace, report
from wellclear.apps.cli.asking import agree, passphrase
from wellclear.apps.cli.hosting import ArticlesFile, Terms, read_articles
from wellclear.apps.cli.joining import read_card, words_of_card
from wellclear.apps.cli.notice_form import read_json
from wellclear.apps.cli.options import NODE_HOME, WAIT_S, AsJson, Home, PassphraseFile, Wait, Yes
from wellclear.apps.cli.output import hint, note, plain, show, table, tell
from wellclear.apps.cli.proposals import (
    InForce,
    Proposal,
    article_lines,
    proposal_from,
    proposal_json,
    proposal_lines,
    settings_json,
)
from wellclear.apps.figures import listed, words
from wellclear.apps.settings_words import setting_lines
from wellclear.channel.composing import approve
from wellclear.domain.agreement import default_settings, settings_from
from wellclear.domain.names import check_party
from wellclear.domain.parts import Articles, group_from
from wellclear.domain.reasons import Reason
from wellclear.edges.card import check_real_cards
from wellclear.errors import InvalidValue, Malformed, Misconfigured, Refused

CLOSED = {"done": "took effect", "void": "void"}

app = typer.Typer(no_args_is_help=True, help="Propose, sign and read the agreement.")
party_app = typer.Typer(no_args_is_help=True, help="Admit a party, remove one, or leave.")


@app.command()
def propose(
    terms: Terms = None,
    articles: ArticlesFile = None,
    founding: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The host's founding.json, if the node could not fetch it.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Propose the founding agreement, or with --settings a change of the one in force.

    The head of delegation approves the proposal; each principal, the proposer included, then signs it.
    """
    place = Workplace.open(home)
    with place.client:
        state = place.client.get("agreement")
        base = int(state["version"])
        if base == 0:
            opened = read_json(founding) if founding is not None else state.get("founding")
            if not opened:
                why = f": {fault}" if (fault := state.get("founding_fault")) else ""
                do = "Look whether the host is up, or give its founding.json with --founding"
                raise Misconfigured("founding", f"the node has no founding file{why}", do=do)
            settings, salt = opened["settings"], opened["settings_salt"]
            told, salts = opened["articles"], {"articles": opened["articles_salt"]}
        else:
            if terms is None:
                raise InvalidValue(
                    "--settings", "name the file with what is to change; see: wellclear agreement template"
                )
            settings, salt, salts = {**state["settings"], **read_json(terms)}, new_salt(), {}
            settings_from(settings, "--settings")
            told = msgspec.to_builtins(read_articles(articles)) if articles is not None else None
        public = {"do": "amend_agreement", "base": base, "settings": settings, "salt": salt}
        audience = sorted(state["principals"])
        intent = Intent("propose", [told] if told else [], audience if told else [], {"public": public}, salts=salts)
        by_head(place, intent, passphrase_file, wait_s, "PROPOSED", as_json=as_json)


@app.command()
def sign(
    proposal: Annotated[
        str | None, typer.Argument(metavar="PROPOSAL", help="Its hash; else the one that is open.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Read an open proposal and sign it as head of delegation; it takes effect at the last required signature.

    What is shown is read from the bytes that the signature names; what changes meanwhile is refused.
    """
    place = Workplace.open(home)
    with place.client:
        state = place.client.get("agreement")
        chosen, now = the_open_one(state, proposal), InForce.of(state)
        for line in proposal_lines(chosen, now, place.party):
            note(line)
        chosen.check_signer(place.party)
        agree("Sign it for your party?", yes=yes)
        check_still(place.client.get("agreement"), chosen, now)
        public = {"proposal": chosen.name, "base": chosen.body.base}
        intent = Intent("sign_agreement", members={"public": public})
        shown = {"shown": proposal_json(chosen, now, place.party)}
        by_head(place, intent, passphrase_file, wait_s, "SIGNED", as_json=as_json, beside=shown)


def the_open_one(state: Fields, name: str | None) -> Proposal:
    """The proposal of this hash, or the only one that is open; raises `InvalidValue` where that is not clear."""
    waiting = [row for row in state["proposals"] if row["state"] == "open"]
    chosen = [row for row in waiting if name in (None, row["proposal"])]
    if len(chosen) != 1:
        open_now = ", ".join(row["proposal"] for row in waiting) or "none"
        raise InvalidValue("PROPOSAL", f"name the one that you sign; open are: {open_now}")
    return proposal_from(chosen[0])


def check_still(state: Fields, shown: Proposal, then: InForce) -> None:
    """Raise `Refused` where the proposal was closed, or what it was compared with was replaced, while it was read."""
    if not any(row["proposal"] == shown.name and row["state"] == "open" for row in state["proposals"]):
        raise Refused(Reason.UNKNOWN_PROPOSAL, "it was closed while you read it; nothing was signed")
    if InForce.of(state) != then:
        raise Refused(Reason.OLD_BASE, "what is in force changed while you read; read it again, nothing was signed")


@app.command("show")
def show_agreement(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The agreement in force, and what every open proposal would change, as `sign` shows it."""
    place = Workplace.open(home)
    with place.client:
        state = place.client.get("agreement")
    now = InForce.of(state)
    opened = [proposal_from(row) for row in state["proposals"] if row["state"] == "open"]
    told = {**state, "open": [proposal_json(one, now, place.party) for one in opened]}
    if now.settings is not None:
        told["settings_in_words"] = settings_json(now.settings)
    lines: list[Any] = [*in_force_lines(state, now)]
    for one in opened:
        lines += ["", *proposal_lines(one, now, place.party)]
    if opened:
        lines.append(f"To sign it: {hint('wellclear agreement sign')}")
    closed = [
        (row["proposal"], words(row["do"]), row["by"], listed(row["signed"]) or "nobody", CLOSED.get(row["state"], ""))
        for row in state["proposals"]
        if row["state"] != "open"
    ]
    if closed:
        lines += ["", table(("proposal", "does", "by", "signed by", "what became of it"), closed)]
    show(told, *lines, as_json=as_json)


def in_force_lines(state: Fields, now: InForce) -> list[str]:
    """What holds now, for people."""
    if now.settings is None:
        return ["Nothing is agreed yet."]
    lines = [f"Agreement version {now.version} is in force, under rules {now.rules}.", ""]
    lines += [f"  {line}" for line in setting_lines(now.settings)]
    if state.get("articles"):
        lines += [f"  {line}" for line in article_lines(articles_of(state["articles"]))]
    return [plain(line).plain for line in lines]


def articles_of(fields: Fields) -> Articles:
    """The articles in an answer of the node; raises `Malformed`."""
    opened = group_from(fields, "node: articles")
    if not isinstance(opened, Articles):
        raise Malformed("node", "articles", "another group of fields")
    return opened


@app.command()
def template() -> None:
    """Print the default settings as JSON, to be changed and given to `host init` or `agreement propose`."""
    tell(json.dumps(msgspec.to_builtins(default_settings()), indent=2))


@party_app.command()
def admit(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The new party's card.json.")],
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Propose to admit a party; every principal signs. What was logged before, it can read as far as headers go."""
    newcomer = read_card(card)
    place = Workplace.open(home)
    with place.client:
        if not place.exercise:
            check_real_cards([newcomer])
    note(words_of_card(newcomer))
    agree("Did this party read you exactly this?", yes=yes)
    propose_change(home, {"do": "admit", "admit": msgspec.to_builtins(newcomer.card)}, passphrase_file, wait_s, as_json)


@party_app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="PARTY", help="Which party.")],
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Propose to remove a party; all principals but that party sign. Of two principals neither can be removed."""
    check_party(name, field="PARTY")
    propose_change(home, {"do": "remove", "remove": name}, passphrase_file, wait_s, as_json)


@party_app.command()
def withdraw(
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Leave the channel by your own word. Your entries stay in the log, your desks leave the picture."""
    place = Workplace.open(home)
    agree(f"{place.party} leaves the channel for good. Go on?", yes=yes)
    with place.client:
        by_head(place, Intent("withdraw"), passphrase_file, wait_s, "WITHDRAWN", as_json=as_json)


def propose_change(home: Path, change: Fields, file: Path | None, wait_s: int, as_json: bool) -> None:
    """Propose a joint act other than new settings."""
    place = Workplace.open(home)
    with place.client:
        base = int(place.client.get("agreement")["version"])
        intent = Intent("propose", members={"public": {"base": base, **change}})
        by_head(place, intent, file, wait_s, "PROPOSED", as_json=as_json)


def by_head(
    place: Workplace,
    intent: Intent,
    file: Path | None,
    wait_s: int,
    done: str,
    *,
    as_json: bool,
    beside: Fields | None = None,
) -> None:
    """An act that the head of delegation approves, by the party's own key of that use.

    `beside` goes into the answer for programs.
    """
    ready = place.compose(intent)
    secret = passphrase("the head of delegation", file)
    signer = place.keys.unlock("head_of_delegation", secret, real=not place.exercise)
    answer = place.send(ready, [approve(ready.act, signer, "head_of_delegation")], wait_s=wait_s)
    report({**answer, **(beside or {})}, ready.act, done, as_json=as_json)


def new_salt() -> str:
    """A fresh salt for settings that the proposal opens at once."""
    import secrets

    from wellclear.domain.canonical import b64
    from wellclear.domain.entry import SALT_BYTES

    return b64(secrets.token_bytes(SALT_BYTES))

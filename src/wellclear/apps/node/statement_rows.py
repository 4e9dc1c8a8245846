"""What the row of a statement tells beside what was said: how it stands, sentence by sentence (R38)."""

from __future__ import annotations

from wellclear.apps.node.rows import yes
from wellclear.apps.node.said import Row
from wellclear.apps.statement_words import UNPUBLISHED, standing_words, statement_lines
from wellclear.domain.statements import Statement
from wellclear.picture.view_records import RecordView
from wellclear.picture.view_statements import Signer, statement_standing


def statement_row(record: RecordView) -> Row:
    """`signing`: the state, the parties and whom each sentence waits for; nothing of other kinds."""
    if record.kind != "statement":
        return {}
    standing, text = statement_standing(record), record.current.groups.get("statement")
    lines = statement_lines(text, standing) if isinstance(text, Statement) else [standing_words(standing)]
    signing: Row = {
        "state": standing.state, "words": [*lines, UNPUBLISHED],
        "signers": [_signer_row(one) for one in standing.signers],
        "waits_for": [list(parties) for parties in standing.waits_for], "outcome_waits_for": list(standing.outcome),
    }  # fmt: skip
    return {"signing": signing}


def _signer_row(one: Signer) -> Row:
    told: Row = {"party": one.party, "sentences": list(one.sentences), "unread": yes(one.unread)}
    told |= {"agrees": yes(one.agrees)} if one.agrees is not None else {}
    return told | ({"index": one.index} if one.index is not None else {})

"""Errors as answers: the only map from our errors to HTTP statuses and exit codes.

One shape everywhere: `{"error": {"code", "message", "where", "do", "retry_after_s"}}`. `code` is a reason of
`domain.reasons` for what was refused, else one of the small words below; absent members do not apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wellclear.domain.reasons import Reason
from wellclear.errors import (
    Equivocation,
    InvalidValue,
    Malformed,
    Misconfigured,
    Refused,
    Unavailable,
    Unverified,
    WellclearError,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """How one class of errors is answered."""

    code: str
    status: int
    exit_code: int


PROBLEMS: Final[tuple[tuple[type[WellclearError], Problem], ...]] = (
    # The first class that fits decides, so children stand before their parents.
    (InvalidValue, Problem("invalid", 422, 2)),
    (Malformed, Problem("malformed", 400, 2)),
    (Equivocation, Problem("equivocation", 409, 5)),
    (Unverified, Problem("unverified", 403, 5)),
    (Refused, Problem("refused", 409, 3)),
    (Unavailable, Problem("unavailable", 503, 4)),
    (Misconfigured, Problem("misconfigured", 500, 6)),
    (WellclearError, Problem("error", 500, 6)),
)

EXIT_CODES: Final = {
    0: "done; or the answer is: nothing found, all in order",
    1: "done, and the answer is a finding: a conflict, an open duty, a remark on what was sent",
    2: "the command or its input is wrong; nothing was sent",
    3: "refused, with a reason code; of `check`: no conflict, but some features were skipped; "
    "of `import`: not the whole track could be used; of `series import` and `reports import`: not every row",
    4: "node, host, network or disk did not answer; trying again may help",
    5: "a signature, proof or fingerprint does not hold",
    6: "keys or settings that only a person can mend",
    130: "interrupted from the keyboard",
    141: "nobody read the output any more",
}
"""What a command of `wellclear` ends with."""


def problem_of(error: WellclearError) -> Problem:
    """How this error is answered."""
    return next(problem for kind, problem in PROBLEMS if isinstance(error, kind))


def http_status(error: WellclearError) -> int:
    """The status of the answer that tells this error."""
    return problem_of(error).status


def exit_code(error: WellclearError) -> int:
    """What a command ends with after this error."""
    return problem_of(error).exit_code


def body_of(error: WellclearError) -> dict[str, dict[str, str | int]]:
    """The one JSON shape in which an error is told."""
    told: dict[str, str | int] = {"code": problem_of(error).code, "message": str(error)}
    match error:
        case InvalidValue(field=field, why=why):
            told |= {"message": why, "where": field}
        case Malformed(source=source, where=where, why=why):
            told |= {"message": why, "where": f"{source}: {where}" if where else source}
        case Refused(reason=reason, why=why, field=field):
            told |= {"code": reason, "message": why, "where": field}
        case Unverified(what=what, why=why):
            told |= {"message": why, "where": what}
        case Unavailable(what=what, why=why, retry_after_s=retry_after_s):
            told |= {"message": why, "where": what, "retry_after_s": retry_after_s or 0}
        case Misconfigured(what=what, why=why, do=do):
            told |= {"message": why, "where": what, "do": do}
    return {"error": {name: value for name, value in told.items() if value not in ("", 0)}}


def refusal_words(error: Refused) -> str:
    """A refusal for people: where, why, the code, and what the code means unless the why says that already."""
    where, meaning = f"{error.field}: " if error.field else "", sentence_of(error.reason)
    why = error.why or meaning
    code = error.reason if meaning == error.reason or meaning in why else f"{error.reason}: {meaning}"
    return f"{where}{why} ({code})"


def reason_words(reason: str, detail: str = "") -> str:
    """What a reason code means, with its detail in brackets unless that is the same again."""
    meaning = sentence_of(reason)
    if meaning in detail:
        return detail
    return f"{meaning} ({detail})" if detail else meaning


def sentence_of(reason: str) -> str:
    """What a reason code means to a person; the code itself if this software does not know it."""
    known = Reason.__members__.get(reason)
    return reason if known is None else known.sentence

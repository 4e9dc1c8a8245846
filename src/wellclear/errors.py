"""Every error that Wellclear raises on purpose; this module imports nothing.

    WellclearError
      InvalidValue      we tried to build something that cannot be (field, why)
      Malformed         bytes from elsewhere do not parse (source, where, why)
      Unverified        a signature or a proof does not hold
        Equivocation    the log contradicts itself; carries the evidence to publish
      Refused           well formed, understood, not allowed (reason code)
      Unavailable       network, disk, time; trying again may help (retry_after_s)
      Misconfigured     keys or settings; only a person can help

Verification returns nothing or raises, so that a forgotten `if` cannot pass. Errors know nothing of
loggers, HTTP or exit codes: `apps/problems.py` holds the only such map.
"""

from __future__ import annotations


class WellclearError(Exception):
    """The root: whatever we raise on purpose is one of its children."""


class InvalidValue(WellclearError):
    """A value that cannot be, found while building it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class Malformed(WellclearError):
    """Bytes from elsewhere that do not parse.

    `source` says whose bytes (a file, an address, "entry 17"), `where` the place inside (field,
    line, byte offset), `why` what was expected there.
    """

    def __init__(self, source: str, where: str, why: str) -> None:
        super().__init__(f"{source}: {where}: {why}" if where else f"{source}: {why}")
        self.source = source
        self.where = where
        self.why = why


class Unverified(WellclearError):
    """A signature, hash or proof that does not hold; `what` names the thing, `why` the failure."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why


class Equivocation(Unverified):
    """Two statements under one key that cannot both be true; `evidence` holds their exact bytes."""

    def __init__(self, what: str, why: str, evidence: tuple[bytes, ...]) -> None:
        super().__init__(what, why)
        self.evidence = evidence


class Refused(WellclearError):
    """Well formed and understood, but not allowed. `reason` is a code of `domain.reasons`."""

    def __init__(self, reason: str, why: str, *, field: str = "") -> None:
        super().__init__(f"{reason}: {field + ': ' if field else ''}{why}")
        self.reason = reason
        self.why = why
        self.field = field


class Unavailable(WellclearError):
    """Network, disk or time would not do it now; trying again may help."""

    def __init__(self, what: str, why: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.retry_after_s = retry_after_s


class Misconfigured(WellclearError):
    """Keys or settings that only a person can mend; `do` says how."""

    def __init__(self, what: str, why: str, *, do: str = "") -> None:
        super().__init__(f"{what}: {why}{'. ' + do if do else ''}")
        self.what = what
        self.why = why
        self.do = do

"""How a reader shows who asks (protocol, "Requests"): one header, signed by a linking key of a member.

    Authorization: Wellclear key="<base64>", time="<microseconds>", sig="<base64>"
    sig signs  wellclear/request/1 LF channel LF METHOD SP path?query LF time

A request that is heard again within the minute tells the hearer nothing new: requests only read.
"""

from __future__ import annotations

import re

from wellclear.domain.canonical import b64, unb64
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.log.ed25519 import Signer, verify
from wellclear.picture.picture import Picture

REQUEST_TAG = "wellclear/request/1\n"
SKEW_US_MAX = 60_000_000
READING_USES = frozenset({"node", "standby", "recovery", "sequencer"})

_HEADER = re.compile(
    r'Wellclear key="(?P<key>[A-Za-z0-9+/=]{44})", time="(?P<time>0|[1-9][0-9]{0,15})", '
    r'sig="(?P<sig>[A-Za-z0-9+/=]{88})"'
)


def request_message(channel: str, method: str, path: str, time_us: int) -> bytes:
    """The bytes that a request signs; `path` with its query, as it stands in the request line."""
    return f"{REQUEST_TAG}{channel}\n{method} {path}\n{time_us}".encode("utf-8", "surrogateescape")


def authorize(signer: Signer, channel: str, method: str, path: str, time_us: int) -> str:
    """The value of the `Authorization` header for one request."""
    signature = signer.sign(request_message(channel, method, path, time_us))
    return f'Wellclear key="{b64(signer.public_key)}", time="{time_us}", sig="{b64(signature)}"'


def check_request(header: str, channel: str, method: str, path: str, now_us: int) -> str:
    """The key, base64, that signed this very request within a minute of `now_us`.

    Raises:
        Malformed: not such a header.
        Unverified: the signature does not hold, or the time is too far off.
    """
    parts = _HEADER.fullmatch(header)
    if parts is None:
        raise Malformed("request", "Authorization", 'Wellclear key="...", time="...", sig="..." expected')
    time_us = int(parts["time"])
    if abs(time_us - now_us) > SKEW_US_MAX:
        raise Unverified("request", f"its time is {(time_us - now_us) / 1e6:+.0f} s from ours; set the clock")
    try:
        key, signature = unb64(parts["key"], 32, field="key"), unb64(parts["sig"], 64, field="sig")
    except InvalidValue as error:
        raise Malformed("request", f"Authorization: {error.field}", error.why) from error
    verify(key, request_message(channel, method, path, time_us), signature)
    return parts["key"]


def reader_of(picture: Picture, key: str) -> str:
    """The member that a key reads for.

    Raises:
        Refused: nobody's, no longer live, or not a key that links entries.
    """
    row = picture.keys.get(key)
    if row is None or row.use not in READING_USES:
        raise Refused(Reason.UNKNOWN_KEY, "no member of this channel reads with this key")
    party = picture.parties.get(row.party)
    if row.state != "live" or party is None or party.state != "member":
        raise Refused(Reason.KEY_NOT_LIVE, "this key was revoked or replaced, or its party has left")
    return row.party

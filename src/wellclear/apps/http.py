"""What both HTTP applications share: errors become the one JSON shape, and nothing ends in a traceback."""

from __future__ import annotations

import logging
from typing import Any, Final

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from wellclear.apps.problems import body_of, http_status
from wellclear.domain.entry import SUBMISSION_BYTES_MAX
from wellclear.errors import Unavailable, WellclearError

LOG: Final = logging.getLogger("wellclear.http")
_CODES: Final = {400: "malformed", 401: "unverified", 404: "not_found", 405: "no_such_method", 413: "too_large"}
_WORDS: Final = {
    404: "there is no such thing here",
    405: "this method does nothing here",
    413: f"a request has at most {SUBMISSION_BYTES_MAX} bytes",
}


def ours(_: Request[Any, Any, Any], error: WellclearError) -> Response[Any]:
    """One of our own errors."""
    headers = {}
    if isinstance(error, Unavailable) and error.retry_after_s:
        headers["Retry-After"] = str(error.retry_after_s)
    return _told(http_status(error), body_of(error), headers)


def foreign(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What the framework refused by itself: unknown paths, methods, sizes, forms."""
    status = error.status_code
    told = {"code": _CODES.get(status, "malformed")}
    told["message"] = _WORDS.get(status, error.detail or "the request was not understood")
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]  # which member, and what belongs there; the rest says the same of others
        told |= {"message": str(first.get("message", told["message"])), "where": str(first.get("key", ""))}
    return _told(status, {"error": {name: value for name, value in told.items() if value}}, {})


def too_deep(_: Request[Any, Any, Any], __: RecursionError) -> Response[Any]:
    """A body nested so deeply that the decoder gave up; nothing of our own recurses."""
    return _told(400, {"error": {"code": "malformed", "message": "nested too deeply", "where": "body"}}, {})


def not_text(_: Request[Any, Any, Any], __: UnicodeDecodeError) -> Response[Any]:
    """A body that is no UTF-8; what we decode ourselves, we answer for ourselves."""
    return _told(400, {"error": {"code": "malformed", "message": "not UTF-8", "where": "body"}}, {})


def broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of this program: logged with everything, told without anything."""
    LOG.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    body = {"error": {"code": "error", "message": "this program failed here; its log says more"}}
    return _told(500, body, {})


def not_found(what: str) -> Response[Any]:
    """404 in the one shape."""
    return _told(404, {"error": {"code": "not_found", "message": what}}, {})


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    WellclearError: ours, HTTPException: foreign, RecursionError: too_deep,
    UnicodeDecodeError: not_text, Exception: broken,
}  # fmt: skip


def _told(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response[Any]:
    return Response(body, status_code=status, headers=headers, media_type=MediaType.JSON)

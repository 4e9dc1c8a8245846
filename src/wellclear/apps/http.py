"""What both HTTP applications share: errors become the one JSON shape, and nothing ends in a traceback."""

from __future__ import annotations

import logging
from typing import Any, Final

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

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
    message = _WORDS.get(status, error.detail or "the request was not understood")
    return _told(status, {"error": {"code": _CODES.get(status, "malformed"), "message": message}}, {})


def broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of this program: logged with everything, told without anything."""
    LOG.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    body = {"error": {"code": "error", "message": "this program failed here; its log says more"}}
    return _told(500, body, {})


def not_found(what: str) -> Response[Any]:
    """404 in the one shape."""
    return _told(404, {"error": {"code": "not_found", "message": what}}, {})


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {WellclearError: ours, HTTPException: foreign, Exception: broken}


def _told(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response[Any]:
    return Response(body, status_code=status, headers=headers, media_type=MediaType.JSON)

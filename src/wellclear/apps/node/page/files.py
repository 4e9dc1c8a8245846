"""Serving the page: a closed list of files beside this module, with headers that let it load nothing from elsewhere.

The files hold no secret and need no token; what they show comes from the API, which does. The page is opened with the
token in the fragment of its address (`/#token=...`), which browsers send to nobody.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from wellclear.apps.http import not_found

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
# A minimal system has no table of media types, so ours is here.
_MEDIA: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def page_files() -> dict[str, tuple[str, bytes]]:
    """Every file of the page by name: its media type and its bytes."""
    found = {}
    for entry in files(__package__ or __name__).iterdir():
        media = _MEDIA.get(entry.name.rpartition(".")[2])
        if media is not None:
            found[entry.name] = (media, entry.read_bytes())
    return found


_FILES: Final = page_files()


@get("/", include_in_schema=False)
async def page() -> Response[bytes]:
    """The page itself."""
    return _answer("index.html")


@get("/page/{name:str}", include_in_schema=False)
async def page_file(name: FromPath[str]) -> Response[Any]:
    """A module, the style or the icon of the page."""
    return _answer(name) if name in _FILES else not_found("no such file of the page")


def _answer(name: str) -> Response[bytes]:
    media, raw = _FILES[name]
    return Response(raw, media_type=media, headers=_HEADERS)


page_handlers: Final = [page, page_file]
"""What the node's application adds to its route handlers; the two need no token."""

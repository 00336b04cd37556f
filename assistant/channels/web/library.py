"""The page's own files and the chart library, served from this machine and cached by name."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_CHARTS = "vega.js"


@cache
def address(name: str) -> str:
    """Return the address of a file, with a mark that changes when the file does."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?{digest}"


def file_response(name: str, accepts_gzip: bool, known: str | None) -> Response:
    """Return one of our files or the chart library; 404 for anything else.

    Args:
        name: File name, as in an address.
        accepts_gzip: Whether the browser unpacks.
        known: The mark (ETag) of the copy the browser has, if it has one.
    """
    suffix = Path(name).suffix
    is_ours = suffix in _TYPES and name in _names()
    if not is_ours and name != _CHARTS:
        return Response("There is no such file.", 404, media_type="text/plain")
    content, packed = _content(name)
    mark = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": mark, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if known == mark:
        return Response(status_code=304, headers=headers)
    if accepts_gzip:
        content, headers["Content-Encoding"] = packed, "gzip"
    return Response(content, headers=headers, media_type=_TYPES[suffix])


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir())


@cache
def _content(name: str) -> tuple[bytes, bytes]:
    content = _chart_library() if name == _CHARTS else (FOLDER / name).read_bytes()
    return content, gzip.compress(content, 6, mtime=0)


def _chart_library() -> bytes:
    # Two CPU seconds: only when the first chart is drawn.
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode()

"""The door: only this machine's own page may talk to the server, and pages load only from it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.channels.web.problems import problem_json

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST_BODY = 65_536
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Refuses foreign hosts and origins and large bodies; adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK) -> None:
        """Stand before an application.

        Args:
            app: What is guarded.
            hosts: Names this server goes by. Any other name in `Host` is a DNS trick.
        """
        self._app = app
        self._hosts = frozenset(host.casefold() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], scope.get("scheme", "http"), Headers(scope=scope))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, method: str, scheme: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if _name(f"//{host}") not in self._hosts:
            return problem_json(400, "bad_host", "This server answers on this machine only.")
        if method in SAFE_METHODS:
            return None
        if not _is_same_origin(headers, f"{scheme}://{host}"):
            return problem_json(
                403, "foreign_origin", "Only the assistant's own page may send this."
            )
        length = headers.get("content-length")
        if length is None and "transfer-encoding" in headers:
            return problem_json(411, "no_length", "Say how long the request is (Content-Length).")
        if length and (not length.isdigit() or int(length) > LARGEST_BODY):
            return problem_json(413, "too_large", "The request is larger than 64 kB.")
        return None


def _is_same_origin(headers: Headers, own: str) -> bool:
    """Tell whether a writing request comes from our page, or from no page at all.

    A browser names the origin of every such request; a program on the machine names none.
    """
    origin = headers.get("origin")
    if origin is not None:
        return origin.casefold() == own.casefold()
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _name(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""

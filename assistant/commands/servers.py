"""`sop serve`, `sop slack`, `sop mcp`: the page, the Slack bot, other assistants; until stopped."""

import asyncio
import socket
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.work import As, work, workshop
from planning_engine.errors import BadRequest

if TYPE_CHECKING:
    from assistant.channels.terminal import Screen
    from assistant.wiring import Workshop

_PORTS_TRIED = 50

Port = Annotated[int | None, typer.Option(help="Port of the page (SOP_PORT).")]


def serve(port: Port = None) -> None:
    """Serve the web page on this machine."""
    with work(as_json=False) as screen:
        parts = workshop()
        parts.home.current()
        serve_page(parts, screen, port)


def slack() -> None:
    """Answer in Slack."""
    with work(as_json=False) as screen:
        parts = workshop()
        parts.home.current()
        from assistant.channels.slack.server import run

        prepare(parts)
        screen.line(f"Answering in Slack ({parts.settings.slack_mode} mode). Ctrl-C stops it.")
        run(parts.conversation, parts.settings)


def serve_page(parts: "Workshop", screen: "Screen", port: int | None) -> None:
    """Serve the page until stopped, on the next free port if the wanted one is taken."""
    import uvicorn

    from assistant.channels.web import app

    prepare(parts)
    wanted = parts.settings.port if port is None else port
    listener = listen(parts.settings.host, wanted)
    taken = listener.getsockname()[1]
    if wanted not in (0, taken):
        screen.line(f"Port {wanted} is taken, so the page is on port {taken}.", "yellow")
    screen.line(f"Open http://{parts.settings.host}:{taken} in a browser. Ctrl-C stops it.", "bold")
    config = uvicorn.Config(
        app(parts.conversation, parts.settings),
        log_level="warning",
        # A page that watches a turn would otherwise hold the server back from stopping.
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listener])


def prepare(parts: "Workshop") -> None:
    """Make ready to answer many questions: the notes' index in step, the model loaded."""
    # Made here, before two threads could make them twice.
    parts.conversation.has_thread("")
    # Beside the start of the server: whoever opens the page first should not wait.
    threading.Thread(target=_load, args=[parts], daemon=True).start()
    if parts.store.notes.last_seq():
        parts.notes.refresh()


def _load(parts: "Workshop") -> None:
    parts.warm_up()
    import_module("statsforecast.models")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on that port or the next free one.

    Raises:
        BadRequest: None of the next fifty ports is free, or the address is not this machine's.
    """
    last: OSError | None = None
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as problem:
            listener.close()
            last = problem
        else:
            return listener
    raise BadRequest(f"No port from {port} on is free on {host}: {last}. Choose one with --port.")


def mcp(who: As = None) -> None:
    """Serve other assistants over MCP on standard input and output."""
    with work(as_json=False) as screen:
        parts = workshop()
        parts.home.current()
        try:
            from assistant.channels.mcp import run
        except ModuleNotFoundError as problem:
            raise BadRequest(
                "The MCP library is not installed. Add it with: pip install 'sop-assistant[mcp]'."
            ) from problem
        person = parts.person(who)
        # Standard output belongs to the protocol.
        screen.warning(f"Answering over MCP as {person.name}. Ctrl-C stops it.")
        asyncio.run(run(parts.conversation, person))

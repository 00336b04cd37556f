"""A Slack on loopback that speaks the real Web API shapes, and signs what it sends."""

import hashlib
import hmac
import json
import shutil
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
WAIT = 60.0


@dataclass
class Call:
    """One call of the Web API."""

    method: str
    payload: dict


@dataclass
class FakeSlack:
    """Records what the bot says; refuses a method as often as asked."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    outbox: list[dict] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _count: int = 0

    def note(self, call: Call) -> None:
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()

    def wait_for(self, wanted, what: str):
        """Return the first recorded call that fits, waiting for it; never for longer than WAIT."""
        with self.changed:
            found = self.changed.wait_for(
                lambda: next((call for call in self.calls if wanted(call)), None), timeout=WAIT
            )
        assert found, f"{what} never came; came: {[call.method for call in self.calls]}"
        return found

    def of(self, method: str) -> list[Call]:
        with self.changed:
            return [call for call in self.calls if call.method == method]

    def answer(self, method: str, payload: dict) -> dict:
        """Return what Slack would say to a call that it takes."""
        special = {
            "auth.test": {"user_id": "UBOT", "bot_id": "BBOT", "team_id": "T1", "user": "sop"},
            "files.getUploadURLExternal": {"upload_url": f"{self.url}/upload", "file_id": "F1"},
            "files.completeUploadExternal": {"files": [{"id": "F1"}]},
            "apps.connections.open": {"url": self.url.replace("http", "ws") + "/socket"},
        }
        taken = {"ok": True, "ts": self.stamp(), "channel": payload.get("channel")}
        return taken | special.get(method, {})

    def stamp(self) -> str:
        self._count += 1
        return f"1790000000.{self._count:06d}"


def fake_app(slack: FakeSlack) -> FastAPI:
    app = FastAPI()

    @app.post("/api/{method}")
    async def web_api(method: str, request: Request) -> Response:
        body = await request.body()
        if "json" in request.headers.get("content-type", ""):
            payload = json.loads(body or b"{}")
        else:
            payload = {k: v[0] for k, v in urllib.parse.parse_qs(body.decode()).items()}
        if slack.refusals.get(method, 0) > 0:
            slack.refusals[method] -= 1
            slack.note(Call(f"429 {method}", payload))
            return Response(
                '{"ok": false, "error": "ratelimited"}',
                429,
                {"Retry-After": "0"},
                "application/json",
            )
        if isinstance(payload.get("blocks"), str):
            payload["blocks"] = json.loads(payload["blocks"])
        answer = slack.answer(method, payload)
        payload["answered_ts"] = answer["ts"]
        slack.note(Call(method, payload))
        return Response(json.dumps(answer), media_type="application/json")

    @app.post("/upload")
    async def upload(request: Request) -> str:
        slack.uploads.append(await request.body())
        return "OK"

    @app.websocket("/socket")
    async def connect(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(json.dumps({"type": "hello", "num_connections": 1}))
        for envelope in slack.outbox:
            await websocket.send_text(json.dumps(envelope))
        try:
            while True:
                received = json.loads(await websocket.receive_text())
                if "envelope_id" in received:
                    slack.acknowledged.append(received["envelope_id"])
        except (WebSocketDisconnect, ValueError):
            return

    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free loopback port for the length of a test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + WAIT
    while not server.started and time.monotonic() < deadline:
        thread.join(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(WAIT)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    fake = FakeSlack()
    with served(fake_app(fake)) as url:
        fake.url = url
        yield fake


@dataclass
class Sender:
    """Sends signed requests to the bot, as Slack does."""

    url: str

    def post(self, body: str, kind: str, secret: str = SECRET, age: int = 0) -> httpx2.Response:
        stamp = str(int(time.time()) - age)
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
        return httpx2.post(
            f"{self.url}/slack/events",
            content=body,
            headers={
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": f"v0={digest.hexdigest()}",
                "Content-Type": kind,
            },
            timeout=WAIT,
        )

    def event(self, event: dict, **how) -> httpx2.Response:
        return self.post(json.dumps(envelope(event)), "application/json", **how)

    def press(self, action: str, value: str, user: str, message: dict) -> httpx2.Response:
        body = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user},
            "channel": {"id": "C1"},
            "message": message,
            "actions": [{"action_id": action, "value": value, "type": "button", "block_id": "b"}],
        }
        form = urllib.parse.urlencode({"payload": json.dumps(body)})
        return self.post(form, "application/x-www-form-urlencoded")


def envelope(event: dict) -> dict:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": f"Ev{event['ts']}{event['type']}",
        "event": event,
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
    }


@pytest.fixture
def envelopes():
    return envelope


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo company in use; copied by each test."""
    from assistant.settings import Settings
    from assistant.wiring import Workshop, ensure_demo

    home = tmp_path_factory.mktemp("slack") / "home"
    ensure_demo(Workshop(Settings(home=home)))
    return home


@pytest.fixture
def conversation(demo_home: Path, tmp_path: Path):
    """Return the demo company's conversation with the built-in analyst, the test's own."""
    from assistant.settings import Settings
    from assistant.wiring import Workshop

    return Workshop(Settings(home=Path(shutil.copytree(demo_home, tmp_path / "home")))).conversation


@pytest.fixture
def bot(slack, conversation) -> Iterator[Sender]:
    """The real bot, on the real conversation, talking to the fake Slack."""
    from slack_sdk.web.async_client import AsyncWebClient

    from assistant.channels.slack.bot import build
    from assistant.channels.slack.server import http_app

    client = AsyncWebClient(token="xoxb-test", base_url=f"{slack.url}/api/")
    with served(http_app(build(conversation, client, SECRET))) as url:
        yield Sender(url)

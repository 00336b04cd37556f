"""Runs the Slack app: as an HTTP endpoint, or by a Socket Mode connection."""

import asyncio

import uvicorn
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from assistant.channels.slack.bot import build
from assistant.conversation import Conversation
from assistant.settings import Settings
from planning_engine.errors import BadRequest


def web_client(settings: Settings) -> AsyncWebClient:
    """Return Slack's Web API as set.

    Raises:
        BadRequest: The bot's token is missing.
    """
    if not settings.slack_bot_token:
        raise BadRequest("SOP_SLACK_BOT_TOKEN is not set: it is the xoxb-… token of your app.")
    url = settings.slack_api_url or AsyncWebClient.BASE_URL
    return AsyncWebClient(token=settings.slack_bot_token, base_url=url)


def http_app(slack: AsyncApp) -> FastAPI:
    """Return the endpoint that Slack's request URL points to: POST /slack/events."""
    app = FastAPI(openapi_url=None)
    handler = AsyncSlackRequestHandler(slack)

    @app.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return app


def run(conversation: Conversation, settings: Settings) -> None:
    """Serve Slack until stopped.

    Raises:
        BadRequest: A token or secret that the mode needs is missing.
    """
    client = web_client(settings)
    if settings.slack_mode == "socket":
        if not settings.slack_app_token:
            raise BadRequest("SOP_SLACK_APP_TOKEN is not set: Socket Mode needs the xapp-… token.")
        asyncio.run(_by_socket(build(conversation, client, ""), settings.slack_app_token))
        return
    if not settings.slack_signing_secret:
        raise BadRequest("SOP_SLACK_SIGNING_SECRET is not set: requests could not be checked.")
    slack = build(conversation, client, settings.slack_signing_secret)
    uvicorn.run(http_app(slack), host=settings.host, port=settings.port, log_level="warning")


async def _by_socket(slack: AsyncApp, token: str) -> None:
    handler = AsyncSocketModeHandler(slack, token)
    await handler.start_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare

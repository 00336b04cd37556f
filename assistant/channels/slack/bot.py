"""Listens to Slack and hands each question to the conversation; thread ↔ thread."""

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from assistant.answer import Answer, Progress
from assistant.channels.slack import blocks
from assistant.channels.slack.pictures import to_png
from assistant.conversation import Conversation
from planning_engine.data.company import Person
from planning_engine.errors import NotPermitted, PlanningError

log = logging.getLogger(__name__)
Event = Mapping[str, Any]  # Any: Slack's JSON


def build(conversation: Conversation, client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    """Return the Slack app; mount it on HTTP or connect it by Socket Mode.

    Args:
        conversation: Where questions go.
        client: Slack's Web API, with the bot's token.
        signing_secret: What requests are signed with (HTTP mode checks it).
    """
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))
    app = AsyncApp(client=client, signing_secret=signing_secret)
    desk = SlackDesk(conversation, client)

    @app.event("app_mention")
    async def mentioned(event: Event) -> None:
        await desk.take(event)

    @app.event("message")
    async def written(event: Event) -> None:
        if event.get("subtype") or event.get("bot_id"):
            return
        if event.get("channel_type") == "im" or desk.knows_thread(event):
            await desk.take(event)

    @app.action(blocks.APPROVE)
    async def approve(ack: AsyncAck, body: Event) -> None:
        await ack()
        await desk.decide(body, is_approval=True)

    @app.action(blocks.REJECT)
    async def reject(ack: AsyncAck, body: Event) -> None:
        await ack()
        await desk.decide(body, is_approval=False)

    @app.action(re.compile(f"^{blocks.ASK}_\\d$"))
    async def follow_up(ack: AsyncAck, body: Event) -> None:
        await ack()
        await desk.follow_up(body)

    return app


@dataclass(frozen=True)
class _Place:
    """Where an answer goes: a channel and the thread in it."""

    channel: str
    thread: str
    is_private: bool

    @property
    def conversation(self) -> str:
        """Our thread for that Slack thread."""
        return f"slack-{self.channel}-{self.thread}"


class SlackDesk:
    """Answers what comes from Slack, once, in its thread, as the person who asked."""

    def __init__(self, conversation: Conversation, client: AsyncWebClient) -> None:
        self._conversation = conversation
        self._client = client

    def knows_thread(self, event: Event) -> bool:
        """Tell whether a message continues a thread we already talk in."""
        thread = event.get("thread_ts")
        place = _Place(str(event.get("channel")), str(thread), is_private=False)
        return bool(thread) and self._conversation.has_thread(place.conversation)

    async def take(self, event: Event) -> None:
        """Answer a message, unless this very message was taken before.

        Slack repeats deliveries, and sends a mention inside a known thread as two events:
        channel and time stamp name the message in both.
        """
        identity = f"{event['channel']}:{event['ts']}"
        if not await asyncio.to_thread(self._conversation.take_delivery, identity):
            return
        place = _Place(
            event["channel"],
            event.get("thread_ts") or event["ts"],
            event.get("channel_type") == "im",
        )
        question = re.sub(r"<@[A-Z0-9]+>", "", event.get("text", "")).strip()
        await self._answer(unescaped(question), event["user"], place)

    async def follow_up(self, body: Event) -> None:
        """Ask a suggested question in the same thread, as whoever pressed the button."""
        message, channel = body["message"], body["channel"]["id"]
        thread = message.get("thread_ts") or message["ts"]
        place = _Place(channel, thread, channel.startswith("D"))
        await self._answer(body["actions"][0]["value"], body["user"]["id"], place)

    async def decide(self, body: Event, *, is_approval: bool) -> None:
        """Record an approval or rejection under the mapped person, and show it in place."""
        proposal, channel = body["actions"][0]["value"], body["channel"]["id"]
        user, message = body["user"]["id"], body["message"]
        act = self._conversation.approve if is_approval else self._conversation.reject
        try:
            person = self._conversation.slack_person(user)
            await asyncio.to_thread(act, proposal, person, channel="slack")
        except PlanningError as problem:
            thread = message.get("thread_ts") or message["ts"]
            await self._client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread, text=str(problem)
            )
            return
        words = f"{'Approved' if is_approval else 'Rejected'} by {blocks.escaped(person.name)}"
        await self._client.chat_update(
            channel=channel,
            ts=message["ts"],
            text=words,
            blocks=blocks.decided_blocks(message["blocks"], proposal, words),
        )

    async def _answer(self, question: str, user: str, place: _Place) -> None:
        """Post that work began, then put the answer in that message's place."""
        try:
            person = self._conversation.slack_person(user)
        except NotPermitted as problem:
            await self._client.chat_postEphemeral(
                channel=place.channel, user=user, thread_ts=place.thread, text=str(problem)
            )
            return
        waiting = await self._client.chat_postMessage(
            channel=place.channel, thread_ts=place.thread, text="Looking into it …"
        )
        try:
            answer = await self._ask(question, person, place, str(waiting["ts"]))
            await self._show(answer, place, str(waiting["ts"]))
        except PlanningError as problem:
            await self._say(place, str(waiting["ts"]), str(problem))
        except SlackApiError:
            raise
        except Exception:
            reference = secrets.token_hex(3)
            log.exception("Slack question failed, reference %s", reference)
            await self._say(
                place,
                str(waiting["ts"]),
                f"Something went wrong on our side. Tell your administrator: {reference}.",
            )

    async def _ask(self, question: str, person: Person, place: _Place, waiting: str) -> Answer:
        loop = asyncio.get_running_loop()

        def show(progress: Progress) -> None:
            if progress.kind == "tool_started":
                asyncio.run_coroutine_threadsafe(
                    self._progress(place, waiting, progress.text), loop
                )

        return await asyncio.to_thread(
            self._conversation.ask,
            question,
            _as_seen_there(person, place),
            thread=place.conversation,
            channel="slack",
            progress=show,
        )

    async def _progress(self, place: _Place, waiting: str, text: str) -> None:
        """Show what runs; a status that Slack refuses is not worth failing for."""
        try:
            await self._client.chat_update(channel=place.channel, ts=waiting, text=f"{text} …")
        except SlackApiError as problem:
            log.info("Slack did not take a progress update: %s", problem.response.get("error"))

    async def _show(self, answer: Answer, place: _Place, waiting: str) -> None:
        await self._client.chat_update(
            channel=place.channel,
            ts=waiting,
            text=blocks.plain_text(answer),
            blocks=blocks.answer_blocks(answer),
        )
        for entry in answer.evidence:
            if entry.chart:
                png = await asyncio.to_thread(to_png, entry.chart)
                await self._client.files_upload_v2(
                    channel=place.channel,
                    thread_ts=place.thread,
                    content=png,
                    filename=f"{entry.id}.png",
                    title=f"{entry.tool.replace('_', ' ')} ({entry.id})",
                )

    async def _say(self, place: _Place, waiting: str, text: str) -> None:
        await self._client.chat_update(channel=place.channel, ts=waiting, text=text)


def unescaped(text: str) -> str:
    """Return a message as its writer typed it; Slack escapes three signs."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_seen_there(person: Person, place: _Place) -> Person:
    """Keep notes restricted to executives out of channels, where others read along."""
    if place.is_private or person.role != "executive":
        return person
    return replace(person, role="planner")

"""Questions from Slack are checked, acknowledged, answered once, in their thread."""

import json

import pytest


def mention(text: str, ts: str = "1790.0001", user: str = "U0PETRA", **more) -> dict:
    return {"type": "app_mention", "user": user, "text": f"<@UBOT> {text}", "ts": ts,
            "channel": "C1", **more}  # fmt: skip


def direct(text: str, ts: str = "1790.0002", user: str = "U0PETRA") -> dict:
    return {"type": "message", "channel_type": "im", "user": user, "text": text, "ts": ts,
            "channel": "D1"}  # fmt: skip


def is_answer(call) -> bool:
    return call.method == "chat.update" and bool(call.payload.get("blocks"))


def words(call) -> str:
    return json.dumps(call.payload.get("blocks") or call.payload.get("text"), ensure_ascii=False)


def test_a_mention_is_answered_in_its_thread_with_the_evidence(slack, bot):
    assert bot.event(mention("is L3 overloaded in March?")).status_code == 200
    answer = slack.wait_for(is_answer, "the answer")
    posted = slack.of("chat.postMessage")[0]
    assert posted.payload["thread_ts"] == "1790.0001"
    assert answer.payload["ts"] == posted.payload["answered_ts"]
    assert "118" in words(answer)
    assert "ev_" in words(answer)
    assert "receipt" in words(answer)


def test_the_chart_comes_as_a_png(slack, bot):
    bot.event(mention("is L3 overloaded in March?"))
    slack.wait_for(lambda call: call.method == "files.completeUploadExternal", "the chart")
    assert b"\x89PNG" in slack.uploads[0]


def test_a_direct_message_is_answered(slack, bot):
    bot.event(direct("is L3 overloaded in March?"))
    assert slack.wait_for(is_answer, "the answer").payload["channel"] == "D1"


def test_a_reply_in_a_known_thread_needs_no_mention_and_keeps_its_context(slack, bot):
    bot.event(mention("is L3 overloaded in March?"))
    slack.wait_for(is_answer, "the first answer")
    reply = {"type": "message", "channel_type": "channel", "user": "U0PETRA", "channel": "C1",
             "text": "and line 4?", "ts": "1790.0009", "thread_ts": "1790.0001"}  # fmt: skip
    bot.event(reply)
    second = slack.wait_for(lambda call: is_answer(call) and "L4" in words(call), "the reply")
    assert second.payload["channel"] == "C1"


def test_chatter_in_a_channel_is_left_alone(slack, bot):
    chatter = {"type": "message", "channel_type": "channel", "user": "U0PETRA", "channel": "C1",
               "text": "lunch?", "ts": "1790.0003"}  # fmt: skip
    assert bot.event(chatter).status_code == 200
    bot.event(direct("is L3 overloaded in March?", ts="1790.0004"))
    slack.wait_for(is_answer, "the answer to the direct message")
    assert {call.payload["channel"] for call in slack.of("chat.postMessage")} == {"D1"}


def test_the_same_delivery_twice_is_answered_once(slack, bot):
    question = mention("is L3 overloaded in March?")
    assert bot.event(question).status_code == 200
    assert bot.event(question).status_code == 200
    slack.wait_for(is_answer, "the answer")
    bot.event(direct("is L3 overloaded in March?", ts="1790.0005"))
    slack.wait_for(lambda call: is_answer(call) and call.payload["channel"] == "D1", "the other")
    assert len([call for call in slack.calls if is_answer(call)]) == 2


@pytest.mark.parametrize("how", [{"secret": "not the secret"}, {"age": 600}])
def test_a_wrong_or_old_signature_is_refused(slack, bot, how):
    assert bot.event(mention("is L3 overloaded?"), **how).status_code == 401
    assert slack.of("chat.postMessage") == []


def test_an_unmapped_user_is_told_so_and_sees_nothing(slack, bot):
    bot.event(mention("is L3 overloaded in March?", user="U0NOBODY"))
    told = slack.wait_for(lambda call: call.method == "chat.postEphemeral", "the sentence")
    assert "U0NOBODY" in told.payload["text"]
    assert told.payload["user"] == "U0NOBODY"
    assert slack.of("chat.postMessage") == []


def test_a_rate_limit_is_waited_out(slack, bot):
    slack.refusals["chat.postMessage"] = 1
    bot.event(mention("is L3 overloaded in March?"))
    slack.wait_for(is_answer, "the answer")
    assert slack.of("429 chat.postMessage")


def proposal_of(slack, bot) -> tuple[dict, str]:
    bot.event(mention("draft a decision to add a Saturday shift on L3, owner Sven, due 2026-12-15"))
    call = slack.wait_for(is_answer, "the draft")
    buttons = [
        element
        for block in call.payload["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == "approve_proposal"
    ]
    message = {"ts": call.payload["ts"], "thread_ts": "1790.0001",
               "blocks": call.payload["blocks"]}  # fmt: skip
    return message, buttons[0]["value"]


def test_approving_writes_the_decision_log_under_the_mapped_person(slack, bot, conversation):
    message, proposal = proposal_of(slack, bot)
    bot.press("approve_proposal", proposal, "U0ELENA", message)
    slack.wait_for(lambda call: "Approved by Elena Marsh" in words(call), "the approval")
    elena = conversation.person("elena")
    decided = [d for d in conversation.decisions(elena) if "Saturday shift on L3" in d.title]
    assert [decision.status for decision in decided] == ["approved"]
    events = conversation.decision_events(decided[0].id, elena)
    assert (events[-1].person, events[-1].channel) == ("elena", "slack")
    assert events[-1].evidence


def test_who_may_not_approve_is_told_so_privately(slack, bot, conversation):
    message, proposal = proposal_of(slack, bot)
    bot.press("approve_proposal", proposal, "U0SAM", message)
    told = slack.wait_for(lambda call: call.method == "chat.postEphemeral", "the refusal")
    assert "may not" in told.payload["text"]
    assert conversation.proposal(proposal, conversation.person("elena")).pending.status == "open"


def test_rejecting_is_recorded_too(slack, bot, conversation):
    message, proposal = proposal_of(slack, bot)
    bot.press("reject_proposal", proposal, "U0PETRA", message)
    slack.wait_for(lambda call: "Rejected by Petra Novak" in words(call), "the rejection")
    stored = conversation.proposal(proposal, conversation.person("petra"))
    assert (stored.pending.status, stored.pending.decided_by) == ("rejected", "petra")


def test_socket_mode_answers_and_acknowledges(slack, conversation, envelopes):
    import asyncio

    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
    from slack_sdk.web.async_client import AsyncWebClient

    from assistant.channels.slack.bot import build

    slack.outbox.append(
        {
            "type": "events_api",
            "envelope_id": "env-1",
            "accepts_response_payload": False,
            "payload": envelopes(direct("is L3 overloaded in March?")),
        }
    )

    async def converse() -> None:
        client = AsyncWebClient(token="xoxb-test", base_url=f"{slack.url}/api/")
        handler = AsyncSocketModeHandler(build(conversation, client, ""), "xapp-test")
        handler.client.web_client.base_url = f"{slack.url}/api/"
        await handler.connect_async()
        await asyncio.to_thread(slack.wait_for, is_answer, "the answer")
        await handler.close_async()

    asyncio.run(converse())
    assert slack.acknowledged == ["env-1"]

"""The fake Slack itself: what other tests rely on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.blocks import ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.webhook import WebhookClient

from tests.support import slack_payloads as payloads
from tests.support.block_kit import (
    assert_valid_message,
    assert_valid_view,
    render_html,
    render_text,
)
from tests.support.fake_slack import (
    FakeSlack,
    Fault,
    SignedRequests,
    accepted_then_500,
    accepted_then_dropped,
    drop,
    error,
    garbage,
    rate_limited,
    server_error,
)
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN, TEAM, USER, dm_channel

DM = dm_channel(USER)
METADATA = {"event_type": "answer", "event_payload": {"key": "turn-1"}}


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as slack:
        slack.add_workspace()
        yield slack


def client_of(slack: FakeSlack, token: str = BOT_TOKEN) -> WebClient:
    """A client that sends once: the default one repeats a call whose connection was closed."""
    return WebClient(token=token, base_url=slack.api_url, retry_handlers=[])


def refusal(call: Any, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return str(caught.value.response["error"])


# ---------------------------------------------------------------------------------------- web API


def test_stores_messages_in_order_and_shows_metadata_only_when_asked(slack: FakeSlack) -> None:
    client = client_of(slack)
    question = slack.person_writes(DM, USER, "What next?")

    first = client.chat_postMessage(
        channel=DM, text="One", thread_ts=question, metadata=METADATA, blocks=[{"type": "divider"}]
    )
    second = client.chat_postMessage(channel=USER, text="Two", thread_ts=question)

    assert first["ts"] < second["ts"]
    assert slack.texts(DM, question) == ["One", "Two"]
    assert slack.calls_to("chat.postMessage")[0].args["metadata"] == METADATA
    bare = client.conversations_replies(channel=DM, ts=question)["messages"]
    full = client.conversations_replies(channel=DM, ts=question, include_all_metadata=True)
    assert [m["text"] for m in bare] == ["What next?", "One", "Two"]
    assert not any("metadata" in m for m in bare)
    assert full["messages"][1]["metadata"] == METADATA
    assert [m["ts"] for m in client.conversations_history(channel=DM)["messages"]] == [question]


def test_history_is_newest_first_and_keeps_to_its_limits(slack: FakeSlack) -> None:
    client = client_of(slack)
    stamps = [client.chat_postMessage(channel=DM, text=f"{n}")["ts"] for n in range(4)]

    after_first = client.conversations_history(channel=DM, oldest=stamps[0], limit=2)
    from_first = client.conversations_history(
        channel=DM, oldest=stamps[0], latest=stamps[1], inclusive=True
    )

    assert [m["text"] for m in after_first["messages"]] == ["3", "2"]
    assert after_first["has_more"]
    assert [m["text"] for m in from_first["messages"]] == ["1", "0"]


def test_changes_and_deletes_only_the_bots_own_messages(slack: FakeSlack) -> None:
    client = client_of(slack)
    own = client.chat_postMessage(channel=DM, text="Draft", blocks=[{"type": "divider"}])["ts"]
    theirs = slack.person_writes(DM, USER, "Mine")

    client.chat_update(channel=DM, ts=own, text="Final")

    assert slack.messages(DM)[0]["text"] == "Final"
    assert "blocks" not in slack.messages(DM)[0]
    assert refusal(client.chat_update, channel=DM, ts=theirs, text="x") == "cant_update_message"
    assert refusal(client.chat_delete, channel=DM, ts="1.0") == "message_not_found"
    client.chat_delete(channel=DM, ts=own)
    assert slack.messages(DM) == []


def test_a_token_reaches_its_own_workspace_only(slack: FakeSlack) -> None:
    slack.add_workspace("T0SCHOOL", "xoxb-test-school", "U0OTHERBOT", "B0OTHER")
    slack.add_user(USER, "Ana Owner", tz="Europe/London")
    own, other = client_of(slack), client_of(slack, "xoxb-test-school")
    own.chat_postMessage(channel=DM, text="Private")

    assert own.auth_test()["team_id"] == TEAM
    assert "chat:write" in own.auth_test().headers["X-OAuth-Scopes"]
    assert own.users_info(user=USER)["user"]["tz"] == "Europe/London"
    assert refusal(other.chat_postMessage, channel=DM, text="Leak") == "channel_not_found"
    assert refusal(other.users_info, user=USER) == "user_not_found"
    assert refusal(client_of(slack, "xoxb-unknown").auth_test) == "invalid_auth"
    assert refusal(own.api_call, api_method="chat.unheardOf") == "unknown_method"
    slack.revoke(BOT_TOKEN)
    assert refusal(own.auth_test) == "token_revoked"


def test_streams_into_one_message(slack: FakeSlack) -> None:
    stream = client_of(slack).chat_stream(
        channel=DM, thread_ts="1.0", recipient_team_id=TEAM, recipient_user_id=USER, buffer_size=1
    )

    stream.append(markdown_text="What will ")
    stream.append(markdown_text="be different?")
    stream.stop(blocks=[{"type": "divider"}])

    [message] = slack.messages(DM, "1.0")
    assert message["text"] == "What will be different?"
    assert message["streaming_state"] == "completed"
    late = {"channel": DM, "ts": message["ts"], "markdown_text": "more"}
    assert refusal(client_of(slack).chat_appendStream, **late) == "message_not_in_streaming_state"


def test_refuses_blocks_and_views_that_slack_would_refuse(slack: FakeSlack) -> None:
    client = client_of(slack)
    home = {"type": "home", "blocks": [{"type": "divider"}]}

    client.views_publish(user_id=USER, view=home)
    client.assistant_threads_setStatus(channel_id=DM, thread_ts="1.0", status="thinking")

    shown = slack.home(USER)
    assert shown is not None
    assert slack.statuses[0]["status"] == "thinking"
    assert refusal(client.chat_postMessage, channel=DM, text="x", blocks=[{"type": "dividr"}]) == (
        "invalid_blocks"
    )
    stale = {"user_id": USER, "view": home, "hash": "older"}
    assert refusal(client.views_publish, **stale) == "hash_conflict"
    assert slack.messages(DM) == []


def test_shows_what_is_neither_message_nor_home(slack: FakeSlack) -> None:
    client = client_of(slack)
    slack.add_install_code("code-1", slack.add_workspace("T0NEW", "xoxb-test-new"))
    exchange = {"client_id": "1", "client_secret": "2", "code": "code-1"}

    client.chat_postEphemeral(channel="C1", user=USER, text="Only you")
    client.views_open(trigger_id="t", view=MODAL)
    WebhookClient(slack.response_url()).send(text="Done")

    assert slack.ephemerals[0]["to"] == USER
    assert slack.views_opened[0]["callback_id"] == "edit"
    assert slack.calls_to("response_url")[0].args == {"text": "Done"}
    assert client.conversations_open(users=USER)["channel"]["id"] == DM
    assert client.oauth_v2_access(**exchange)["access_token"] == "xoxb-test-new"
    assert refusal(client.oauth_v2_access, **exchange) == "invalid_code"


# ----------------------------------------------------------------------------------------- faults


def test_a_retrying_client_survives_a_rate_limit(slack: FakeSlack) -> None:
    client = client_of(slack)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    slack.fail_next("chat.postMessage", rate_limited(retry_after=0))

    client.chat_postMessage(channel=DM, text="Patience")

    assert len(slack.calls_to("chat.postMessage")) == 2
    assert slack.texts(DM) == ["Patience"]


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (rate_limited(30), 0),
        (server_error(503), 0),
        (error("channel_not_found"), 0),
        (garbage(), 0),
        (drop(), 0),
        (accepted_then_500(), 1),
        (accepted_then_dropped(), 1),
    ],
)
def test_a_fault_reaches_the_caller_once(slack: FakeSlack, fault: Fault, stored: int) -> None:
    client = client_of(slack)
    slack.fail_next("chat.postMessage", fault)

    with pytest.raises((SlackApiError, OSError)):
        client.chat_postMessage(channel=DM, text="First")
    assert len(slack.messages(DM)) == stored
    client.chat_postMessage(channel=DM, text="Second")

    assert len(slack.messages(DM)) == stored + 1


def test_lasting_faults_can_be_aimed_and_healed(slack: FakeSlack) -> None:
    client = client_of(slack)
    slack.always_fail(
        "chat.postMessage", error("is_archived"), when=lambda call: call.args["channel"] == "C1"
    )

    assert refusal(client.chat_postMessage, channel="C1", text="x") == "is_archived"
    client.chat_postMessage(channel="C2", text="x")
    slack.heal()
    client.chat_postMessage(channel="C1", text="x")


@pytest.mark.parametrize("accepted", [False, True])
def test_a_held_call_waits_before_or_after_it_takes_effect(
    slack: FakeSlack, accepted: bool
) -> None:
    client = client_of(slack)
    held = slack.hold("chat.postMessage", accepted=accepted)

    with ThreadPoolExecutor() as pool:
        sending = pool.submit(client.chat_postMessage, channel=DM, text="Held")
        held.wait_until_reached()
        assert len(slack.messages(DM)) == int(accepted)
        assert not sending.done()
        held.release()
        assert sending.result()["ok"]

    assert slack.texts(DM) == ["Held"]


def test_many_callers_get_distinct_timestamps(slack: FakeSlack) -> None:
    client = client_of(slack)

    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(lambda n: client.chat_postMessage(channel=DM, text=f"{n}"), range(200))
        stamps = [answer["ts"] for answer in answers]

    assert len(set(stamps)) == 200
    assert len(slack.wait_for_messages(DM, 200)) == 200
    with pytest.raises(TimeoutError, match="chat.postMessage"):
        slack.wait_for(lambda: False, timeout=0)


# ------------------------------------------------------------------------------- the app's two ears


def echo_app(slack: FakeSlack) -> App:
    """A real Bolt app that says every message back."""
    app = App(client=client_of(slack), signing_secret="secret")

    @app.event("message")
    def echo(event: dict[str, Any], say: Any) -> None:
        say(text=f"You said: {event['text']}", thread_ts=event["ts"])

    @app.command("/qip")
    def help_text(ack: Any) -> None:
        ack(text="Help")

    return app


def test_a_bolt_app_echoes_over_the_websocket_also_after_reconnecting(slack: FakeSlack) -> None:
    handler = SocketModeHandler(echo_app(slack), APP_TOKEN, ping_interval=0.1)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        long_text = "long " * 2_000  # several frames' worth for the client's 1 kB buffer
        message = payloads.direct_message(long_text)
        slack.socket.send("events_api", message)
        slack.wait_for_messages(DM, 1, thread_ts=message["event"]["ts"])
        ack = slack.socket.send("slash_commands", payloads.slash_command("help"))
        assert ack is not None and ack["payload"] == {"text": "Help"}

        slack.socket.refresh()
        slack.socket.wait_for_client(nth=2)
        slack.socket.drop()
        slack.socket.wait_for_client(nth=3)
        slack.socket.send("events_api", payloads.direct_message("Back?"), retry=1)

        slack.wait_for_messages(DM, 2)
        assert slack.texts(DM) == [f"You said: {long_text}", "You said: Back?"]
        assert len(slack.messages(DM, people=True)) == 4
        assert len(slack.socket.acks) == 3
    finally:
        handler.close()  # type: ignore[no-untyped-call]


def test_only_an_app_token_opens_a_socket(slack: FakeSlack) -> None:
    client = client_of(slack)

    assert refusal(client.apps_connections_open, app_token=BOT_TOKEN) == "not_allowed_token_type"


@pytest.fixture
def app_url(slack: FakeSlack) -> Iterator[str]:
    """The echo app behind a plain HTTP server."""
    app = echo_app(slack)

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = app.dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
            content = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_signed_requests_are_believed_and_forged_or_old_ones_are_not(
    slack: FakeSlack, app_url: str
) -> None:
    with SignedRequests(app_url, "secret", slack=slack) as requests:
        message = payloads.direct_message("Hello")

        assert requests.event(message, retry_num=1).status == 200
        assert requests.command(payloads.slash_command()).body == "Help"
        assert requests.event(payloads.url_verification("abc")).body == '{"challenge": "abc"}'
        assert requests.event(message, forge=True).status == 401
        assert requests.event(message, timestamp=1_000_000_000).status == 401

    slack.wait_for_messages(DM, 1)
    assert [m["text"] for m in slack.messages(DM, people=True)] == ["Hello", "You said: Hello"]


# --------------------------------------------------------------------------------------- payloads

MODAL = {
    "type": "modal",
    "callback_id": "edit",
    "title": {"type": "plain_text", "text": "Edit action"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "impact",
            "label": {"type": "plain_text", "text": "Impact"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "rag",
            "label": {"type": "plain_text", "text": "RAG"},
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": "Amber"}, "value": "amber"},
                    {"text": {"type": "plain_text", "text": "Green"}, "value": "green"},
                ],
            },
        },
    ],
}


def test_a_view_submission_carries_the_state_of_every_input() -> None:
    submitted = payloads.view_submission(MODAL, {"rag": "green"})

    values = submitted["view"]["state"]["values"]
    assert values["impact"]["text"] == {"type": "plain_text_input", "value": None}
    assert values["rag"]["pick"]["selected_option"]["text"]["text"] == "Green"
    with pytest.raises(KeyError):
        payloads.view_submission(MODAL, {"rag": "purple"})
    with pytest.raises(KeyError):
        payloads.view_submission(MODAL, {"unknown": "x"})


def test_bolt_routes_every_payload_to_its_listener(slack: FakeSlack) -> None:
    app = App(client=client_of(slack), request_verification_enabled=False)
    heard: list[str] = []

    def note(name: str) -> Any:
        def listener(ack: Any) -> None:
            ack()
            heard.append(name)

        return listener

    app.message("Hi")(note("message"))
    for name in (
        "app_mention",
        "app_home_opened",
        "agent_session_stopped",
        "app_uninstalled",
        "tokens_revoked",
    ):
        app.event(name)(note(name))
    app.event({"type": "message", "subtype": "message_changed"})(note("edited"))
    app.event({"type": "message", "subtype": "message_deleted"})(note("deleted"))
    app.action("agree")(note("action"))
    app.view("edit")(note("view"))
    app.command("/qip")(note("command"))
    app.shortcut("turn")(note("message shortcut"))
    app.shortcut("new")(note("global shortcut"))
    written = payloads.direct_message("Hi", thread_ts="1.0")
    with_button = {
        "ts": "2.0",
        "blocks": [SectionBlock(text="x", accessory=AGREE, block_id="s").to_dict()],
    }
    click = payloads.block_action("agree", message=with_button, channel=DM)

    sent = {
        "message": written,
        "edited": payloads.edited_message(written, "Ho"),
        "deleted": payloads.deleted_message(written),
        "app_mention": payloads.app_mention("Hi"),
        "app_home_opened": payloads.app_home_opened("messages"),
        "agent_session_stopped": payloads.agent_session_stopped("1.0"),
        "app_uninstalled": payloads.app_uninstalled(),
        "tokens_revoked": payloads.tokens_revoked(),
        "action": click,
        "view": payloads.view_submission(MODAL),
        "command": payloads.slash_command("help"),
        "message shortcut": payloads.message_shortcut("turn", {"ts": "1.0", "text": "Note"}),
        "global shortcut": payloads.global_shortcut("new"),
    }
    unheard = payloads.bot_message("Echo")  # Bolt leaves out what the bot itself wrote
    for payload in (*sent.values(), unheard):
        assert app.dispatch(BoltRequest(mode="socket_mode", body=payload)).status == 200
    app.listener_runner.listener_executor.shutdown(wait=True)

    assert sorted(heard) == sorted(sent)
    assert click["actions"][0]["value"] == "action-1"
    assert click["actions"][0]["block_id"] == "s"


# --------------------------------------------------------------------------------------- Block Kit

AGREE = ButtonElement(text="Agree", action_id="agree", value="action-1", style="primary")


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([section("x" * 3_001)], "3000"),
        ([section("")], "not understood"),
        ([section("x", feilds=[])], "not understood"),
        ([{"type": "sektion"}], "no such block"),
        ([{"type": "actions", "elements": [{"type": "buton"}]}], "not understood"),
        ([{"type": "divider"}] * 51, "51 blocks"),
        ([section("x", block_id="a")] * 2, "block_id used twice"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "plain_text"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}], "21 columns"),
        ([{"type": "actions", "elements": [AGREE.to_dict()] * 2}], "action_id used twice"),
        ([section("x" * 2_900)] * 5, "JSON"),
    ],
)
def test_finds_what_slack_would_refuse(blocks: list[Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert_valid_message({"text": "x", "blocks": blocks})


def test_a_message_needs_text_and_a_modal_a_short_title() -> None:
    with pytest.raises(AssertionError, match="top-level text"):
        assert_valid_message({"blocks": [section("x")]})
    long_title = {"type": "plain_text", "text": "x" * 25}
    with pytest.raises(AssertionError, match="24"):
        assert_valid_view({**MODAL, "title": long_title})
    assert_valid_view(MODAL)


SCREEN = {
    "text": "AFI 3",
    "bot_id": "B0SOWHAT",
    "blocks": [
        HeaderBlock(text="AFI 3: attendance"),
        section(
            "*Impact* for <@U0OWNER> &amp; team\n> 8 in 10 pass\n• <https://a.example|MIS> `x*y*`",
            fields=[{"type": "mrkdwn", "text": ":red_circle: Red"}],
            accessory=AGREE.to_dict(),
        ),
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_Due_ 31 July"}]},
        {"type": "markdown", "text": "## Next\n**Bold** and [link](https://b.example)"},
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "2025/26"}, {"type": "raw_number", "value": 71}]
            ],
        },
    ],
}


def test_a_screen_reads_as_plain_text() -> None:
    assert_valid_message(SCREEN)
    assert render_text(SCREEN).splitlines() == [
        "# AFI 3: attendance",
        "Impact for @U0OWNER & team",
        "> 8 in 10 pass",
        "• MIS (https://a.example) x*y*",
        "🔴 Red",
        "[Agree]",
        "---",
        "Due 31 July",
        "Next",
        "Bold and link (https://b.example)",
        "2025/26 | 71",
    ]
    assert "Impact: []" in render_text(MODAL)
    assert "RAG: [Amber / Green]" in render_text(MODAL)


def test_a_conversation_becomes_a_page() -> None:
    said = payloads.direct_message("Is <b> *bold*?")["event"]

    page = render_html([said, SCREEN], title="Trial", names={USER: "Ana"})

    assert "width:375px" in page
    for part in (
        '<span class="author">Ana</span>',
        "Is &lt;b&gt; <b>bold</b>?",
        "<b>Impact</b> for",
        '<span class="mention">@Ana</span> &amp; team',
        "<blockquote>8 in 10 pass</blockquote><ul><li>",
        '<a href="https://a.example">MIS</a> <code>x*y*</code>',
        '<button class="primary">Agree</button>',
        "<b>Next</b>",
        "<td>71</td>",
    ):
        assert part in page
    assert '<label>Impact</label><div class="box tall muted"></div>' in render_html(MODAL)

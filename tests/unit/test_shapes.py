"""What of Slack's payloads is let in, and where others are refused."""

import copy
import json
from typing import Any

import pytest

from bot.slack.shapes import wrong_in
from tests.support import slack_payloads as payloads

Json = dict[str, Any]

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "x"},
    "callback_id": "theme",
    "private_metadata": "{}",
    "blocks": [
        {
            "type": "input",
            "block_id": "name@1",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "block_id": "due@1",
            "label": {"type": "plain_text", "text": "Due"},
            "element": {"type": "datepicker", "action_id": "due"},
        },
    ],
}
WRITTEN = payloads.direct_message("Text parents each day")
WHOLE: dict[str, Json] = {
    "message": WRITTEN,
    "in a thread": payloads.direct_message("yes", thread_ts="1790000000.000100"),
    "edited": payloads.edited_message(WRITTEN, "Ring parents"),
    "deleted": payloads.deleted_message(WRITTEN),
    "of a bot": payloads.bot_message("an echo"),
    "mention": payloads.app_mention("hello"),
    "home": payloads.app_home_opened(),
    "stopped": payloads.agent_session_stopped("1790000000.000100"),
    "taken out": payloads.app_uninstalled(),
    "revoked": payloads.tokens_revoked(),
    "challenge": payloads.url_verification(),
    "button": payloads.block_action("do:open:1", '{"action": 1}'),
    "on a view": payloads.block_action("do:open:1", "{}", view=MODAL),
    "form": payloads.view_submission(MODAL, {"name@1": "Attendance", "due@1": "2027-07-31"}),
    "shortcut": payloads.global_shortcut("new_action"),
    "message shortcut": payloads.message_shortcut("turn_into_action", {"ts": "1.1", "text": "x"}),
    "command": payloads.slash_command("summary"),
    "ssl check": {"ssl_check": "1", "token": "deprecated-token"},
    "of no interest": payloads.event_callback({"type": "user_change", "user": {"id": "U1"}}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_slack_sends_is_let_in(name: str) -> None:
    assert wrong_in(WHOLE[name]) is None


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "x" * 50_000, "\u202e"])
def test_words_may_be_any(text: str) -> None:
    assert wrong_in(payloads.direct_message(text)) is None
    assert wrong_in(payloads.view_submission(MODAL, {"name@1": text})) is None


def test_a_workspace_may_be_named_by_the_person_alone() -> None:
    # As where an organisation has installed the app for all of its workspaces.
    assert wrong_in({**WHOLE["button"], "team": None}) is None


@pytest.mark.parametrize(
    ("name", "way", "value", "where"),
    [
        ("message", "type", "dialog_submission", "type"),
        ("message", "type", ["event_callback"], "type"),
        ("message", "event", None, "event"),
        ("message", "event.type", 5, "event.type"),
        ("message", "event.user", ["U0OWNER"], "user"),
        ("message", "event.user", "U0\x00", "user"),
        ("message", "event.user", "U" * 41, "user"),
        ("message", "event.ts", "now", "ts"),
        ("message", "event.channel", None, "channel"),
        ("message", "event.text", {"a": 1}, "text"),
        ("message", "event.files", [None], "files.0"),
        ("message", "event_id", "E" * 101, "event_id"),
        ("message", "event_id", "Ev\ud800", "event_id"),
        ("home", "event.user", None, "user"),
        ("button", "actions", [], "actions"),
        ("button", "actions", [None], "actions.0"),
        ("button", "user", None, "user"),
        ("button", "user.id", 7, "user.id"),
        ("button", "trigger_id", None, "trigger_id"),
        ("button", "trigger_id", "", "trigger_id"),
        ("button", "view", None, "view"),
        ("form", "view.state", None, "view.state"),
        ("form", "view.blocks", [5], "view.blocks"),
        ("form", "view.state.values", {"d": {"d": {"selected_date": "2027-02-29"}}}, "view.state"),
        ("form", "view.state.values", {"who": {"x": {"selected_users": [None]}}}, "view.state"),
        ("shortcut", "callback_id", None, "callback_id"),
        ("command", "user_id", "", "user_id"),
        ("command", "trigger_id", None, "trigger_id"),
        ("command", "view", "1", "view"),
        ("challenge", "challenge", 1, "challenge"),
    ],
)  # fmt: skip
def test_what_slack_would_not_send_is_refused_by_its_place(
    name: str, way: str, value: Any, where: str
) -> None:
    broken = copy.deepcopy(WHOLE[name])
    *ways, last = way.split(".")
    holder = broken
    for key in ways:
        holder = holder[key]
    holder[last] = value

    assert wrong_in(broken) == where


@pytest.mark.parametrize("team", [None, {}, {"id": None}, {"id": ""}])
def test_what_names_no_workspace_is_refused(team: Any) -> None:
    broken = {**WHOLE["button"], "team": team, "user": {"id": "U0OWNER"}}

    assert wrong_in(broken) == "team"


@pytest.mark.parametrize("body", [None, [], 5, "text", {}, json.loads("[[]]")])
def test_what_is_no_payload_is_refused(body: Any) -> None:
    assert wrong_in(body) in ("body", "type")

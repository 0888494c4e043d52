"""The manifest asks Slack for what the code handles and needs, and for nothing else."""

import ast
import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from slack_sdk import WebClient

from bot.doctor import NEEDED_SCOPES
from bot.slack.app import handlers

ROOT = Path(__file__).resolve().parents[2]
MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text())
SOURCES = {p: p.read_text() for p in (ROOT / "bot").rglob("*.py")}
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
METHODS = {name for name in vars(WebClient) if "_" in name and not name.startswith("_")}
# The scope that each method of the Web API needs, by Slack's documentation; "" for none.
NEEDS = {
    "agents_sessions_setStatus": "assistant:write",
    "assistant_threads_setStatus": "assistant:write",
    "auth_test": "",
    "chat_postMessage": "chat:write",
    "chat_startStream": "chat:write",
    "chat_stopStream": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "im:history",
    "conversations_open": "im:write",
    "conversations_replies": "im:history",
    "dnd_teamInfo": "dnd:read",
    "files_completeUploadExternal": "files:write",
    "files_getUploadURLExternal": "files:write",
    "files_info": "files:read",
    "users_info": "users:read",
    "users_list": "users:read",
    "views_open": "",
    "views_publish": "",
    "views_push": "",
    "views_update": "",
}
# What a scope adds to the answer of a method that needs another: the e-mail of a person.
ADDED = {"users:read.email"}
# The scope without which an event does not come.
EVENTS = {
    "agent_session_stopped": "assistant:write",
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "message.im": "im:history",
    "tokens_revoked": "",
}
# Kept by the middleware, by what `bot.slack.incoming` reads.
KEPT = {"app_mention", "message.im"}


def called() -> set[str]:
    """The methods of the Web API that the code names."""
    return {
        node.attr
        for source in SOURCES.values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in METHODS
    }


def test_every_method_has_its_scope_and_every_scope_a_use() -> None:
    assert called() == NEEDS.keys()
    assert {*NEEDS.values(), *EVENTS.values(), *ADDED, "commands"} - {""} == SCOPES
    assert NEEDED_SCOPES <= SCOPES


def test_the_events_that_come_are_those_that_are_handled() -> None:
    handled = handlers(Mock(), Mock(), Mock())

    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == EVENTS.keys()
    assert EVENTS.keys() - KEPT == handled.keys()


def test_the_commands_and_shortcuts_offered_are_those_that_are_answered() -> None:
    everything = "\n".join(SOURCES.values())
    commands = MANIFEST["features"]["slash_commands"]

    assert [c["command"] for c in commands] == re.findall(r'app\.command\("(/\w+)"\)', everything)
    shortcuts = {s["callback_id"] for s in MANIFEST["features"]["shortcuts"]}
    assert shortcuts == set(re.findall(r'app\.shortcut\("(\w+)"\)', everything))
    # Mentions in it come as ids, not as names that anybody may bear.
    assert all(c["should_escape"] for c in commands)


def test_its_texts_are_within_slacks_limits() -> None:
    shown = MANIFEST["display_information"]
    view = MANIFEST["features"]["agent_view"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert len(view["agent_description"]) <= 300
    assert len(view["suggested_prompts"]) <= 4

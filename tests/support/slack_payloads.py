"""Payloads shaped like those Slack sends, for tests.

Every factory returns a fresh dict that a test may change. Ids and timestamps come from one counter,
so they are unique in a process, the same on every run, and in the order in which they were made: a
payload made after a bot message has a later `ts`. Nothing here reads the clock.

Events (`event_callback`) go to the app as JSON, interactions (actions, views, shortcuts) as a form
with one `payload` field, and slash commands as a plain form: see `SignedRequests`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

Payload = dict[str, Any]

TEAM = "T0COLLEGE"
USER = "U0OWNER"
CHANNEL = "C0QUALITY"
BOT_USER = "U0SOWHAT"
BOT_ID = "B0SOWHAT"
APP_ID = "A0SOWHAT"
BOT_TOKEN = "xoxb-test-college"
APP_TOKEN = "xapp-test"

_serial = itertools.count(1)
_EPOCH = 1_790_000_000  # an instant in September 2026: a ts only has to look like one


def next_ts() -> str:
    """A Slack timestamp later than every one made before it in this process."""
    number = next(_serial)
    return f"{_EPOCH + number}.{number % 1_000_000:06d}"


def next_id(prefix: str) -> str:
    """An identifier such as `Ev00000012`, unique in this process."""
    return f"{prefix}{next(_serial):08d}"


def dm_channel(user: str) -> str:
    """The direct message channel of a user with the bot, as `conversations.open` gives it."""
    return "D" + user[1:]


# ---------------------------------------------------------------------------------------- events


def event_callback(event: Payload, *, team: str = TEAM, event_id: str | None = None) -> Payload:
    """The envelope of any event."""
    event.setdefault("event_ts", event.get("ts") or next_ts())
    return {
        "token": "deprecated-token",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or next_id("Ev"),
        "event_time": int(float(event["event_ts"])),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-test",
    }


def direct_message(
    text: str,
    user: str = USER,
    team: str = TEAM,
    channel: str | None = None,
    ts: str | None = None,
    thread_ts: str | None = None,
    event_id: str | None = None,
) -> Payload:
    """A person writes to the bot. Without `thread_ts` it is the first message of a thread."""
    event = {
        **_written(text, user, team, ts),
        "type": "message",
        "channel": channel or dm_channel(user),
        "channel_type": "im",
        **_in_thread(thread_ts, user),
    }
    return event_callback(event, team=team, event_id=event_id)


def app_mention(
    text: str,
    user: str = USER,
    team: str = TEAM,
    channel: str = CHANNEL,
    ts: str | None = None,
    thread_ts: str | None = None,
    event_id: str | None = None,
    bot_user: str = BOT_USER,
) -> Payload:
    """A person mentions the bot in a channel; the mention is put before the text if missing."""
    mention = f"<@{bot_user}>"
    text = text if mention in text else f"{mention} {text}"
    event = {
        **_written(text, user, team, ts),
        "type": "app_mention",
        "channel": channel,
        **_in_thread(thread_ts, user),
    }
    return event_callback(event, team=team, event_id=event_id)


def edited_message(original: Payload, text: str, event_id: str | None = None) -> Payload:
    """The person who wrote `original` (a direct_message payload) changed it to `text`."""
    before = _stored(original)
    after = {**before, "text": text, "edited": {"user": before["user"], "ts": next_ts()}}
    return _hidden_event(
        original, "message_changed", event_id, message=after, previous_message=before
    )


def deleted_message(original: Payload, event_id: str | None = None) -> Payload:
    """The person who wrote `original` (a direct_message payload) deleted it."""
    before = _stored(original)
    return _hidden_event(
        original, "message_deleted", event_id, deleted_ts=before["ts"], previous_message=before
    )


def bot_message(
    text: str,
    team: str = TEAM,
    channel: str | None = None,
    bot_id: str = BOT_ID,
    bot_user: str = BOT_USER,
    ts: str | None = None,
    thread_ts: str | None = None,
    event_id: str | None = None,
) -> Payload:
    """A bot wrote in a direct message: by default our own, as Slack echoes it to us."""
    event = {
        **_written(text, bot_user, team, ts),
        "type": "message",
        "bot_id": bot_id,
        "app_id": APP_ID,
        "bot_profile": {"id": bot_id, "app_id": APP_ID, "name": "So What", "team_id": team},
        "channel": channel or dm_channel(USER),
        "channel_type": "im",
        **_in_thread(thread_ts, bot_user),
    }
    del event["client_msg_id"]  # only people's clients send one
    return event_callback(event, team=team, event_id=event_id)


def app_home_opened(
    tab: str = "home",
    user: str = USER,
    team: str = TEAM,
    channel: str | None = None,
    event_id: str | None = None,
) -> Payload:
    """A person opens the bot: `tab` is home or messages."""
    event = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel or dm_channel(user),
        "tab": tab,
    }
    return event_callback(event, team=team, event_id=event_id)


def agent_session_stopped(
    thread_ts: str,
    user: str = USER,
    team: str = TEAM,
    channel: str | None = None,
    streaming_message_ts: list[str] | None = None,
    event_id: str | None = None,
) -> Payload:
    """A person pressed Stop while the bot was at work in the thread."""
    event = {
        "type": "agent_session_stopped",
        "user": user,
        "channel": channel or dm_channel(user),
        "thread_ts": thread_ts,
        "streaming_message_ts": streaming_message_ts or [],
    }
    return event_callback(event, team=team, event_id=event_id)


def app_uninstalled(team: str = TEAM, event_id: str | None = None) -> Payload:
    """The workspace removed the app."""
    return event_callback({"type": "app_uninstalled"}, team=team, event_id=event_id)


def tokens_revoked(
    team: str = TEAM, bot_user: str = BOT_USER, event_id: str | None = None
) -> Payload:
    """Slack withdrew the bot's token in the workspace."""
    event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user]}}
    return event_callback(event, team=team, event_id=event_id)


def url_verification(challenge: str = "challenge-to-echo") -> Payload:
    """Slack checks that the request URL is ours; the challenge must be answered."""
    return {"token": "deprecated-token", "challenge": challenge, "type": "url_verification"}


# ---------------------------------------------------------------------------------- interactions


def block_action(
    action_id: str,
    value: Any = None,
    user: str = USER,
    team: str = TEAM,
    channel: str | None = None,
    message: Payload | None = None,
    trigger_id: str | None = None,
    *,
    view: Payload | None = None,
    kind: str = "button",
    response_url: str = "",
) -> Payload:
    """A person uses a control in `message` (as FakeSlack stores it), or in `view` if given.

    The control is looked up by `action_id`; its type, block and label are then those of the screen,
    and for a button without `value` the button's own value is sent, as Slack does. Without a screen
    that has the control, it is a bare control of the given `kind`.
    """
    screen = view if view is not None else message or {}
    block, element = _find_control(screen, action_id)
    kind = element.get("type", kind)
    action = {
        "type": kind,
        "action_id": action_id,
        "block_id": block.get("block_id") or next_id("b"),
        "action_ts": next_ts(),
        **({"text": element["text"]} if "text" in element else {}),
        **_chosen(kind, element.get("value") if value is None else value, element),
    }
    payload = {
        **_interaction("block_actions", user, team, trigger_id),
        "state": {"values": {}},
        "actions": [action],
    }
    if view is not None:
        shown = _shown_view(view, team)
        return {**payload, "container": {"type": "view", "view_id": shown["id"]}, "view": shown}
    message = message or {"type": "message", "ts": next_ts(), "text": "", "bot_id": BOT_ID}
    channel = channel or message.get("channel") or dm_channel(user)
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel,
        "is_ephemeral": False,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    return {
        **payload,
        "container": container,
        "channel": {"id": channel, "name": "directmessage"},
        "message": message,
        "response_url": response_url,
    }


def view_submission(
    view: Payload,
    values: Mapping[str, Any] | None = None,
    user: str = USER,
    team: str = TEAM,
    trigger_id: str | None = None,
) -> Payload:
    """A person submits `view` (what the app passed to views.open).

    `values` maps the block_id of an input to what was entered: text, an ISO date, a user id, the
    value of an option, or a list of those. Inputs left out keep their initial value. As in Slack,
    the state lists every input. Raises KeyError for a block_id or an option the view does not have.
    """
    entered = dict(values or {})
    state: Payload = {}
    for block in view["blocks"]:
        element = block.get("element") or {}
        if block["type"] == "input":
            block_id = block["block_id"]
            typed = entered.pop(block_id) if block_id in entered else _initial(element)
            chosen = _chosen(element["type"], typed, element)
            state[block_id] = {element["action_id"]: {"type": element["type"], **chosen}}
    if entered:
        raise KeyError(f"the view has no input block named {', '.join(entered)}")
    shown = {**_shown_view(view, team), "state": {"values": state}}
    return {
        **_interaction("view_submission", user, team, trigger_id),
        "view": shown,
        "response_urls": [],
    }


def message_shortcut(
    callback_id: str,
    message: Payload,
    user: str = USER,
    team: str = TEAM,
    channel: str = CHANNEL,
    trigger_id: str | None = None,
    response_url: str = "",
) -> Payload:
    """A person picks our shortcut in the menu of `message` (needs `ts`; `text` and `user` help)."""
    return {
        **_interaction("message_action", user, team, trigger_id),
        "action_ts": next_ts(),
        "callback_id": callback_id,
        "response_url": response_url,
        "message_ts": message["ts"],
        "channel": {"id": channel, "name": "quality"},
        "message": {"type": "message", **message},
    }


def global_shortcut(
    callback_id: str, user: str = USER, team: str = TEAM, trigger_id: str | None = None
) -> Payload:
    """A person picks our shortcut from the search bar or the plus menu; there is no channel."""
    payload = _interaction("shortcut", user, team, trigger_id)
    return {**payload, "action_ts": next_ts(), "callback_id": callback_id}


def slash_command(
    text: str = "",
    command: str = "/qip",
    user: str = USER,
    team: str = TEAM,
    channel: str = CHANNEL,
    trigger_id: str | None = None,
    response_url: str = "",
) -> dict[str, str]:
    """A person types the command; Slack sends it as a form, over a socket as the same dict."""
    return {
        "token": "deprecated-token",
        "team_id": team,
        "team_domain": "college",
        "channel_id": channel,
        "channel_name": "directmessage" if channel.startswith("D") else "quality",
        "user_id": user,
        "user_name": user.lower(),
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id or next_id("trigger."),
    }


# --------------------------------------------------------------------------------------- helpers


def _written(text: str, user: str, team: str, ts: str | None) -> Payload:
    """What every event about a written message has."""
    words = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]
    return {
        "client_msg_id": next_id("client-"),
        "user": user,
        "text": text,
        "ts": ts or next_ts(),
        "team": team,
        "blocks": [{"type": "rich_text", "block_id": next_id("b"), "elements": words}],
    }


def _in_thread(thread_ts: str | None, user: str) -> Payload:
    return {"thread_ts": thread_ts, "parent_user_id": user} if thread_ts else {}


def _stored(original: Payload) -> Payload:
    """The message inside an event payload, as later events quote it."""
    left_out = {"channel", "channel_type", "event_ts"}
    return {k: v for k, v in original["event"].items() if k not in left_out}


def _hidden_event(original: Payload, subtype: str, event_id: str | None, **more: Any) -> Payload:
    event = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": original["event"]["channel"],
        "channel_type": original["event"]["channel_type"],
        "ts": next_ts(),
        **more,
    }
    return event_callback(event, team=original["team_id"], event_id=event_id)


def _interaction(kind: str, user: str, team: str, trigger_id: str | None) -> Payload:
    return {
        "type": kind,
        "token": "deprecated-token",
        "api_app_id": APP_ID,
        "team": {"id": team, "domain": "college"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
        "trigger_id": trigger_id or next_id("trigger."),
    }


def _shown_view(view: Payload, team: str) -> Payload:
    """A view the way Slack gives it back: with ids and the fields an app may leave out."""
    view_id = view.get("id") or next_id("V")
    blanks = {"private_metadata": "", "callback_id": "", "hash": next_id("hash."), "state": {}}
    added = {"id": view_id, "team_id": team, "app_id": APP_ID, "bot_id": BOT_ID}
    return {**blanks, "root_view_id": view_id, "app_installed_team_id": team, **view, **added}


def _find_control(screen: Payload, action_id: str) -> tuple[Payload, Payload]:
    """The block and the element with that action_id; two empty dicts where there is none."""
    for block in screen.get("blocks") or []:
        single = (block.get("accessory"), block.get("element"))
        for element in (*(block.get("elements") or []), *single):
            if isinstance(element, dict) and element.get("action_id") == action_id:
                return block, element
    return {}, {}


# Where Slack puts what was chosen, by type of element; all others use `value`.
_CHOICE_FIELD = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}
_ONE_OPTION = {"static_select", "radio_buttons", "overflow", "external_select"}
_MANY_OPTIONS = {"checkboxes", "multi_static_select", "multi_external_select"}


def _chosen(kind: str, value: Any, element: Payload) -> Payload:
    """The field of an action or a state that carries `value`. Raises KeyError: no such option."""
    if kind in _ONE_OPTION:
        return {"selected_option": None if value is None else _option(value, element)}
    if kind in _MANY_OPTIONS:
        return {"selected_options": [_option(one, element) for one in value or []]}
    if kind in _CHOICE_FIELD:
        return {_CHOICE_FIELD[kind]: value}
    return {} if kind == "button" and value is None else {"value": value}


def _option(value: str, element: Payload) -> Payload:
    options = {option["value"]: option for option in _options(element)}
    if not options:  # a bare or an external select: its options are not on the screen
        return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    return options[value]


def _options(element: Payload) -> Iterator[Payload]:
    yield from element.get("options") or []
    for group in element.get("option_groups") or []:
        yield from group["options"]


def _initial(element: Payload) -> Any:
    """What an untouched input holds, in the form that `view_submission` takes."""
    if option := element.get("initial_option"):
        return option["value"]
    if options := element.get("initial_options"):
        return [option["value"] for option in options]
    return next((v for k, v in element.items() if k.startswith("initial_")), None)

"""The Web API of the fake Slack: what exists there, and what each method does to it.

No I/O and no threads: `FakeSlack` calls it under its lock.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from tests.support.block_kit import assert_valid_blocks, assert_valid_view
from tests.support.slack_payloads import APP_ID, dm_channel, next_id, next_ts

Json = dict[str, Any]

MESSAGE_TEXT = 40_000  # characters of text that Slack takes at most


@dataclass(frozen=True)
class Call:
    """One call as it reached us, also if it was then refused.

    `args` has blocks, metadata and the like as objects, not as JSON text; `at` is time.monotonic()
    in seconds. Posts to a response_url are calls of the method `response_url`.
    """

    method: str
    args: Json
    token: str
    at: float


@dataclass
class Workspace:
    """One installation: what a bot token gives access to. `homes` are Home tabs by user id."""

    team_id: str
    bot_token: str
    bot_user_id: str
    bot_id: str
    scopes: tuple[str, ...]
    revoked: bool = False
    # With token rotation: the seconds that a token lives, and what it is exchanged with.
    expires_in: int | None = None
    refresh_token: str | None = None
    name: str = ""
    installer: str = "U0INSTALLER"
    homes: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredFile:
    """A file in Slack; `channel` and `thread` are where the bot has shared it."""

    name: str
    content: bytes
    bot_token: str
    channel: str | None = None
    thread: str | None = None
    alt_text: str | None = None


class Refused(Exception):
    """Slack's answer is ok: false with this code."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code)
        self.reply: Json = {"ok": False, "error": code}
        if messages:
            self.reply["response_metadata"] = {"messages": list(messages)}


class SlackState:
    """All that the fake Slack knows. Stored messages are replaced, never changed in place."""

    def __init__(self, check_blocks: bool, socket_url: str) -> None:
        self.check_blocks = check_blocks
        self.socket_url = socket_url
        self.workspaces: dict[str, Workspace] = {}  # by bot token
        self.users: dict[str, Json] = {}
        # Who is to be left in peace, and when.
        self.peace: dict[str, Json] = {}
        self.channels: dict[str, dict[str, Json]] = defaultdict(dict)  # messages by ts
        self.files: dict[str, StoredFile] = {}
        self.base_url = ""
        self.install_codes: dict[str, Workspace] = {}
        self.ephemerals: list[Json] = []
        self.views_opened: list[Json] = []
        self.statuses: list[Json] = []
        self._team_of: dict[str, str] = {}  # by channel

    def perform(self, call: Call) -> Json:
        """Do what the method does and return Slack's answer."""
        try:
            return {"ok": True, **self._dispatch(call)}
        except Refused as refused:
            return refused.reply
        except KeyError as missing:
            return Refused("invalid_arguments", f"[ERROR] missing: {missing}").reply

    def _dispatch(self, call: Call) -> Json:
        if call.method in _WITHOUT_WORKSPACE:
            return _WITHOUT_WORKSPACE[call.method](self, call)
        if call.method not in _METHODS and call.method not in _ACCEPTED:
            raise Refused("unknown_method")
        if not call.token:
            raise Refused("not_authed")
        workspace = self.workspaces.get(call.token)
        if workspace is None:
            raise Refused("invalid_auth")
        if workspace.revoked:
            raise Refused("token_revoked")
        if call.method in _ACCEPTED:
            return {}
        return _METHODS[call.method](self, workspace, call.args)

    def store(self, channel: str, message: Json) -> None:
        """Add or replace a message. Stored dicts are never changed, so readers need no copy."""
        self._team_of.setdefault(channel, message["team"])
        self.channels[channel][message["ts"]] = message

    def _channel(self, workspace: Workspace, channel: str) -> str:
        """The channel id, for a user id the direct message channel.

        Raises channel_not_found for another workspace's channel: a bot must never reach into it.
        """
        channel = dm_channel(channel) if channel.startswith(("U", "W")) else channel
        if self._team_of.get(channel, workspace.team_id) != workspace.team_id:
            raise Refused("channel_not_found")
        return channel

    def _own(self, workspace: Workspace, args: Json, refusal: str) -> tuple[str, Json]:
        """(channel, message) that `args` names by channel and ts, if it is the bot's own."""
        channel = self._channel(workspace, args["channel"])
        message = self.channels[channel].get(args["ts"])
        if message is None:
            raise Refused("message_not_found")
        if message.get("bot_id") != workspace.bot_id:
            raise Refused(refusal)
        return channel, message

    def _content(self, args: Json) -> Json:
        """What a message shows, checked as Slack checks it."""
        text = args.get("text") or args.get("markdown_text") or ""
        blocks = args.get("blocks") or []
        if not (text or blocks or args.get("attachments")):
            raise Refused("no_text")
        if len(text) > MESSAGE_TEXT:
            raise Refused("msg_too_long")
        self._check(assert_valid_blocks, blocks)
        content = {"text": text, "blocks": blocks, "metadata": args.get("metadata")}
        return {key: value for key, value in content.items() if value or key == "text"}

    def _check(self, check: Callable[..., None], *subject: Any) -> None:
        if self.check_blocks:
            try:
                check(*subject)
            except AssertionError as wrong:
                raise Refused("invalid_blocks", f"[ERROR] {wrong}") from wrong

    def _auth_test(self, workspace: Workspace, args: Json) -> Json:
        return {
            "url": f"https://{workspace.team_id.lower()}.slack.invalid/",
            "team": workspace.team_id,
            "team_id": workspace.team_id,
            "user": "sowhat",
            "user_id": workspace.bot_user_id,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": False,
        }

    def _post(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel"])
        message = _by_bot(workspace) | self._content(args)
        if args.get("thread_ts"):
            message["thread_ts"] = args["thread_ts"]
        self.store(channel, message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _update(self, workspace: Workspace, args: Json) -> Json:
        channel, message = self._own(workspace, args, "cant_update_message")
        if message.get("streaming_state") == "in_progress":
            raise Refused("streaming_state_conflict")
        current = {} if args.get("markdown_text") else {"text": message["text"]}
        content = self._content({**current, **args})
        # Blocks stay only when neither blocks nor text are given.
        kept = {k: v for k, v in message.items() if k != "blocks" or not {"text", k} & args.keys()}
        edited = {"user": workspace.bot_user_id, "ts": next_ts()}
        self.store(channel, kept | content | {"edited": edited})
        return {"channel": channel, "ts": message["ts"], "text": content["text"]}

    def _delete(self, workspace: Workspace, args: Json) -> Json:
        channel, message = self._own(workspace, args, "cant_delete_message")
        del self.channels[channel][message["ts"]]
        return {"channel": channel, "ts": message["ts"]}

    def _post_ephemeral(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel"])
        message = _by_bot(workspace) | self._content(args)
        to = {"channel": channel, "to": args["user"], "thread_ts": args.get("thread_ts")}
        self.ephemerals.append(message | to)
        return {"message_ts": message["ts"]}

    def _history(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel"])
        found = [
            message
            for message in self.channels[channel].values()
            if message.get("thread_ts", message["ts"]) == message["ts"]
        ]
        return _page(sorted(found, key=lambda m: m["ts"], reverse=True), args)

    def _replies(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel"])
        # A thread whose first message the test never told us of is empty, not an error.
        found = [
            message
            for message in self.channels[channel].values()
            if args["ts"] in (message["ts"], message.get("thread_ts"))
        ]
        return _page(sorted(found, key=lambda m: m["ts"]), args)

    def _open_conversation(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args.get("channel") or args["users"])
        self._team_of.setdefault(channel, workspace.team_id)
        return {"channel": {"id": channel}}

    def _user_info(self, workspace: Workspace, args: Json) -> Json:
        user = self.users.get(args["user"])
        # Those of another workspace are known where a channel is shared with it.
        is_met = user is not None and (user.get("is_stranger") or user.get("is_met"))
        if user is None or not (is_met or user["team_id"] == workspace.team_id):
            raise Refused("user_not_found")
        return {"user": user}

    def _list_users(self, workspace: Workspace, args: Json) -> Json:
        members = [u for u in self.users.values() if u["team_id"] == workspace.team_id]
        first, size = int(args.get("cursor") or 0), int(args.get("limit") or 1000)
        if "users:read.email" not in workspace.scopes:
            bare = [{k: v for k, v in m["profile"].items() if k != "email"} for m in members]
            members = [m | {"profile": p} for m, p in zip(members, bare, strict=True)]
        following = str(first + size) if first + size < len(members) else ""
        return {
            "members": members[first : first + size],
            "response_metadata": {"next_cursor": following},
        }

    def _upload_url(self, workspace: Workspace, args: Json) -> Json:
        if "files:write" not in workspace.scopes:
            raise Refused("missing_scope")
        file_id = next_id("F")
        self.files[file_id] = StoredFile(
            args["filename"], b"", workspace.bot_token, alt_text=args.get("alt_txt")
        )
        return {"upload_url": f"{self.base_url}/upload/{file_id}", "file_id": file_id}

    def _complete_upload(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel_id"])
        given = args["files"]
        ids = [file["id"] for file in (json.loads(given) if isinstance(given, str) else given)]
        for file_id in ids:
            file = self.files.get(file_id)
            if file is None or not file.content:
                raise Refused("file_not_found")
            if file.channel is not None:
                raise Refused("file_already_shared")
            self.files[file_id] = replace(file, channel=channel, thread=args.get("thread_ts"))
        message = _by_bot(workspace) | {"text": args.get("initial_comment") or "", "files": ids}
        if args.get("thread_ts"):
            message["thread_ts"] = args["thread_ts"]
        self.store(channel, message)
        return {"files": [{"id": file_id} for file_id in ids]}

    def _file_info(self, workspace: Workspace, args: Json) -> Json:
        file = self.files.get(args["file"])
        if file is None or file.bot_token != workspace.bot_token:
            raise Refused("file_not_found")
        return {"file": {"id": args["file"], "ims": [file.channel] if file.channel else []}}

    def _team_dnd(self, workspace: Workspace, args: Json) -> Json:
        asked = args["users"].split(",")
        if len(asked) > 50:
            raise Refused("too_many_users")
        blank = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
        return {"users": {user: self.peace.get(user, blank) for user in asked}}

    def _publish(self, workspace: Workspace, args: Json) -> Json:
        self._check(assert_valid_view, args["view"])
        shown = workspace.homes.get(args["user_id"])
        if args.get("hash") and shown and args["hash"] != shown["hash"]:
            raise Refused("hash_conflict")
        view = _as_shown(workspace, args["view"])
        workspace.homes[args["user_id"]] = view
        return {"view": view}

    def _open_view(self, workspace: Workspace, args: Json) -> Json:
        if not (args.get("trigger_id") or args.get("view_id") or args.get("external_id")):
            raise Refused("invalid_arguments")
        self._check(assert_valid_view, args["view"])
        view = _as_shown(workspace, args["view"])
        self.views_opened.append(view)
        return {"view": view}

    def _set_status(self, workspace: Workspace, args: Json) -> Json:
        self._channel(workspace, args["channel_id"])
        self.statuses.append(args)
        return {}

    def _start_stream(self, workspace: Workspace, args: Json) -> Json:
        channel = self._channel(workspace, args["channel"])
        message = _by_bot(workspace) | {"thread_ts": args["thread_ts"], "text": _streamed(args)}
        self.store(channel, message | {"streaming_state": "in_progress"})
        return {"channel": channel, "ts": message["ts"]}

    def _append_stream(self, workspace: Workspace, args: Json) -> Json:
        channel, message = self._own(workspace, args, "message_not_owned_by_app")
        if message.get("streaming_state") != "in_progress":
            raise Refused("message_not_in_streaming_state")
        self.store(channel, message | {"text": message["text"] + _streamed(args)})
        return {"channel": channel, "ts": message["ts"]}

    def _stop_stream(self, workspace: Workspace, args: Json) -> Json:
        self._check(assert_valid_blocks, args.get("blocks") or [])
        reply = self._append_stream(workspace, args)
        message = self.channels[reply["channel"]][args["ts"]] | {"streaming_state": "completed"}
        more = {key: args[key] for key in ("blocks", "metadata") if args.get(key)}
        self.store(reply["channel"], message | more)
        return {**reply, "message": message | more}

    def _open_socket(self, call: Call) -> Json:
        if not call.token.startswith("xapp-"):
            raise Refused("not_allowed_token_type" if call.token else "not_authed")
        return {"url": self.socket_url}

    def _exchange_code(self, call: Call) -> Json:
        if call.args.get("grant_type") == "refresh_token":
            workspace = self._exchange_token(call.args["refresh_token"])
        else:
            found = self.install_codes.pop(call.args.get("code", ""), None)
            if found is None:
                raise Refused("invalid_code")
            workspace = found
        lasting = {"expires_in": workspace.expires_in, "refresh_token": workspace.refresh_token}
        return (lasting if workspace.refresh_token else {}) | {
            "access_token": workspace.bot_token,
            "token_type": "bot",
            "scope": ",".join(workspace.scopes),
            "bot_user_id": workspace.bot_user_id,
            "app_id": APP_ID,
            "team": {"id": workspace.team_id, "name": workspace.name or workspace.team_id},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": workspace.installer},
        }

    def _exchange_token(self, refresh_token: str) -> Workspace:
        """Give the workspace a new token that lives twelve hours; the old one lives on a while."""
        found = (w for w in self.workspaces.values() if w.refresh_token == refresh_token)
        workspace = next(found, None)
        if workspace is None:
            raise Refused("invalid_refresh_token")
        workspace.bot_token, workspace.refresh_token = next_id("xoxe-"), next_id("xoxe-1-")
        workspace.expires_in = 43_200
        self.workspaces[workspace.bot_token] = workspace
        return workspace


_METHODS: dict[str, Callable[[SlackState, Workspace, Json], Json]] = {
    "auth.test": SlackState._auth_test,
    "chat.postMessage": SlackState._post,
    "chat.update": SlackState._update,
    "chat.delete": SlackState._delete,
    "chat.postEphemeral": SlackState._post_ephemeral,
    "chat.startStream": SlackState._start_stream,
    "chat.appendStream": SlackState._append_stream,
    "chat.stopStream": SlackState._stop_stream,
    "conversations.history": SlackState._history,
    "conversations.replies": SlackState._replies,
    "conversations.open": SlackState._open_conversation,
    "dnd.teamInfo": SlackState._team_dnd,
    "files.completeUploadExternal": SlackState._complete_upload,
    "files.getUploadURLExternal": SlackState._upload_url,
    "files.info": SlackState._file_info,
    "users.info": SlackState._user_info,
    "users.list": SlackState._list_users,
    "views.publish": SlackState._publish,
    "views.open": SlackState._open_view,
    "views.push": SlackState._open_view,
    "views.update": SlackState._open_view,
    "assistant.threads.setStatus": SlackState._set_status,
}
# Methods whose only effect is that they were called.
_ACCEPTED = {
    "assistant.threads.setSuggestedPrompts",
    "assistant.threads.setTitle",
    "agents.sessions.setStatus",
    "agents.sessions.rename",
}
_WITHOUT_WORKSPACE: dict[str, Callable[[SlackState, Call], Json]] = {
    "apps.connections.open": SlackState._open_socket,
    "oauth.v2.access": SlackState._exchange_code,
    "response_url": lambda state, call: {},
}
_JSON_ARGS = {"attachments", "blocks", "chunks", "metadata", "prompts", "view"}


def read_args(query: str, content_type: str, body: bytes) -> Json:
    args: Json = dict(parse_qsl(query))
    if content_type.startswith("application/json"):
        args |= json.loads(body or b"{}")
    else:
        args |= parse_qsl(body.decode(), keep_blank_values=True)
    for name in _JSON_ARGS & args.keys():
        if isinstance(args[name], str):
            args[name] = json.loads(args[name])
    return args


def _by_bot(workspace: Workspace) -> Json:
    return {
        "type": "message",
        "user": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "app_id": APP_ID,
        "team": workspace.team_id,
        "ts": next_ts(),
    }


def _as_shown(workspace: Workspace, view: Json) -> Json:
    added = {"id": next_id("V"), "hash": next_id("hash."), "team_id": workspace.team_id}
    return {**view, **added, "app_id": APP_ID, "bot_id": workspace.bot_id}


def _page(messages: list[Json], args: Json) -> Json:
    """The messages that oldest, latest, inclusive and limit leave, without metadata unasked."""
    oldest, latest = str(args.get("oldest") or ""), str(args.get("latest") or "")
    edges = {oldest, latest} if _is_true(args.get("inclusive")) else set()
    found = [
        message
        for message in messages
        if message["ts"] in edges
        or ((not oldest or message["ts"] > oldest) and (not latest or message["ts"] < latest))
    ]
    limit = int(args.get("limit") or 100)
    hidden = set() if _is_true(args.get("include_all_metadata")) else {"metadata"}
    shown = [{k: v for k, v in m.items() if k not in hidden} for m in found[:limit]]
    return {"messages": shown, "has_more": len(found) > limit}


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


def _streamed(args: Json) -> str:
    """The text of one part of a stream."""
    chunks = args.get("chunks") or []
    parts = [chunk["text"] for chunk in chunks if chunk.get("type") == "markdown_text"]
    return (args.get("markdown_text") or "") + "".join(parts)

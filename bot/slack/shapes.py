"""What Slack sends, looked at before anything reads it.

Only what we read of it is described: Slack adds to the rest. Ids and timestamps are as long as the
database has room for; words may be any text, which `storable` mends.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, InstanceOf, StringConstraints, ValidationError

_Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,40}$")]
_Named = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,40}$")]
_Ts = Annotated[str, StringConstraints(pattern=r"^[0-9.]{0,24}$")]
_EventId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]
# Of buttons, forms and their fields, which are our own; and what Slack wants back with an answer.
_Handle = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,255}$")]
_Trigger = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
# What is chosen and not typed.
_Value = Annotated[str, StringConstraints(pattern=r"^[^\x00]{0,3000}$")]
# What a person has chosen of a calendar, or nothing.
_Day = Annotated[str, AfterValidator(lambda day: day and date.fromisoformat(day).isoformat())]
# What a person may have typed. Not `str`, which takes no half of a pair of surrogates.
_Words = InstanceOf[str]


class _Party(BaseModel):
    """A person, a workspace or a channel."""

    id: _Id | None = None
    team_id: _Id | None = None
    domain: _Id | None = None


class _File(BaseModel):
    name: _Words | None = None
    url_private: _Value | None = None
    url_private_download: _Value | None = None


class _Message(BaseModel):
    subtype: _Words | None = None
    text: _Words | None = None
    user: _Id | None = None
    bot_id: _Id | None = None
    ts: _Ts | None = None
    thread_ts: _Ts | None = None
    files: list[_File] | None = None


class _Event(_Message):
    """An event that we answer."""

    type: _Words
    channel: _Id | None = None
    channel_type: _Words | None = None
    team: _Id | None = None
    tab: _Words | None = None
    deleted_ts: _Ts | None = None
    message: _Message | None = None
    previous_message: _Message | None = None
    tokens: dict[str, Any] | None = None


class _Written(_Event):
    channel: _Named


class _Opened(_Event):
    user: _Named


class _Option(BaseModel):
    value: _Value


class _Input(BaseModel):
    """What an input holds, or held at first."""

    type: _Words | None = None
    value: _Words | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_user: _Id | None = None
    selected_users: list[_Named] | None = None
    selected_conversation: _Id | None = None
    selected_date: _Day | None = None
    initial_value: _Words | None = None
    initial_option: _Option | None = None
    initial_options: list[_Option] | None = None
    initial_user: _Id | None = None
    initial_users: list[_Named] | None = None
    initial_conversation: _Id | None = None
    initial_date: _Day | None = None


class _Element(_Input):
    type: _Words


class _Label(BaseModel):
    text: _Words


class _InputBlock(BaseModel):
    block_id: _Handle
    label: _Label
    element: _Element


class _State(BaseModel):
    values: dict[_Handle, dict[_Handle, _Input]] = {}


class _View(BaseModel):
    type: _Words
    id: _Handle | None = None
    root_view_id: _Handle | None = None
    team_id: _Id | None = None
    callback_id: _Words = ""
    private_metadata: _Words = ""
    state: _State = _State()
    blocks: list[dict[str, Any]] = []


class _Container(BaseModel):
    channel_id: _Id | None = None
    message_ts: _Ts | None = None


class _Pressed(BaseModel):
    action_id: _Handle
    action_ts: _Ts | None = None
    value: _Words | None = None
    selected_option: _Option | None = None


class _User(_Party):
    id: _Named


class _Used(BaseModel):
    """Somebody has used a button, a form or a shortcut."""

    team: _Party | None = None
    user: _User
    trigger_id: _Trigger
    channel: _Party | None = None
    message: _Message | None = None
    view: _View | None = None
    container: _Container | None = None


class _BlockActions(_Used):
    actions: list[_Pressed]


class _Submission(_Used):
    view: _View


class _Shortcut(_Used):
    callback_id: _Words
    message_ts: _Ts | None = None


class _Callback(BaseModel):
    team_id: _Id | None = None
    event_id: _EventId
    event: dict[str, Any]


class _Command(BaseModel):
    team_id: _Named
    user_id: _Named
    trigger_id: _Trigger
    command: _Words
    text: _Words = ""


class _Challenge(BaseModel):
    challenge: _Value


_KINDS: dict[str, type[BaseModel]] = {
    "event_callback": _Callback,
    "block_actions": _BlockActions,
    "view_submission": _Submission,
    "shortcut": _Shortcut,
    "message_action": _Shortcut,
    "url_verification": _Challenge,
}
_EVENTS: dict[str, type[_Event]] = {
    "message": _Event,
    "app_mention": _Event,
    "app_home_opened": _Opened,
    "agent_session_stopped": _Event,
    "app_uninstalled": _Event,
    "tokens_revoked": _Event,
}


def wrong_in(body: object) -> str | None:
    """Where a payload is of no shape that Slack sends us; None for one that can be read.

    The place is named by our own words alone: nothing of the payload is in it.
    """
    if not isinstance(body, dict):
        return "body"
    kind = body.get("type")
    # A command has no type, and neither has what Slack sends to see whether we are there.
    is_bare = kind is None and ("command" in body or "ssl_check" in body)
    if not is_bare and (not isinstance(kind, str) or kind not in _KINDS):
        return "type"
    # Bolt looks into it whatever else it is.
    if not isinstance(body.get("view", {}), dict):
        return "view"
    try:
        if "command" in body:
            _Command.model_validate(body)
        if is_bare:
            return None
        shape = _KINDS[str(kind)]
        shape.model_validate(body)
        if shape is _Callback:
            return _wrong_in_event(body)
        return _wrong_in_use(body) if issubclass(shape, _Used) else None
    except ValidationError as error:
        return _place(error)


def _wrong_in_event(body: dict[str, Any]) -> str | None:
    event = body["event"]
    if not isinstance(event.get("type"), str):
        return "event.type"
    shape = _EVENTS.get(event["type"])
    if shape is None:
        return None
    if event["type"] == "message" and event.get("channel_type") == "im":
        shape = _Written
    shape.model_validate(event)
    return None if body.get("team_id") or event.get("team") else "team_id"


def _wrong_in_use(body: dict[str, Any]) -> str | None:
    if body["type"] == "block_actions" and not body["actions"]:
        return "actions"
    view = body.get("view") or {}
    for block in view.get("blocks", ()):
        if block.get("type") == "input":
            _InputBlock.model_validate(block)
    is_of_workspace = (
        (body.get("team") or {}).get("id") or body["user"].get("team_id") or view.get("team_id")
    )
    return None if is_of_workspace else "team"


def _place(error: ValidationError) -> str:
    # Two levels deep all names are ours; further down a form's own keys follow.
    return ".".join(str(name) for name in error.errors(include_input=False)[0]["loc"][:2])

"""What Slack's answer to a call that it did not do says."""

from slack_sdk.errors import SlackApiError

# Slack's words for what a workspace, a plan or an installation does not have.
_NOT_OFFERED = frozenset(
    "unknown_method not_allowed_token_type missing_scope feature_not_enabled not_supported "
    "method_not_supported_for_channel_type not_allowed restricted_action access_denied".split()
)


def code_of(error: SlackApiError) -> str:
    """Slack's own word for the refusal, "" where the answer has none."""
    return str(error.response.get("error") or "") if error.response else ""


def status_of(error: SlackApiError) -> int:
    """The HTTP status of the answer."""
    return int(getattr(error.response, "status_code", 200))


def is_not_offered(error: SlackApiError) -> bool:
    """Whether Slack says that a method is not there for this workspace, now or ever."""
    return status_of(error) == 404 or code_of(error) in _NOT_OFFERED


def is_rate_limited(error: SlackApiError) -> bool:
    """Whether Slack asks for patience."""
    return status_of(error) == 429 or code_of(error) == "ratelimited"


def why(error: Exception) -> str:
    """An error in one word for the log: Slack's own where it has one, and no text of anybody."""
    return (code_of(error) if isinstance(error, SlackApiError) else "") or type(error).__name__

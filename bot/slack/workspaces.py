"""Slack's Web API for each workspace: by the one bot token that is set, or as each installed us."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.settings import Settings, oauth_of
from bot.slack.installations import Installations
from bot.slack.refusals import why
from storage.database import Database, DatabaseUnavailable

# What the bot asks for when it is installed, as in manifest.json.
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "dnd:read",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
SLACK_SECONDS = 10
# How long a token is used before the database is asked for it again: another process may have been
# told of its end.
_FRESH = timedelta(minutes=1)
# Tokens that end live twelve hours; two hours before, they are exchanged.
_MINUTES_BEFORE_THE_END = 120
_log = logging.getLogger(__name__)


class NotInstalled(SlackClientError):
    """The workspace has not installed the bot, or has taken it out again."""


class Workspaces(Protocol):
    """The workspaces that the bot serves."""

    def client(self, workspace: str) -> WebClient:
        """The Web API client of a workspace.

        Raises NotInstalled, another SlackClientError where Slack is away, or DatabaseUnavailable.
        """

    def forget(self, workspace: str) -> None:
        """Drop the tokens of a workspace that has taken the bot out."""


def web_client(api_url: str, token: str | None = None, seconds: int = SLACK_SECONDS) -> WebClient:
    """A client that repeats no call by itself: the SDK's retries would send a message twice."""
    return WebClient(token=token, base_url=api_url, timeout=seconds, retry_handlers=[])


class Team(NamedTuple):
    """A workspace as Slack has it."""

    id: str
    name: str


@dataclass
class OneWorkspace:
    """The workspace of the bot token that is set."""

    own: WebClient
    _team: Team | None = None

    def client(self, workspace: str) -> WebClient:
        return self.own

    def forget(self, workspace: str) -> None:
        _log.warning("The workspace has taken the bot out or withdrawn its token.")

    def team(self) -> Team:
        """Whose token it is. Raises SlackClientError, OSError or ValueError."""
        if self._team is None:
            answer = self.own.auth_test()
            self._team = Team(str(answer["team_id"]), str(answer.get("team") or ""))
        return self._team


class _Known(NamedTuple):
    client: WebClient
    asked_at: datetime


@dataclass
class InstalledWorkspaces:
    """The workspaces that have installed the bot by OAuth.

    `own` is that of a bot token that is set beside: one that was served by it goes on without
    installing the bot anew.
    """

    installations: Installations
    rotator: TokenRotator
    api_url: str
    clock: Callable[[], datetime]
    own: OneWorkspace | None = None
    _known: dict[str, _Known] = field(default_factory=dict)
    _guards: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )

    def client(self, workspace: str) -> WebClient:
        now = self.clock()
        known = self._known.get(workspace)
        if known is not None and now - known.asked_at < _FRESH:
            return known.client
        # One at a time: a token can be exchanged once.
        with self._guards[workspace]:
            again = self._known.get(workspace)
            if again is not known and again is not None:
                return again.client
            try:
                client = self._client(workspace, known)
            except DatabaseUnavailable:
                if known is None:
                    raise
                return known.client
            self._known[workspace] = _Known(client, now)
            return client

    def forget(self, workspace: str) -> None:
        self.installations.forget(workspace)
        self._known.pop(workspace, None)
        _log.info("Workspace %s has taken the bot out.", workspace)

    def installed(self, workspace: str) -> None:
        """A workspace has just installed the bot, perhaps once more."""
        self._known.pop(workspace, None)

    def _client(self, workspace: str, known: _Known | None) -> WebClient:
        bot = self.installations.bot(workspace)
        if bot is None:
            self._known.pop(workspace, None)
            if self.own is not None and self.own.team().id == workspace:
                return self.own.own
            raise NotInstalled(workspace)
        token = self._lasting(workspace, bot).bot_token
        if known is not None and known.client.token == token:
            return known.client
        return web_client(self.api_url, token)

    def _lasting(self, workspace: str, bot: Bot) -> Bot:
        """The bot with a token that lasts, exchanged where it would end soon."""
        try:
            exchanged = self.rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=_MINUTES_BEFORE_THE_END
            )
        except (SlackClientError, OSError, ValueError) as error:
            # Another process may have exchanged it first.
            stored = self.installations.bot(workspace)
            if stored is not None and stored.bot_token != bot.bot_token:
                return stored
            refused = isinstance(error, SlackTokenRotationError)
            _log.warning(
                "The token of workspace %s was not exchanged: %s",
                workspace,
                why(error.api_error if isinstance(error, SlackTokenRotationError) else error),
            )
            if refused and _has_ended(bot, self.clock()):
                raise NotInstalled(workspace) from None
            # It may be good for a while yet; if not, Slack says so.
            return bot
        if exchanged is None:
            return bot
        self.installations.save_bot(exchanged)
        return exchanged


def workspaces_of(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> Workspaces:
    """The workspaces that the settings speak of. Raises SettingsInvalid."""
    token, oauth = settings.slack_bot_token, oauth_of(settings)
    one = OneWorkspace(
        web_client(settings.slack_api_url, token.get_secret_value() if token else "")
    )
    if oauth is None:
        return one
    return InstalledWorkspaces(
        Installations(oauth.client_id, database, oauth.keys),
        TokenRotator(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            client=web_client(settings.slack_api_url),
        ),
        settings.slack_api_url,
        clock,
        one if token else None,
    )


def _has_ended(bot: Bot, now: datetime) -> bool:
    return bot.bot_token_expires_at is not None and bot.bot_token_expires_at <= now.timestamp()

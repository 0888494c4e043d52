"""Installing the bot in a workspace: the page it begins on, and where Slack sends people back."""

import html
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_flow import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from bot.settings import OAuth, Settings, oauth_of
from bot.slack.notices import welcomed
from bot.slack.refusals import why
from bot.slack.workspaces import SCOPES, InstalledWorkspaces, web_client
from storage import providers
from storage.database import Database, DatabaseUnavailable

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
# How long somebody may take to say yes in Slack.
_SECONDS = 600
_log = logging.getLogger(__name__)


class _WholeOrganisation(BoltError):
    """Slack has installed the bot for an organisation instead of a workspace."""


class Installing(OAuthFlow):
    """Bolt's OAuth flow with our pages; `installed` is told of each workspace that joins."""

    def __init__(
        self,
        oauth: OAuth,
        client: WebClient,
        database: Database,
        workspaces: InstalledWorkspaces,
        installed: Callable[[Installation], None],
    ) -> None:
        self._database = database
        self._workspaces = workspaces
        self._installed = installed
        self._states = SQLAlchemyOAuthStateStore(_SECONDS, database.to_write)
        super().__init__(
            client=client,
            logger=logging.getLogger("bot.slack.bolt"),
            settings=OAuthSettings(
                client_id=oauth.client_id,
                client_secret=oauth.client_secret,
                scopes=SCOPES,
                user_scopes=(),
                install_path=INSTALL,
                redirect_uri_path=REDIRECT,
                installation_store=workspaces.installations,
                state_store=self._states,
                state_expiration_seconds=_SECONDS,
                callback_options=CallbackOptions(success=self._success, failure=self._failure),
            ),
        )

    def issue_new_state(self, request: BoltRequest) -> str:
        """Raises DatabaseUnavailable."""
        with self._database.translated():
            return str(super().issue_new_state(request))

    def tidy(self) -> int:
        """Forget those who opened the page and never came back, which the SDK does not; how many.

        Raises DatabaseUnavailable.
        """
        states = self._states.oauth_states
        # The SDK reckons by the system's clock, and stores no zone.
        ended = states.delete().where(states.c.expire_at < datetime.now(UTC).replace(tzinfo=None))
        with self._database.translated(), self._database.to_write.begin() as connection:
            return connection.execute(ended).rowcount

    def build_install_page_html(self, url: str, request: BoltRequest) -> str:
        return _html(
            "Add So What to Slack",
            "So What interviews the people who own the actions of your quality improvement plan, "
            "and keeps what they say for your plan alone. Whoever installs it is the first quality "
            "lead.",
            ("Add to Slack", url),
        )

    def run_installation(self, code: str) -> Installation | None:
        try:
            return super().run_installation(code)
        except (SlackClientError, OSError, ValueError) as error:
            _log.warning("Slack did not confirm an installation: %s", why(error))
            return None

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        if installation.is_enterprise_install or not installation.team_id:
            raise _WholeOrganisation("installed for an organisation")
        try:
            super().store_installation(request, installation)
            self._workspaces.installed(installation.team_id)
            self._installed(installation)
        except DatabaseUnavailable as error:
            raise BoltError(str(error)) from error

    def _success(self, args: SuccessArgs) -> BoltResponse:
        found = args.installation
        name = found.team_name or "your workspace"
        link = f"https://slack.com/app_redirect?app={found.app_id}&team={found.team_id}"
        says = "A message from it waits for you in Slack: it says what to do first."
        return self._page(200, f"So What is in {name}", says, ("Open Slack", link))

    def _failure(self, args: FailureArgs) -> BoltResponse:
        says = _FAILURES.get(args.reason, _NOT_CONFIRMED)
        if isinstance(args.error, _WholeOrganisation):
            says = _ONE_WORKSPACE
        _log.warning("An installation was not finished: %s", args.reason[:40])
        again = ("Start again", INSTALL)
        return self._page(args.suggested_status_code, "So What is not installed yet", says, again)

    def _page(self, status: int, title: str, says: str, link: tuple[str, str]) -> BoltResponse:
        answer = page(status, title, says, link)
        answer.headers["set-cookie"] = [self.settings.state_utils.build_set_cookie_for_deletion()]
        return answer


_NOT_CONFIRMED = "Slack did not confirm the installation. Start again."
_ONE_WORKSPACE = (
    "So What is installed in one workspace at a time, not in a whole organisation. Start again and "
    "choose the workspace."
)
_FAILURES = {
    "access_denied": "You chose not to install it, and nothing was changed. If that was by "
    "mistake, start again.",
    "invalid_browser": "The installation was begun in another browser, or too long ago. Start "
    "again in this one.",
    "invalid_state": "That took longer than ten minutes, or the page was loaded twice. Start "
    "again.",
    "storage_error": "The database does not answer just now. Start again in a minute.",
}


@dataclass(frozen=True)
class Installed:
    """What is done when a workspace has installed the bot; `queued` is told of the welcome."""

    database: Database
    clock: Callable[[], datetime]
    queued: Callable[[str, str, str], None]

    def __call__(self, installation: Installation) -> None:
        """Make the installer known, as the lead where there is nobody yet, and welcome them.

        Raises DatabaseUnavailable.
        """
        workspace, user = installation.team_id or "", installation.user_id
        now = self.clock()
        with self.database.writing() as session:
            providers.name_provider(session, workspace, installation.team_name or workspace)
            person = providers.ensure_person(session, workspace, user, user)
            queued = welcomed(session, person, now)
        for key in queued:
            self.queued(*key)


def installing_of(
    settings: Settings,
    database: Database,
    workspaces: InstalledWorkspaces,
    installed: Installed,
) -> Installing:
    """The flow by which workspaces install the bot. Raises SettingsInvalid."""
    oauth = oauth_of(settings)
    assert oauth is not None
    return Installing(oauth, web_client(settings.slack_api_url), database, workspaces, installed)


def page(status: int, title: str, says: str, link: tuple[str, str] | None = None) -> BoltResponse:
    """A small web page as an answer to a browser."""
    body = _html(title, says, link)
    return BoltResponse(
        status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=body
    )


def _html(title: str, says: str, link: tuple[str, str] | None) -> str:
    shown = ""
    if link is not None:
        shown = f'\n<p><a href="{html.escape(link[1])}">{html.escape(link[0])}</a></p>'
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>
body {{ max-width: 34em; margin: 12vh auto; padding: 0 1em; font: 1.1em/1.5 sans-serif }}
a {{ display: inline-block; padding: .6em 1.2em; background: #1f4e5f; color: #fff }}
</style>
</head>
<body>
<h1>{html.escape(title)}</h1>
<p>{html.escape(says)}</p>{shown}
</body>
</html>
"""

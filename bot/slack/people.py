"""Who people are: as the database has them, kept in step with what Slack says of them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.changes import NotAllowed
from bot.slack.refusals import code_of
from storage import providers
from storage.database import Database
from storage.models import Person

# How long a name, a zone and whether someone has left are taken to hold, and how long Slack is left
# alone after it did not say.
_FRESH, _PAUSE = timedelta(days=1), timedelta(minutes=10)
STRANGERS = (
    "I work for the people of the workspace that I am installed in. Ask your own workspace to "
    "install So What, and write to me there."
)
_log = logging.getLogger(__name__)


class NoSuchPerson(Exception):
    """Slack knows no such person in this workspace, or it is an app."""


class Stranger(NoSuchPerson, NotAllowed):
    """Someone of another workspace, met in a shared channel: they have no part in this plan."""


class SlackAway(Exception):
    """Slack does not say who someone is just now."""


@dataclass(frozen=True)
class Profile:
    """What Slack knows of a person: name, and time zone as in "Europe/London"."""

    name: str
    timezone: str
    has_left: bool = False


@dataclass(frozen=True)
class People:
    """The people of each workspace. `client` gives its Web API client."""

    database: Database
    client: Callable[[str], WebClient]
    clock: Callable[[], datetime]
    _unsaid: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def is_fresh(self, person: Person | None) -> bool:
        """Whether what the database has of someone needs no asking."""
        if person is None or person.name == person.slack_user_id:
            return False
        now = self.clock()
        unsaid = self._unsaid.get((person.workspace, person.slack_user_id))
        is_known = person.profile_at is not None and now - person.profile_at < _FRESH
        return is_known or (unsaid is not None and now - unsaid < _PAUSE)

    def person(self, workspace: str, user: str) -> Person:
        """Someone who has just done something, as Slack knows them, or as we did where it is away.

        Makes the person known, and the workspace's provider. Raises Stranger.
        """
        with self.database.reading() as session:
            found = providers.person(session, workspace, user)
        if found is not None and self.is_fresh(found):
            return found
        try:
            return self._kept(workspace, user, self._profile(workspace, user))
        except Stranger:
            raise
        except (NoSuchPerson, SlackAway) as error:
            # The name can follow with the next message; the answer must not wait for it.
            _log.warning("No profile of a person from Slack: %s", type(error).__name__)
            self._unsaid[workspace, user] = self.clock()
            return found or self._kept(workspace, user, None)

    def named(self, workspace: str, user: str) -> Person:
        """Someone whom another has named, who must be a person of the workspace.

        Raises NoSuchPerson (Stranger where they are of another) or SlackAway.
        """
        return self._kept(workspace, user, self._profile(workspace, user))

    def _profile(self, workspace: str, user: str) -> Profile:
        try:
            answer = self.client(workspace).users_info(user=user)
        except SlackApiError as error:
            if code_of(error) in ("user_not_found", "user_not_visible", "users_not_found"):
                raise NoSuchPerson from None
            raise SlackAway from None
        except (SlackClientError, OSError, ValueError):
            raise SlackAway from None
        found: dict[str, Any] = answer.get("user") or {}
        if _is_stranger(found, workspace):
            raise Stranger(STRANGERS)
        if found.get("is_bot"):
            raise NoSuchPerson
        details = found.get("profile") or {}
        name = details.get("real_name") or found.get("real_name") or found.get("name") or user
        zone = str(found.get("tz") or "Europe/London")
        return Profile(str(name), zone, bool(found.get("deleted")))

    def _kept(self, workspace: str, user: str, profile: Profile | None) -> Person:
        now = self.clock()
        with self.database.writing() as session:
            providers.ensure_provider(session, workspace, workspace)
            person = providers.ensure_person(
                session, workspace, user, profile.name if profile else user
            )
            if profile is not None:
                has_come_back = person.left_at is not None and not profile.has_left
                if has_come_back or person.timezone != profile.timezone:
                    # Their day begins at another time, or they are to be written to again.
                    person.remind_at = person.overview_at = now
                person.name, person.timezone, person.profile_at = (
                    profile.name,
                    profile.timezone,
                    now,
                )
                person.left_at = (person.left_at or now) if profile.has_left else None
            session.add(person)
        return person


def _is_stranger(user: dict[str, Any], workspace: str) -> bool:
    """Whether Slack says that someone is of another workspace, and not of this one too."""
    if user.get("is_stranger"):
        return True
    # In an organisation of several workspaces one person may be in many of them.
    own = {user.get("team_id", workspace), *(user.get("enterprise_user") or {}).get("teams", ())}
    return workspace not in own

"""`sowhat forget`: someone erased by whoever runs the bot, which may be running meanwhile."""

from datetime import datetime

from bot.changes import put_in_role
from bot.personal_data import forget
from bot.settings import Settings
from bot.slack import notices
from storage import providers
from storage.database import Database
from storage.personal_data import Forgotten
from storage.vocabulary import Role


def forget_now(
    settings: Settings, workspace: str, person_id: int, heir_id: int | None, now: datetime
) -> Forgotten:
    """Erase someone, whose place as quality lead another takes if one is given.

    What is left without an owner the leads are told by the bot, when it runs. Raises NotAllowed
    where nobody would be left to lead the plan, or DatabaseUnavailable.
    """
    database = Database(settings.database_url)
    try:
        with database.writing() as session:
            if heir_id is not None:
                heir = providers.person_by_id(session, workspace, heir_id)
                put_in_role(session, heir, Role.LEAD, now)
            person = providers.person_by_id(session, workspace, person_id)
            gone = forget(session, person, None, now)
            notices.forgotten(session, workspace, gone, now)
        database.fold()
    finally:
        database.close()
    return gone

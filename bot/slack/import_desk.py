"""The buttons under a file that was looked at: take it in, leave it, invite its owners."""

from typing import Any, NamedTuple

from bot import changes
from bot.changes import NotFound
from bot.coaching.viewing import counted
from bot.slack.import_preview import said
from bot.slack.importing import owners_to_invite
from bot.slack.notices import Key, asked_to_talk
from bot.slack.office import Office, Work
from bot.slack.update_words import Shown
from storage import imports, providers
from storage.models import Person

VERBS = ("import", "import_leave", "import_invite")


class Pressed(NamedTuple):
    """What stands in place of the message whose button was pressed, and what is to be done."""

    shown: Shown
    works: tuple[Work, ...] = ()
    queued: tuple[Key, ...] = ()


def pressed(
    office: Office, person: Person, verb: str, value: dict[str, Any], trigger: str
) -> Pressed:
    """Do what a button says. Raises NotFound or NotAllowed, and what one not ours raises."""
    changes.for_leads(person)
    file_id = int(value["file"])
    if verb == "import_invite":
        return _invite(office, person, file_id)
    with office.database.writing() as session:
        kept = imports.file_by_id(session, person.workspace, file_id, to_change=True)
        if kept is None:
            raise NotFound
        if kept.outcome is not None:
            return Pressed(said(f"{kept.name} is settled already. Drop it again to begin anew."))
        if verb == "import_leave":
            kept.outcome, kept.content = "given up", None
            session.add(kept)
            return Pressed(said(f"{kept.name} is left aside. Nothing was written."))
    arguments = (file_id, str(value["channel"]), str(value["thread"]))
    # Pressed again after it has failed, it is tried again.
    work = Work("import", f"import:{file_id}:{trigger}", arguments)
    return Pressed(said(f"{kept.name} is being taken in. I write to you when it is done."), (work,))


def _invite(office: Office, person: Person, file_id: int) -> Pressed:
    """Ask the owners of what needs talking over to begin, each once."""
    with office.database.writing() as session:
        kept = imports.file_by_id(session, person.workspace, file_id)
        if kept is None:
            raise NotFound
        references = list(kept.choices.get("to_talk_over") or ())
        found = owners_to_invite(session, person.workspace, references, person)
        queued: list[Key] = []
        for user, stored in found.items():
            to = providers.person(session, person.workspace, user)
            assert to is not None
            key = f"talk:{file_id}:{user}"
            queued += asked_to_talk(session, to, person, stored, key, office.clock())
    says = f"Asked {counted(len(found), 'owner')} to talk over their actions."
    return Pressed(said(says), queued=tuple(queued))

"""What is kept about whoever asks: told, given as a file, and erased."""

from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from bot.changes import NotAllowed, is_only_lead
from bot.coaching.dates import academic_year
from bot.coaching.phrases import in_words
from bot.coaching.viewing import counted
from bot.personal_data import forget, said_of
from bot.retention import kept_until
from bot.slack import notices
from bot.slack.inputs import form, told
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import as_dicts, do_button, escape, sections
from bot.slack.update_words import Shown
from storage import personal_data, providers
from storage.models import Person
from storage.personal_data import Held

TITLE = "Your data"
_MODEL = (
    "A language model words some of my questions. Your replies are sent to it without names, "
    "e-mail addresses, telephone numbers and Slack ids; one that seems to name a learner or to "
    "tell of somebody's health is not sent at all."
)
_NO_MODEL = "No language model reads what you write."


def answer(office: Office, person: Person, has_model: bool) -> Shown:
    """What is kept about someone, as a message to them."""
    blocks = _told(office, person, has_model)
    return Shown("What I keep about you", as_dicts(blocks))


def screen(office: Office, person: Person, has_model: bool) -> dict[str, Any]:
    """The same as a modal."""
    blocks = _told(office, person, has_model)
    return View(type="modal", title=TITLE, close="Close", blocks=blocks).to_dict()


def _told(office: Office, person: Person, has_model: bool) -> list[Block]:
    with office.database.reading() as session:
        held = personal_data.held(session, person)
        settings = providers.settings_of(session, person.workspace)
    until = kept_until(academic_year(office.today(person)), settings.keep_months)
    says = [
        "*What I keep about you*",
        "• Your name, time zone and Slack id, as Slack has them",
        *(f"• {line}" for line in _counted(held)),
        "\n*Who sees it*",
        "Everybody here can see the plan. Our conversations are seen only by you and whoever runs "
        "the database for your provider.",
        "\n*How long*",
        f"Conversations about this year's plan are gone on {in_words(until)}. The plan itself "
        "stays as long as your provider keeps it.",
        "\n*Where it goes*",
        _MODEL if has_model and settings.asks_model else _NO_MODEL,
    ]
    buttons = [
        do_button("Send me a copy", "data_copy", {}, spoken="Send me a copy of my data"),
        do_button("Forget me", "forget_me", {}),
    ]
    return [*sections("\n".join(says)), ActionsBlock(elements=buttons)]


def _counted(held: Held) -> list[str]:
    owned = sum(row["owns"] for row in held.actions)
    found = (
        (len(held.conversations), "message", "of our conversations"),
        (len(held.messages), "message", "that I wrote to you beside them"),
        (owned, "action", "that you own, which are part of the plan"),
        (len(held.updates), "progress update", "that you gave, part of the plan too"),
        (len(held.changes), "change", "that you made in the plan, which quality leads can read"),
        (len(held.reminders), "reminder", "that you had, and whether you answered"),
        (len(held.files), "file", "that you gave me, by name"),
    )
    return [f"{counted(number, noun)} {what}" for number, noun, what in found if number]


# --- forgetting -----------------------------------------------------------------------------


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    with office.database.reading() as session:
        if is_only_lead(session, person):
            raise NotAllowed(_ONLY_LEAD)
        held = personal_data.held(session, person)
    owned = [f"A-{row['action']}" for row in held.actions if row["owns"]]
    says = ["I erase our conversations, your name and your Slack id. This cannot be undone."]
    if owned:
        says.append(
            f"{', '.join(owned)} stay in the plan without an owner, and the leads are told."
        )
    says.append(
        "What you did in the plan stays, as somebody's. What others have written stays too, and so "
        "does what stands in Slack itself: delete our messages there, or ask your Slack "
        "administrator. Write to me again and I know you anew."
    )
    return form("forget_me", "Forget me", "Forget me", sections(escape("\n".join(says))), "")


_ONLY_LEAD = (
    "You are the only quality lead. Make somebody else one first, under “People and roles” on your "
    "Home tab."
)


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    user, now = person.slack_user_id, office.clock()
    with office.database.writing() as session:
        if is_only_lead(session, person):
            raise NotAllowed(_ONLY_LEAD)
        gone = forget(session, person, person, now)
        queued = notices.forgotten(session, person.workspace, gone, now)
    says = "\n".join(["You are forgotten.", *said_of(gone)])
    return Done(again=told("Forget me", says), queued=tuple(queued), forgotten=user)


FORMS = {"forget_me": Form(_make, _take)}

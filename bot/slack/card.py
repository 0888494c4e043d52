"""An action's card: all that the plan holds of it, and what the person may do with it."""

from datetime import date
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock
from slack_sdk.models.views import View

from bot.coaching.draft import Setting
from bot.coaching.lines import draft_lines
from bot.coaching.phrases import in_words
from bot.coaching.wording import RAG_NAMES, STATUS_NAMES
from bot.conversation import local_day
from bot.rights import Deed, leads, may
from bot.slack.office import Office, action_line
from bot.slack.picturing import has_readings
from bot.slack.pieces import do_button, escape, mrkdwn, sections, short, small, talk_button
from bot.summaries import ActionLine
from storage.models import Person, ProgressUpdate
from storage.vocabulary import Status

# What can be done on a card: the deed, its button, and the verb of that. What is asked for in a
# form of its own needs no further "are you sure".
_DEEDS = (
    (Deed.ACCEPT, "Accept", "accept"),
    (Deed.ACCEPT, "Not mine", "not_mine"),
    (Deed.AGREE, "Agree", "agree"),
    (Deed.UPDATE, "Update progress", "update"),
    (Deed.EDIT, "Edit", "edit"),
    (Deed.EDIT, "Checks on the way", "milestones"),
    (Deed.COMPLETE, "Complete", "complete"),
    (Deed.PARK, "Park", "park"),
    (Deed.RESUME, "Take up again", "resume"),
    (Deed.WITHDRAW, "Withdraw", "withdraw"),
)
_UPDATES_SHOWN = 5


def card(line: ActionLine, setting: Setting, person: Person, note: str = "") -> dict[str, Any]:
    """The card as a modal. `note` says what has just been done."""
    blocks: list[Block] = [small(escape(note))] if note else []
    stands = escape(standing(line, setting.today))
    blocks.append(SectionBlock(text=mrkdwn(f"*{line.reference}* · {stands}")))
    shown = [f"*{name}:* {escape(value)}" for name, value in draft_lines(line.draft, setting)]
    if line.stored.action.target_note:
        shown.append(f"*Why that target:* {escape(line.stored.action.target_note)}")
    blocks += sections("\n".join(shown))
    if line.is_parked:
        blocks += sections(f"*Why it is parked:* {escape(line.stored.action.parked_note or '')}")
    if line.gaps:
        blocks.append(small(f"Still open: {', '.join(line.gaps)}."))
    closing = line.stored.action.closing_note
    if closing:
        blocks += sections(f"*Why it ended:* {escape(closing)}")
    blocks += _updates(line, person)
    if line.stored.action.source_link:
        blocks.append(small(f"<{escape(line.stored.action.source_link)}|The message it came from>"))
    buttons = []
    if line.gaps and line.status is Status.DRAFT and may(person, Deed.EDIT, line.stored):
        spoken = f"Talk over {line.reference}"
        buttons.append(talk_button(line.stored.action, spoken=spoken))
    buttons += [
        do_button(label, verb, {"action": line.id}, spoken=f"{label}: {line.reference}")
        for deed, label, verb in _DEEDS
        if may(person, deed, line.stored)
    ]
    if has_readings(line):
        spoken = f"Picture of the readings of {line.reference}"
        value = {"of": f"readings {line.id}"}
        buttons.append(do_button("Picture", "picture", value, spoken=spoken))
    if leads(person):
        spoken = f"History of {line.reference}"
        buttons.append(do_button("History", "history", {"action": line.id}, spoken=spoken))
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    view = View(type="modal", title=f"Action {line.reference}", close="Close", blocks=blocks)
    return {**view.to_dict(), "callback_id": "card", "private_metadata": str(line.id)}


def card_of(office: Office, person: Person, action_id: int, note: str = "") -> dict[str, Any]:
    """The card of an action as it is now. Raises NotFound."""
    with office.database.reading() as session:
        line, setting = action_line(office, session, person, action_id)
    return card(line, setting, person, note)


def standing(line: ActionLine, today: date, to: Person | None = None) -> str:
    """Where an action stands, in words yet to be escaped: status, RAG, whether it is overdue.

    `to` is whoever is told; an owner need not be told that they have yet to accept it.
    """
    parts = ["parked"] if line.is_parked else []
    parts.append(STATUS_NAMES[line.status])
    owner_id = line.stored.action.owner_id
    if line.stored.proposer and line.owner and not (to and to.id == owner_id):
        parts.append(f"{line.owner} has yet to accept it")
    if line.rag:
        parts.append(RAG_NAMES[line.rag].partition(",")[0])
    elif line.is_live:
        parts.append("not rated yet")
    if line.draft.due:
        late = "overdue since" if line.is_overdue(today) else "due"
        parts.append(f"{late} {in_words(line.draft.due)}")
    snoozed = line.stored.action.snoozed_until
    if line.is_live and snoozed and snoozed > today:
        parts.append(f"reminders from {in_words(snoozed)}")
    return " · ".join(parts)


def _updates(line: ActionLine, person: Person) -> list[Block]:
    updates = line.stored.updates[-_UPDATES_SHOWN:]
    if not updates:
        return []
    return sections("*Progress*\n" + "\n".join(_told(u, person) for u in reversed(updates)))


def _told(update: ProgressUpdate, person: Person) -> str:
    day = in_words(local_day(update.at, person))
    note = short(update.note, 400)
    note += "" if note.endswith((".", "!", "?", "…", "")) else "."
    parts = [f"{day}: {RAG_NAMES[update.rag].partition(',')[0]}.", *filter(None, [escape(note)])]
    if update.reading:
        parts.append(f"Reading: {escape(update.reading)}.")
    if update.evidence_link:
        parts.append(f"<{escape(update.evidence_link)}|Evidence>")
    return " ".join(parts)

"""An action's card: all that the plan holds of it, and what the person may do with it."""

from datetime import date
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock
from slack_sdk.models.views import View

from bot.coaching.draft import Setting
from bot.coaching.lines import draft_lines
from bot.coaching.phrases import in_words
from bot.coaching.wording import RAG_NAMES, STATUS_NAMES
from bot.conversation import local_day
from bot.rights import Deed, may
from bot.slack.pieces import do_button, escape, mrkdwn, sections, short, small
from bot.summaries import ActionLine
from storage.models import Action, Person, ProgressUpdate

# What can be done on a card: the deed, its button, and the verb of that. What is asked for in a
# form of its own needs no further "are you sure".
_DEEDS = (
    (Deed.AGREE, "Agree", "agree"),
    (Deed.UPDATE, "Update progress", "update"),
    (Deed.EDIT, "Edit", "edit"),
    (Deed.EDIT, "Checks on the way", "milestones"),
    (Deed.COMPLETE, "Complete", "complete"),
    (Deed.WITHDRAW, "Withdraw", "withdraw"),
)
_UPDATES_SHOWN = 5


def card(line: ActionLine, setting: Setting, person: Person, note: str = "") -> dict[str, Any]:
    """The card as a modal. `note` says what has just been done."""
    blocks: list[Block] = [small(escape(note))] if note else []
    blocks.append(
        SectionBlock(text=mrkdwn(f"*{line.reference}* · {standing(line, setting.today)}"))
    )
    shown = [f"*{name}:* {escape(value)}" for name, value in draft_lines(line.draft, setting)]
    blocks += sections("\n".join(shown))
    if line.gaps:
        blocks.append(small(f"Still open: {', '.join(line.gaps)}."))
    closing = line.stored.action.closing_note
    if closing:
        blocks += sections(f"*Why it ended:* {escape(closing)}")
    blocks += _updates(line, person)
    if line.stored.action.source_link:
        blocks.append(small(f"<{escape(line.stored.action.source_link)}|The message it came from>"))
    buttons = [
        do_button(label, verb, {"action": line.id}, spoken=f"{label}: {line.reference}")
        for deed, label, verb in _DEEDS
        if may(person, deed, line.stored)
    ]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    view = View(type="modal", title=f"Action {line.reference}", close="Close", blocks=blocks)
    return {**view.to_dict(), "callback_id": "card", "private_metadata": str(line.id)}


def standing(line: ActionLine, today: date) -> str:
    """Where an action stands, in words: status, RAG, whether it is overdue or put off."""
    parts = [STATUS_NAMES[line.status]]
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
    parts = [f"{day}: {RAG_NAMES[update.rag].partition(',')[0]}. {escape(short(update.note, 400))}"]
    if update.reading:
        parts.append(f"Reading: {escape(update.reading)}.")
    if update.evidence_link:
        parts.append(f"<{escape(update.evidence_link)}|Evidence>")
    return " ".join(parts)


def open_button(action: Action, only: str = "") -> ButtonElement:
    """The button that leads from wherever an action is named to its card."""
    spoken = f"Open {action.reference}: {action.action or 'no action yet'}"
    value = {"action": action.id}
    return do_button("Open", "open", value, spoken=spoken, only=only or str(action.id))

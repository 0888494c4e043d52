"""The Home tab: a person's own actions, and for those who look after the plan the plan itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.coaching.phrases import in_words
from bot.coaching.viewing import counted
from bot.coaching.wording import RAG_NAMES, STATUS_NAMES
from bot.conversation import local_day
from bot.rights import Deed, leads, may, may_invite, may_write
from bot.slack.card import standing
from bot.slack.pieces import (
    do_button,
    escape,
    mrkdwn,
    open_button,
    ownership_buttons,
    page_of,
    sections,
    short,
    small,
    turns,
)
from bot.slack.report import chooser
from bot.summaries import ActionLine, PlanView, ThemeView
from storage.models import Person
from storage.vocabulary import Role, SarKind, Status

# Slack takes 100 blocks: 2 for each of one's own actions, 1 for each of the plan's and at most two
# more for its theme, and the rest of the tab.
OWN_ON_A_PAGE, ALL_ON_A_PAGE = 8, 15
_FIRST = 5
_IN_A_MESSAGE = 8
_EMPTY_SHOWN = 5
_TEXT = 300


@dataclass(frozen=True)
class Pages:
    """Which pages of one's own actions and of the plan's are shown, from 0."""

    own: int = 0
    all: int = 0


FIRST_PAGES = Pages()


def home(
    plan: PlanView | None, person: Person, today: date, academic_year: str, pages: Pages
) -> dict[str, Any]:
    """The Home tab of a person on a day; `plan` is None where the year has none yet."""
    blocks: list[Block] = []
    lines = plan.actions if plan else []
    own = _of(lines, person)
    if may_write(person):
        blocks += _own(own, person, today, pages)
    if plan is None:
        blocks += sections(f"There is no plan for {academic_year} yet.")
        blocks += _lead_buttons() if leads(person) else []
    elif person.role is Role.READER:
        blocks += [*glance(plan, today), *theme_list(plan), chooser()]
    elif person.role is Role.LEAD or _sponsors(plan, person):
        blocks += [*glance(plan, today), chooser()]
        blocks += _lead_buttons() if leads(person) else []
        blocks += [*_look_first(plan, today), *_all(plan, person, today, pages)]
    blocks.append(small(_FOOT))
    return View(type="home", blocks=blocks).to_dict()


_FOOT = (
    "So What is an automated assistant. It keeps what you tell it in direct messages, for your "
    "plan alone: */qip data* says what. Type */qip help* anywhere to see what it can do."
)
_EMPTY = "So What keeps nothing about you. Write to it and it knows you anew."


def empty_home() -> dict[str, Any]:
    """The Home tab of somebody who was forgotten."""
    return View(type="home", blocks=sections(_EMPTY)).to_dict()


def _sponsors(plan: PlanView, person: Person) -> bool:
    return any(theme.sponsor and theme.sponsor.id == person.id for theme in plan.themes)


# --- one's own actions ----------------------------------------------------------------------


def _own(own: Sequence[ActionLine], person: Person, today: date, pages: Pages) -> list[Block]:
    waiting = _pressing(own)
    blocks: list[Block] = [HeaderBlock(text="Your actions")]
    if not own:
        blocks += sections("You own no action yet.")
    begin, when = do_button("Write an action", "new", {}), do_button("Reminders", "reminders", {})
    blocks.append(ActionsBlock(elements=[begin, when]))
    page, shown = page_of(waiting, pages.own, OWN_ON_A_PAGE)
    for line in shown:
        blocks += [SectionBlock(text=mrkdwn(_own_text(line, person, today)))]
        blocks.append(_own_buttons(line, person))
    return [*blocks, *_turn("Your actions", page, len(waiting), OWN_ON_A_PAGE, pages, "own")]


def _of(lines: Sequence[ActionLine], person: Person) -> list[ActionLine]:
    """The actions that are somebody's, and the drafts of theirs that have no owner yet."""
    return [
        line
        for line in lines
        if line.stored.action.owner_id == person.id
        or (
            line.status is Status.DRAFT
            and line.owner is None
            and line.stored.action.created_by_id == person.id
        )
    ]


def own_rows(plan: PlanView, person: Person, today: date) -> list[Block]:
    """One's own actions for a message, the most pressing first."""
    own = _pressing(_of(plan.actions, person))
    if not own:
        begin = " Type */qip new* to write one." if may_write(person) else ""
        return sections(f"You own no action yet.{begin}")
    rows: list[Block] = [
        SectionBlock(
            text=mrkdwn(_own_text(line, person, today)), accessory=open_button(line.stored.action)
        )
        for line in own[:_IN_A_MESSAGE]
    ]
    if len(own) > _IN_A_MESSAGE:
        rows.append(small(f"And {len(own) - _IN_A_MESSAGE} more on your Home tab."))
    return rows


def _pressing(own: Sequence[ActionLine]) -> list[ActionLine]:
    """What is yet to be accepted first, then by its day, and last what asks for nothing."""

    def place(line: ActionLine) -> tuple[bool, bool, date]:
        is_over = line.status is Status.COMPLETE or line.is_parked
        return is_over, line.stored.proposer is None, line.draft.due or date.max

    return sorted(own, key=place)


def _own_text(line: ActionLine, person: Person, today: date) -> str:
    text = f"*{line.reference}* {escape(short(line.draft.action or 'No action yet', _TEXT))}"
    proposer = line.stored.proposer
    if proposer is not None:
        text += f"\n{escape(proposer.name)} has named you as its owner: is it yours?"
    text += f"\n{escape(standing(line, today, person))}"
    text += "\nIt has no owner yet" if line.owner is None else ""
    is_over = line.status is Status.COMPLETE or line.is_parked
    check = None if is_over else line.next_milestone()
    if check is not None:
        when = f" ({in_words(check.due)})" if check.due else ""
        text += f"\nNext check: {escape(short(check.text, _TEXT))}{when}"
    if line.last_update is not None:
        text += f"\nLast update: {in_words(local_day(line.last_update.at, person))}"
    elif line.is_live:
        text += "\nNo update yet"
    return text


def _own_buttons(line: ActionLine, person: Person) -> Block:
    value, stored = {"action": line.id}, line.stored
    if may(person, Deed.ACCEPT, stored):
        action = stored.action
        return ActionsBlock(elements=[*ownership_buttons(action), open_button(action)])
    elements = []
    if may(person, Deed.UPDATE, stored):
        spoken = f"Update {line.reference}"
        elements.append(do_button("Update", "update", value, spoken=spoken, only=line.id))
    elements.append(open_button(line.stored.action))
    if may(person, Deed.SNOOZE, stored):
        spoken = f"Remind me of {line.reference} a week later"
        elements.append(do_button("Snooze a week", "snooze", value, spoken=spoken, only=line.id))
    return ActionsBlock(elements=elements)


# --- the plan -------------------------------------------------------------------------------


def glance(plan: PlanView, today: date) -> list[Block]:
    """Counts by status and RAG, what the SAR asks for, and what is late or weak."""
    lines = plan.actions
    parked = sum(line.is_parked for line in lines)
    by_status = Counter(line.status for line in lines if not line.is_parked)
    by_rag = Counter(line.rag for line in lines if line.is_live)
    stand = [f"{by_status[s]} {STATUS_NAMES[s]}" for s in Status if by_status[s]]
    stand += [f"{parked} parked"] if parked else []
    says = [f"*{counted(len(lines), 'action')}*: {', '.join(stand) or 'none'}"]
    rated = [
        f"{by_rag[rag]} {RAG_NAMES[rag].partition(':')[0].lower()}"
        for rag in by_rag
        if rag is not None
    ]
    if by_rag[None]:
        rated.append(f"{by_rag[None]} not rated yet")
    if rated:
        says.append(f"*Under way*: {', '.join(rated)}")
    asked = sum(item.kind is SarKind.AREA_FOR_IMPROVEMENT for item in plan.sar_items)
    if asked:
        answered = asked - len(plan.uncovered)
        waiting = sum(
            item.kind is SarKind.AREA_FOR_IMPROVEMENT and bool(item.waiting_note)
            for item in plan.sar_items
        )
        waits = f" or wait with a reason ({waiting})" if waiting else ""
        says.append(f"*Areas for improvement*: {answered} of {asked} have an action{waits}")
    late = sum(line.is_overdue(today) for line in lines)
    weak = sum(bool(line.gaps) and not line.is_parked for line in lines)
    says.append(f"*Overdue*: {late}   *With something open*: {weak}")
    title = f"Improvement plan {plan.academic_year}"
    return [HeaderBlock(text=title), *sections("\n".join(says))]


def theme_list(plan: PlanView) -> list[Block]:
    each = []
    for theme in plan.themes:
        sponsor = f", sponsor {escape(theme.sponsor.name)}" if theme.sponsor else ""
        actions = counted(len(theme.actions), "action")
        each.append(f"*{escape(short(theme.name, _TEXT))}*{sponsor}: {actions}")
    return sections("\n".join(each)) if each else []


def _look_first(plan: PlanView, today: date) -> list[Block]:
    """What is overdue, and then what is weakest, at most five."""
    late = [line for line in plan.actions if line.is_overdue(today)]
    open_ones = [a for a in plan.actions if a.gaps and a not in late and not a.is_parked]
    weak = sorted(open_ones, key=lambda a: -len(a.gaps))
    found = [*late, *weak][:_FIRST]
    if not found:
        return []
    blocks: list[Block] = sections("*Look at these first*")
    for line in found:
        why = standing(line, today) if line in late else f"still open: {', '.join(line.gaps)}"
        blocks.append(_row(line, short(why, _TEXT), "first"))
    return blocks


def _lead_buttons() -> list[Block]:
    return [
        ActionsBlock(
            elements=[
                do_button("Add a theme", "theme", {}),
                do_button("SAR items", "sar_items", {}),
                do_button("People and roles", "roles", {}),
                do_button("Settings", "settings", {}),
                do_button("Export", "export", {}),
                do_button("Post to a channel", "channel", {}),
                do_button("History", "history", {}, spoken="History: who changed what"),
            ]
        )
    ]


def _all(plan: PlanView, person: Person, today: date, pages: Pages) -> list[Block]:
    rows = [(theme, line) for theme in plan.themes for line in theme.actions]
    page, shown = page_of(rows, pages.all, ALL_ON_A_PAGE)
    blocks: list[Block] = [DividerBlock()]
    empty = [theme for theme in plan.themes if not theme.actions]
    headed = None
    for theme, line in shown:
        if theme is not headed:
            headed = theme
            blocks += _theme_heading(theme, person)
        blocks.append(_row(line, standing(line, today), "all"))
    for theme in empty[:_EMPTY_SHOWN]:
        blocks += _theme_heading(theme, person)
    return [*blocks, *_turn("The plan's actions", page, len(rows), ALL_ON_A_PAGE, pages, "all")]


def _theme_heading(theme: ThemeView, person: Person) -> list[Block]:
    """A theme's name and sponsor, who of those asked has answered, and what one may do with it."""
    sponsor = f" (sponsor {escape(theme.sponsor.name)})" if theme.sponsor else ""
    text = f"*{escape(short(theme.name, _TEXT))}*{sponsor}"
    if theme.invited:
        asked = [
            f"{p.name} ({'has written one' if theme.has_answered(p) else 'not yet'})"
            for p in theme.invited
        ]
        text += f"\nAsked for actions: {escape(short(', '.join(asked), _TEXT))}"
    if not theme.actions:
        text += "\nNo action yet"
    blocks: list[Block] = [SectionBlock(text=mrkdwn(text))]
    buttons = []
    sponsor_id = theme.sponsor.id if theme.sponsor else None
    if theme.id is not None and may_invite(person, sponsor_id):
        spoken, value = f"Ask for actions under {theme.name}", {"theme": theme.id}
        buttons.append(do_button("Ask for actions", "invite", value, spoken=spoken, only=theme.id))
    if theme.id is not None and leads(person):
        spoken = f"Edit the theme {theme.name}"
        buttons.append(do_button("Edit", "theme", value, spoken=spoken, only=theme.id))
    return [*blocks, ActionsBlock(elements=buttons)] if buttons else blocks


def _row(line: ActionLine, says: str, only: str) -> Block:
    owner = escape(line.owner) if line.owner else "no owner"
    text = f"*{line.reference}* {escape(short(line.draft.action or 'No action yet', _TEXT))}"
    return SectionBlock(
        text=mrkdwn(f"{text}\n{owner} · {escape(says)}"),
        accessory=open_button(line.stored.action, f"{only}-{line.id}"),
    )


def _turn(name: str, page: int, rows: int, size: int, pages: Pages, which: str) -> list[Block]:
    """How to turn the pages of one of the two lists while the other stays where it is."""
    return turns(
        name,
        f"{name}: page",
        page,
        rows,
        size,
        lambda to: ("page", asdict(replace(pages, **{which: to})), f"{which}-{to}"),
    )

"""What people are told of in a direct message because somebody else has done it."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock
from sqlmodel import Session

from bot.changes import in_charge
from bot.conversation import is_slack_id
from bot.rights import leads, may_write
from bot.slack.pieces import (
    as_dicts,
    do_button,
    escape,
    mrkdwn,
    open_button,
    ownership_buttons,
    sections,
    short,
    talk_button,
)
from storage import conversations, providers
from storage.actions import StoredAction
from storage.models import OutgoingMessage, Person, SarItem, Theme
from storage.personal_data import Forgotten
from storage.vocabulary import Role

Key = tuple[str, str, str]
_ITEMS = 8  # findings in one message: more nobody reads


def welcomed(session: Session, to: Person, at: datetime) -> list[Key]:
    """Say to someone, once, what the bot does and what it keeps; what was queued."""
    if not is_slack_id(to.slack_user_id) or not providers.welcomed(session, to, at):
        return []
    says = [_WELCOME]
    buttons = []
    if leads(to):
        says.append(_WELCOME_LEAD)
    if may_write(to):
        buttons.append(do_button("Write an action", "new", {}))
    buttons.append(do_button("How it works", "help", {}))
    text = "\n".join(says)
    blocks: list[Block] = [*sections(text), ActionsBlock(elements=buttons)]
    return [_message(session, to, f"welcome:{to.slack_user_id}", text, blocks, at)]


_WELCOME = (
    "Hello. I am So What, an automated assistant for your improvement plan. I talk over one action "
    "at a time, in about five minutes, and ask “so what?” until anyone could check what it changed "
    "for learners. I keep what you tell me here, and the action it becomes, for your plan alone."
)
_WELCOME_LEAD = (
    "You are the quality lead. On my Home tab you set up themes, SAR items, people and roles, and "
    "ask people for their actions."
)


def agreed(session: Session, stored: StoredAction, by: Person, at: datetime) -> list[Key]:
    """Tell the sponsor of its theme that an action has been agreed; what was queued."""
    theme = stored.theme
    if theme is None or theme.sponsor_id is None or theme.sponsor_id == by.id:
        return []
    sponsor = providers.person_by_id(session, stored.action.workspace, theme.sponsor_id)
    if not is_slack_id(sponsor.slack_user_id):
        return []
    says = f"{by.name} has agreed {stored.action.reference} under your theme “{theme.name}”:"
    return [_queue(session, sponsor, stored, "agreed", says, at)]


def after_agreement(session: Session, stored: StoredAction, by: Person, at: datetime) -> list[Key]:
    """Tell the sponsor, and the owner if it is somebody else; what was queued."""
    return [*agreed(session, stored, by, at), *named_owner(session, stored, by, at)]


def named_owner(session: Session, stored: StoredAction, by: Person, at: datetime) -> list[Key]:
    """Tell the owner whom somebody else has named; what was queued."""
    owner = stored.owner
    if owner is None or owner.id == by.id or not is_slack_id(owner.slack_user_id):
        return []
    says = f"{by.name} has named you as the owner of {stored.action.reference}. Is it yours?"
    buttons = ownership_buttons(stored.action)
    return [_queue(session, owner, stored, "owner", says, at, buttons)]


def passed_on(
    session: Session, before: StoredAction, after: StoredAction, by: Person, at: datetime
) -> list[Key]:
    """Tell whoever is to know that an action is not `by`'s, and whoever they name instead.

    That is who had named them, else the sponsor of its theme, else the quality leads.
    """
    queued = named_owner(session, after, by, at)
    instead = f"and names {after.owner.name}" if after.owner else "and cannot say whose it is"
    says = f"{by.name} says that {after.action.reference} is not theirs, {instead}."
    buttons = []
    if after.owner is None:
        value, spoken = {"action": after.action.id}, f"Edit {after.action.reference}"
        buttons = [do_button("Choose an owner", "edit", value, spoken=spoken)]
    told = [before.proposer] if before.proposer else in_charge(session, [before], by)
    new_owner = after.owner.id if after.owner else None
    return [
        *queued,
        *(
            _queue(session, person, after, "passed", says, at, buttons)
            for person in told
            if person.id != new_owner and is_slack_id(person.slack_user_id)
        ),
    ]


def invited(
    session: Session, theme: Theme, to: Person, by: Person, items: Sequence[SarItem], at: datetime
) -> list[Key]:
    """Ask someone for actions under a theme, with the findings that it is about."""
    if not is_slack_id(to.slack_user_id):
        return []
    says = f"{by.name} asks you for an action under the theme “{theme.name}”."
    if items:
        says += " These are the findings it is about; begin with the one where you can do most:"
    blocks = sections(escape(says))
    lines = [says]
    for item in items[:_ITEMS]:
        text = short(f"{item.reference}: {item.judgement}", 400)
        lines.append(text)
        begin = do_button(
            "Begin",
            "new",
            {"item": item.reference},
            spoken=f"Write an action for {item.reference}",
            only=item.id or "",
        )
        blocks.append(SectionBlock(text=mrkdwn(escape(text)), accessory=begin))
    if not items:
        begin = do_button("Write an action", "new", {})
        blocks.append(ActionsBlock(elements=[begin]))
    key = f"invited:{theme.id}:{to.slack_user_id}"
    return [_message(session, to, key, escape("\n".join(lines)), blocks, at)]


def plain_message(session: Session, to: Person, key: str, says: str, at: datetime) -> Key | None:
    """Say something to someone, once a key; None where there is nobody in Slack to say it to."""
    if not is_slack_id(to.slack_user_id) or conversations.is_queued(session, to.workspace, key):
        return None
    return _message(session, to, key, escape(says), sections(escape(says)), at)


def forgotten(session: Session, workspace: str, gone: Forgotten, at: datetime) -> list[Key]:
    """Tell the quality leads, who look after what has no owner or sponsor now; what was queued."""
    if not gone.unowned and not gone.themes:
        return []
    says = ["Somebody has been forgotten, at their own wish or your provider's."]
    if gone.unowned:
        unowned = ", ".join(gone.unowned)
        says.append(f"Without an owner now: {unowned}. Edit each to name one.")
    if gone.themes:
        says.append(f"Without a sponsor now: {', '.join(gone.themes)}.")
    queued = []
    for lead in providers.with_role(session, workspace, Role.LEAD):
        key = f"forgotten:{at.isoformat()}:{lead.slack_user_id}"
        queued.append(plain_message(session, lead, key, " ".join(says), at))
    return [key for key in queued if key is not None]


def asked_to_talk(
    session: Session, to: Person, by: Person, about: Sequence[StoredAction], key: str, at: datetime
) -> list[Key]:
    """Ask an owner to talk over actions of theirs that lack what can be checked, once a key."""
    if not is_slack_id(to.slack_user_id) or conversations.is_queued(session, to.workspace, key):
        return []
    is_one = len(about) == 1
    whose = "an action of yours" if is_one else f"{len(about)} actions of yours"
    says = (
        f"{by.name} asks you to talk over {whose} with me, so that anyone can see on the day what "
        f"it has changed for learners. That takes about five minutes{'' if is_one else ' each'}."
    )
    blocks, lines = sections(escape(says)), [says]
    for stored in about[:_ITEMS]:
        action = stored.action
        text = short(f"{action.reference}: {action.action or 'no action yet'}", 400)
        lines.append(text)
        button = talk_button(action, spoken=f"Talk over {action.reference}")
        blocks.append(SectionBlock(text=mrkdwn(escape(text)), accessory=button))
    if len(about) > _ITEMS:
        blocks += sections(f"The other {len(about) - _ITEMS} are on your Home tab.")
    return [_message(session, to, key, escape("\n".join(lines)), blocks, at)]


def _queue(
    session: Session,
    to: Person,
    stored: StoredAction,
    what: str,
    says: str,
    at: datetime,
    buttons: Sequence[ButtonElement] = (),
) -> Key:
    """Tell someone of an action, with what they can do about it."""
    action = stored.action
    key = f"{what}:{action.id}:{action.version}:{to.slack_user_id}"
    text = f"{escape(says)}\n{escape(short(action.action or 'no action yet', 600))}"
    blocks: list[Block] = [*sections(text), ActionsBlock(elements=[*buttons, open_button(action)])]
    return _message(session, to, key, text, blocks, at)


def _message(
    session: Session, to: Person, key: str, text: str, blocks: list[Block], at: datetime
) -> Key:
    """Put a direct message to someone in the outbox."""
    conversation = f"{to.slack_user_id}:notices"
    conversations.queue_message(
        session,
        OutgoingMessage(
            workspace=to.workspace,
            key=key,
            conversation=conversation,
            channel=to.slack_user_id,
            text=text,
            blocks=as_dicts(blocks),
            created_at=at,
        ),
    )
    return to.workspace, conversation, key

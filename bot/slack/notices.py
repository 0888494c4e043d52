"""What people are told of in a direct message because somebody else has done it."""

from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock
from sqlmodel import Session

from bot.conversation import is_slack_id
from bot.slack.card import open_button
from bot.slack.pieces import as_dicts, escape, sections, short
from storage import conversations, providers
from storage.actions import StoredAction
from storage.models import OutgoingMessage, Person

Key = tuple[str, str, str]


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
    says = f"{by.name} has named you as the owner of {stored.action.reference}:"
    return [_queue(session, owner, stored, "owner", says, at)]


def _queue(
    session: Session, to: Person, stored: StoredAction, what: str, says: str, at: datetime
) -> Key:
    workspace, action = to.workspace, stored.action
    key = f"{what}:{action.id}:{action.version}:{to.slack_user_id}"
    text = f"{escape(says)}\n{escape(short(action.action or 'no action yet', 600))}"
    blocks = [*sections(text), ActionsBlock(elements=[open_button(action)])]
    conversation = f"{to.slack_user_id}:notices"
    conversations.queue_message(
        session,
        OutgoingMessage(
            workspace=workspace,
            key=key,
            conversation=conversation,
            channel=to.slack_user_id,
            text=text,
            blocks=as_dicts(blocks),
            created_at=at,
        ),
    )
    return workspace, conversation, key

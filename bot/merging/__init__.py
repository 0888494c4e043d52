"""What was understood of a file, put into a workspace's plan: all of it, or nothing.

What the file says is written over what is there, with an audit row for each changed field of an
action; what it leaves empty stays as it is, unless the file is one of our own exports, which says
everything. Nothing is ever taken out of the plan because a file does not have it.
"""

from typing import Any

from sqlmodel import Session

from bot.conversation import storable
from bot.importing.understood import Understood
from bot.merging.actions import merge_actions
from bot.merging.items import merge_items
from bot.merging.target import target
from bot.merging.themes import merge_themes
from bot.merging.values import Into, Merged, OwnerAsked, Tally
from bot.plan_document import PlanDocument
from storage import providers
from storage.database import Database

__all__ = ["Into", "Merged", "OwnerAsked", "Tally", "merge", "put"]


def merge(session: Session, understood: Understood, into: Into) -> Merged:
    """Write all that a file says into the plan; the caller's transaction makes it all or none."""
    to = target(session, understood, _storable(understood.document), into)
    themes = merge_themes(to)
    items, meant = merge_items(to, themes)
    merge_actions(to, themes, items, meant)
    to.merged.owners_asked = to.persons.asked
    # Who owns or answers for something now may be due to hear of it.
    providers.look_again(session, into.workspace, into.at)
    return to.merged


class _OnlyLooked(Exception):
    """Ends a transaction whose changes are not kept."""


def put(
    database: Database, understood: Understood, into: Into, called: str, *, is_kept: bool
) -> tuple[str, Merged]:
    """The provider's name, and what came of a file or, where it is not kept, what would.

    A provider that is new is called so. Raises DatabaseUnavailable.
    """
    try:
        with database.writing() as session:
            name = providers.ensure_provider(session, into.workspace, called).name
            merged = merge(session, understood, into)
            if not is_kept:
                raise _OnlyLooked
    except _OnlyLooked:
        pass
    return name, merged


def _storable(document: PlanDocument) -> PlanDocument:
    """The document with what the database can keep of its texts."""

    def kept(value: Any) -> Any:
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, dict):
            return {key: kept(each) for key, each in value.items()}
        return [kept(each) for each in value] if isinstance(value, list | tuple) else value

    return PlanDocument.model_validate(kept(document.model_dump()))

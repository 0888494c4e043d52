"""What was changed in the plan, for quality leads to read."""

from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from bot.changes import NotAllowed, NotFound
from bot.coaching.moments import zone_of
from bot.history import in_sentences
from bot.rights import leads
from bot.slack.office import Office
from bot.slack.pieces import do_button, escape, sections, short, small
from storage import actions, audit
from storage.models import Person

_ON_A_PAGE = 15
_TEXT = 600
_FOR_LEADS = "Only a quality lead can read who changed what."


def screen(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    """What was changed, the newest first: in one action, or in all of them.

    `value` may name the action and the entry before which it goes on. Raises NotAllowed or
    NotFound.
    """
    if not leads(person):
        raise NotAllowed(_FOR_LEADS)
    before, action_id = value.get("before"), value.get("action")
    with office.database.reading() as session:
        stored = None
        if action_id is not None:
            stored = actions.heading(session, person.workspace, int(action_id))
            if stored is None:
                raise NotFound
        found = audit.entries(
            session,
            person.workspace,
            action_id=stored.action.id if stored else None,
            before=int(before) if before is not None else None,
            most=_ON_A_PAGE + 1,
        )
        page = found[:_ON_A_PAGE]
        says = in_sentences(session, person.workspace, page, zone_of(person.timezone))
    about = stored.action.reference if stored else "the plan"
    blocks: list[Block] = [
        small(f"What was changed in {about}, the newest first. Nobody can change these lines.")
    ]
    blocks += sections("\n".join(escape(short(line, _TEXT)) for line in says) or "Nothing yet.")
    if len(found) > len(page):
        earlier = {**({"action": action_id} if stored else {}), "before": page[-1].id}
        blocks.append(ActionsBlock(elements=[do_button("Earlier", "history_earlier", earlier)]))
    title = f"History of {about}" if stored else "History"
    return View(type="modal", title=title, close="Close", blocks=blocks).to_dict()

"""Buttons, forms and the command, which are answered at once: checked, kept, and then told of.

What is kept is kept in one transaction before Slack is answered; whoever presses again after a
crash finds it done.
"""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from sqlmodel import Session

from bot import changes
from bot.changes import NotAllowed, NotFound
from bot.coaching.checking import is_level, problems
from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft, Setting
from bot.coaching.phrases import in_words, start_upper
from bot.coaching.reading import LONGEST_REPLY
from bot.rights import Deed
from bot.slack import modals, notices
from bot.slack.beginning import begin_interview
from bot.slack.card import card
from bot.slack.command import answer
from bot.slack.home import Pages
from bot.slack.homes import Homes
from bot.slack.incoming import plain
from bot.slack.modals import FIELDS, Target
from bot.slack.people import NoSuchPerson, People, SlackAway
from bot.slack.pieces import DO, short
from bot.slack.refusals import why
from bot.summaries import ActionLine, action_view, plan_view
from storage import actions, providers
from storage.actions import ActionChanged
from storage.database import Database, DatabaseUnavailable
from storage.models import Person
from storage.vocabulary import Direction, Driver, Rag

_log = logging.getLogger(__name__)
_GONE = "That action is not in your plan. It may have been there before: look at the Home tab."
_AWAY = "The plan cannot be reached just now. Press again in a minute; what you typed stays here."
_AWAY_FOR_NOW = "The plan cannot be reached just now. Try again in a minute."
_BEGUN = "I have written to you in a direct message: answer me there, in its thread."
# The forms that buttons open, by verb, and what somebody must be allowed to do to be shown one.
_WORKS_ON: dict[str, tuple[Deed, Callable[[ActionLine, Setting], dict[str, Any]]]] = {
    "edit": (Deed.EDIT, modals.edit_form),
    "milestones": (Deed.EDIT, lambda line, _: modals.milestones_form(line)),
    "update": (Deed.UPDATE, lambda line, _: modals.update_form(line)),
    "complete": (Deed.COMPLETE, lambda line, _: modals.complete_form(line)),
    "withdraw": (Deed.WITHDRAW, lambda line, _: modals.withdraw_form(line)),
}


@dataclass(frozen=True)
class Done:
    """What came of a form: what is wrong in it, the form again, or what was done."""

    errors: dict[str, str] | None = None
    again: dict[str, Any] | None = None
    note: str = ""
    queued: tuple[notices.Key, ...] = ()


@dataclass(frozen=True)
class Desk:
    """Answers what is pressed, typed into forms and asked for by command."""

    database: Database
    people: People
    homes: Homes
    clock: Callable[[], datetime]
    # Told of each message put in the outbox (workspace, conversation, key), after the commit.
    queued: Callable[[str, str, str], None]

    def listen(self, app: App) -> None:
        """Have the app bring here what is answered at once."""
        app.event("app_home_opened")(self.opened)
        app.command("/qip")(self.asked)
        app.action(re.compile(rf"^{DO}:"))(self.pressed)
        app.shortcut("new_action")(self.picked)
        app.shortcut("turn_into_action")(self.picked)
        for name in _FORMS:
            app.view(name)(self.submitted)

    # --- Home tab and command ---------------------------------------------------------------

    def opened(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Someone looks at the Home tab."""
        if event.get("tab") != "home":
            return
        person = self.people.person(body.get("team_id", ""), event["user"])
        with self.database.writing() as session:
            providers.home_opened(session, person, self.clock())
        self.homes.show(person)

    def asked(self, ack: Ack, command: dict[str, Any]) -> None:
        """Someone has typed /qip."""
        try:
            person = self.people.person(command["team_id"], command["user_id"])
            if command.get("text", "").strip().lower() == "new":
                self._begin(person, command["trigger_id"])
                ack(text=_BEGUN)
                return
            today = self._today(person)
            with self.database.reading() as session:
                plan = plan_view(session, person.workspace, academic_year(today), today)
        except DatabaseUnavailable:
            ack(text=_AWAY_FOR_NOW)
            return
        text, blocks = answer(command.get("text", ""), plan, person, today)
        ack(text=text, blocks=blocks)

    def picked(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Someone has picked one of our shortcuts, of a message or of none."""
        workspace = (body.get("team") or {}).get("id") or body["user"].get("team_id", "")
        message = body.get("message") or {}
        words = plain(message.get("text") or "").strip()[:LONGEST_REPLY] or None
        link = _link(body) if message else None
        try:
            person = self.people.person(workspace, body["user"]["id"])
            self._begin(person, body["trigger_id"], words, link)
            says = _BEGUN
        except DatabaseUnavailable:
            says = _AWAY_FOR_NOW
        ack()
        try:
            client.views_open(trigger_id=body["trigger_id"], view=modals.told("New action", says))
        except (SlackClientError, OSError) as error:
            _log.warning("A screen was not shown: %s", why(error))

    def _begin(
        self, person: Person, trigger: str, words: str | None = None, link: str | None = None
    ) -> None:
        with self.database.writing() as session:
            # A trigger is good for one time.
            key = f"begin:{trigger}"[-128:]
            queued = begin_interview(session, person, self.clock(), key, words=words, link=link)
        self.queued(*queued)

    # --- buttons ----------------------------------------------------------------------------

    def pressed(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Someone has pressed a button that opens or does something."""
        view = body.get("view") or {}
        in_modal = view.get("type") == "modal"
        note, shown = "", None
        try:
            person, verb, value = self._read(body)
            if verb == "new":
                self._begin(person, body["trigger_id"])
                shown = modals.told("New action", _BEGUN)
            elif verb == "page":
                self.homes.show(person, Pages(int(value["own"]), int(value["all"])))
            else:
                note, shown = self._do(person, verb, int(value["action"]))
                if shown is None and in_modal:
                    shown = self._card(person, int(value["action"]), note)
        except NotFound:
            shown = modals.told("Not found", _GONE)
        except NotAllowed as error:
            shown = modals.told("Not yours to do", str(error))
        except DatabaseUnavailable:
            shown = modals.told("One moment", _AWAY)
        except (KeyError, TypeError, ValueError):
            _log.warning("A button carried what no button of ours does.")
        ack()
        if shown is None:
            return
        try:
            if note:
                client.views_update(view_id=view["id"], view=shown)
            elif in_modal:
                client.views_push(trigger_id=body["trigger_id"], view=shown)
            else:
                client.views_open(trigger_id=body["trigger_id"], view=shown)
        except (SlackClientError, OSError) as error:
            _log.warning("A screen was not shown: %s", why(error))

    def _read(self, body: dict[str, Any]) -> tuple[Person, str, dict[str, Any]]:
        """Who has pressed a button, its verb and what it is about."""
        button = body["actions"][0]
        workspace = (body.get("team") or {}).get("id") or body["user"].get("team_id", "")
        person = self.people.person(workspace, body["user"]["id"])
        return person, button["action_id"].split(":")[1], json.loads(button.get("value") or "{}")

    def _do(self, person: Person, verb: str, action_id: int) -> tuple[str, dict[str, Any] | None]:
        """What was done, and the screen to show for it if it is another one."""
        if verb == "open":
            return "", self._card(person, action_id)
        if verb in _WORKS_ON:
            deed, form = _WORKS_ON[verb]
            with self.database.reading() as session:
                changes.allowed(session, person, deed, action_id)
                return "", form(*self._line(session, person, action_id))
        now = self.clock()
        queued: list[notices.Key] = []
        with self.database.writing() as session:
            if verb == "agree":
                changes.agree(session, person, action_id, now)
                line, _ = self._line(session, person, action_id)
                queued = notices.agreed(session, line, person, now)
                note = f"{line.reference} is agreed."
            elif verb == "snooze":
                until = changes.snooze(session, person, action_id, now, self._today(person))
                note = f"Reminders begin again on {in_words(until)}."
            else:
                raise ValueError(verb)
        self._tell(person, queued)
        return note, None

    # --- forms ------------------------------------------------------------------------------

    def submitted(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Someone has sent a form."""
        view = body["view"]
        workspace = (body.get("team") or {}).get("id") or view.get("team_id", "")
        ids = modals.block_ids(view)
        try:
            target = Target.from_text(view.get("private_metadata", ""))
            person = self.people.person(workspace, body["user"]["id"])
            done = _FORMS[view["callback_id"]](self, person, target, view)
        except NotFound:
            ack(response_action="update", view=modals.told("Not found", _GONE))
            return
        except NotAllowed as error:
            ack(response_action="update", view=modals.told("Not yours to do", str(error)))
            return
        except DatabaseUnavailable:
            ack(response_action="errors", errors={next(iter(ids.values())): _AWAY})
            return
        except ValueError:
            _log.warning("A form carried what no form of ours does.")
            ack()
            return
        if done.errors:
            errors = {ids[name]: says for name, says in done.errors.items() if name in ids}
            ack(response_action="errors", errors=errors)
            return
        if done.again is not None:
            ack(response_action="update", view=done.again)
            return
        ack()
        self._tell(person, done.queued)
        if view.get("root_view_id") not in (None, view.get("id")):
            self._show_again(client, view["root_view_id"], person, target, done.note)

    def _show_again(
        self, client: WebClient, view_id: str, person: Person, target: Target, note: str
    ) -> None:
        """The card under the form that has been closed, as the action is now."""
        try:
            client.views_update(view_id=view_id, view=self._card(person, target.action, note))
        except (SlackClientError, OSError, NotFound, DatabaseUnavailable) as error:
            _log.warning("A card was not shown anew: %s", why(error))

    def _edit(self, person: Person, target: Target, view: dict[str, Any]) -> Done:
        typed, first = modals.submitted(view), modals.shown(view)
        with self.database.reading() as session:
            changes.allowed(session, person, Deed.EDIT, target.action)
            line, setting = self._line(session, person, target.action)
            news = self._news(session, person, target, _IN_EDIT_FORM)
        if news:
            # Somebody else's newer value stands in each field that this person left alone.
            kept = {n: v for n, v in typed.items() if v != first[n] or n in target.mine}
            return Done(again=modals.edit_form(line, setting, kept, news))
        wrong = problems(_as_draft(line.draft, typed), line.draft, setting)
        owner = typed.pop("owner", None)
        if owner is None and first["owner"] is not None:
            wrong["owner"] = "Somebody has to be accountable: choose one person."
        elif owner is not None and owner != first["owner"]:
            wrong |= self._owner_problem(person.workspace, owner)
        if wrong:
            return Done(errors=wrong)
        fields = _as_fields(typed)
        queued: list[notices.Key] = []
        with self.database.writing() as session:
            try:
                is_new_owner = changes.edit(
                    session,
                    person,
                    target.action,
                    line.stored.action.version,
                    self.clock(),
                    owner=owner,
                    **fields,
                )
            except ActionChanged:
                return self._edit(person, target, view)
            if is_new_owner:
                after, _ = self._line(session, person, target.action)
                queued = notices.named_owner(session, after, person, self.clock())
        return Done(note="Saved.", queued=tuple(queued))

    def _milestones(self, person: Person, target: Target, view: dict[str, Any]) -> Done:
        values = modals.submitted(view)
        typed = modals.typed_milestones(values)
        with self.database.reading() as session:
            changes.allowed(session, person, Deed.EDIT, target.action)
            line, setting = self._line(session, person, target.action)
            news = self._news(session, person, target, frozenset({"milestones"}))
        if news:
            return Done(again=modals.milestones_form(line, typed, news))
        wrong = _milestone_problems(values, setting)
        if wrong:
            return Done(errors=wrong)
        # A form shows no more than it has room for; the rest stays as it is.
        rest = line.draft.milestones[modals.MOST_MILESTONES :]
        with self.database.writing() as session:
            try:
                changes.edit(
                    session,
                    person,
                    target.action,
                    line.stored.action.version,
                    self.clock(),
                    milestones=[*typed, *rest],
                )
            except ActionChanged:
                return self._milestones(person, target, view)
        return Done(note="Saved.")

    def _update(self, person: Person, target: Target, view: dict[str, Any]) -> Done:
        typed = modals.submitted(view)
        wrong = self._reading_problem(person, typed.get("reading"))
        link = typed.get("evidence_link")
        if link and not re.fullmatch(r"https?://[^\s<>|]+", link):
            wrong["evidence_link"] = "Paste a web address that begins with https:// or http://."
        if wrong:
            return Done(errors=wrong)
        with self.database.writing() as session:
            changes.update(
                session,
                person,
                target.action,
                self.clock(),
                rag=Rag(typed["rag"]),
                note=typed["note"],
                reading=typed.get("reading"),
                evidence_link=link,
            )
        return Done(note="Your update is kept.")

    def _complete(self, person: Person, target: Target, view: dict[str, Any]) -> Done:
        typed = modals.submitted(view)
        wrong = self._reading_problem(person, typed["reading"])
        if wrong:
            return Done(errors=wrong)
        with self.database.writing() as session:
            changes.complete(
                session,
                person,
                target.action,
                self.clock(),
                note=typed["note"],
                reading=typed["reading"],
            )
        return Done(note="It is complete.")

    def _withdraw(self, person: Person, target: Target, view: dict[str, Any]) -> Done:
        typed = modals.submitted(view)
        with self.database.writing() as session:
            changes.withdraw(session, person, target.action, self.clock(), note=typed["note"])
        return Done(note="It is withdrawn.")

    def _reading_problem(self, person: Person, reading: str | None) -> dict[str, str]:
        today = self._today(person)
        if reading is None or is_level(reading, Setting(today, academic_year(today))):
            return {}
        return {"reading": "Give the level it stands at, such as 58%, 3 in 10 or Good."}

    def _owner_problem(self, workspace: str, owner: str) -> dict[str, str]:
        try:
            named = self.people.named(workspace, owner)
        except NoSuchPerson:
            return {
                "owner": "Choose a person of this workspace, not an app or a guest from elsewhere."
            }
        except SlackAway:
            return {"owner": "Slack does not say who that is just now. Save again in a minute."}
        if named.left_at is not None:
            return {"owner": f"{named.name} has left. Choose somebody who is here."}
        return {}

    # --- helpers ----------------------------------------------------------------------------

    def _line(self, session: Session, person: Person, action_id: int) -> tuple[ActionLine, Setting]:
        found = action_view(session, person.workspace, action_id, self._today(person))
        if found is None:
            raise NotFound
        return found

    def _card(self, person: Person, action_id: int, note: str = "") -> dict[str, Any]:
        with self.database.reading() as session:
            line, setting = self._line(session, person, action_id)
        return card(line, setting, person, note)

    def _news(
        self, session: Session, person: Person, target: Target, fields: frozenset[str]
    ) -> list[str]:
        """What others have changed in these fields since the form was made, a sentence each."""
        since = actions.changes_since(session, person.workspace, target.action, target.version)
        last = {change.field: change for change in since if change.field in fields}
        return [_told(change, person) for change in last.values()]

    def _tell(self, person: Person, queued: tuple[notices.Key, ...] | list[notices.Key]) -> None:
        for key in queued:
            self.queued(*key)
        self.homes.refresh(person.workspace)

    def _today(self, person: Person) -> Any:
        return self.clock().astimezone(ZoneInfo(person.timezone)).date()


_FORMS: dict[str, Callable[[Desk, Person, Target, dict[str, Any]], Done]] = {
    "edit": Desk._edit,
    "milestones": Desk._milestones,
    "update": Desk._update,
    "complete": Desk._complete,
    "withdraw": Desk._withdraw,
}


def _link(body: dict[str, Any]) -> str | None:
    """The address of the message that a shortcut was picked of, as Slack writes it."""
    domain, channel = (body.get("team") or {}).get("domain"), (body.get("channel") or {}).get("id")
    ts = str(body.get("message_ts") or body["message"].get("ts") or "").replace(".", "")
    if not (domain and channel and ts):
        return None
    return f"https://{domain}.slack.com/archives/{channel}/p{ts}"


def _as_draft(before: Draft, typed: dict[str, Any]) -> Draft:
    given = {n: v for n, v in typed.items() if n in Draft.model_fields and n != "owner"}
    return Draft.model_validate({**before.model_dump(), **given})


def _as_fields(typed: dict[str, Any]) -> dict[str, Any]:
    """The fields of an action as typed into the form, for `changes.edit`."""
    fields = dict(typed)
    fields["direction"] = Direction(typed["direction"]) if typed.get("direction") else None
    fields["driver"] = Driver(typed["driver"]) if typed.get("driver") else None
    fields["sar_references"] = fields.pop("sar_items", None)
    return fields


def _milestone_problems(values: dict[str, Any], setting: Setting) -> dict[str, str]:
    wrong = {}
    for number in range(modals.MOST_MILESTONES):
        text, due = values.get(f"text{number}"), values.get(f"due{number}")
        if due and not text:
            wrong[f"text{number}"] = "Say what should be seen by then."
        elif due and due > setting.plan_ends:
            wrong[f"due{number}"] = f"This plan ends on {in_words(setting.plan_ends)}."
    return wrong


def _told(change: actions.Change, reader: Person) -> str:
    at = change.at.astimezone(ZoneInfo(reader.timezone))
    name = FIELDS.get(change.field, change.field)
    to = f" to “{short(change.new, 80)}”" if change.new and change.field in _SAID else ""
    by = "you" if change.by == reader.name else change.by
    return f"{start_upper(by)} changed {name}{to} at {at:%H:%M}."


_IN_EDIT_FORM = frozenset(FIELDS) - {"milestones", "status", "rag", "theme_id"}
# Fields whose value reads well in a sentence.
_SAID = frozenset(
    "action impact measure baseline target evidence_source due sar_items milestones".split()
)

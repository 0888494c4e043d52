"""Buttons, forms and the command, which are answered at once: checked, kept, and then told of.

What is kept is kept in one transaction before Slack is answered; whoever presses again after a
crash finds it done.
"""

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import changes
from bot.changes import NotAllowed, NotFound
from bot.coaching.dates import academic_year
from bot.coaching.phrases import in_words
from bot.coaching.ranking import ranking
from bot.coaching.reading import LONGEST_REPLY
from bot.coaching.review import Check, review
from bot.coaching.whole_plan import STANDARD
from bot.engine import EngineUnavailable
from bot.reminders import Ahead, ahead
from bot.reviewing import own_limits, to_review, whole_plan
from bot.rights import READERS, Deed, may_write, sees_review
from bot.slack import (
    action_saving,
    channel_form,
    exporting,
    history,
    import_desk,
    import_form,
    new_action,
    parking,
    plan_forms,
    reminder_form,
    reporting,
    settings_form,
    summarising,
    update_noting,
    your_data,
)
from bot.slack.beginning import begin_interview
from bot.slack.card import card_of
from bot.slack.command import (
    NOT_FOR_OWNERS,
    answer,
    asks_for_export,
    asks_for_own_data,
    asks_for_plan,
    asks_for_reminder,
    asks_for_review,
    help_for,
    summary_asked,
)
from bot.slack.digests import Digests
from bot.slack.home import Pages
from bot.slack.homes import Homes
from bot.slack.incoming import plain, workspace_of
from bot.slack.inputs import (
    block_ids,
    input_labels,
    shown,
    submitted,
    told,
    told_formatted,
)
from bot.slack.narrating import Narrating
from bot.slack.notices import Key, agreed, welcomed
from bot.slack.office import Office, Work, action_line
from bot.slack.people import Stranger
from bot.slack.picturing import must_be_ours
from bot.slack.pieces import DO
from bot.slack.refusals import why
from bot.slack.review import every_check, order
from bot.slack.screens import FEEDBACK
from bot.slack.update_words import Shown
from bot.summaries import plan_view
from storage import conversations, providers
from storage.database import DatabaseUnavailable
from storage.models import Person

_log = logging.getLogger(__name__)
_GONE = "That is not in your plan. It may have been there before: look at the Home tab."
_AWAY = "The plan cannot be reached just now. Press again in a minute; what you typed stays here."
_AWAY_FOR_NOW = "The plan cannot be reached just now. Try again in a minute."
# What the message with the button shows itself once it is done.
_SHOWS_ITSELF = ("rag",)
# What is shown in place of the modal that its button is on.
_PAGED = (*plan_forms.LISTS, "summary", "words", "channel_stop", "history_earlier")
FORMS = {
    **action_saving.FORMS,
    **plan_forms.FORMS,
    **parking.FORMS,
    **settings_form.FORMS,
    **reminder_form.FORMS,
    **new_action.FORMS,
    **reporting.FORMS,
    **import_form.FORMS,
    **exporting.FORMS,
    **channel_form.FORMS,
    **your_data.FORMS,
}


@dataclass(frozen=True)
class Desk:
    """Answers what is pressed, typed into forms and asked for by command."""

    office: Office
    homes: Homes
    digests: Digests
    # The Web API client of a workspace.
    client: Callable[[str], WebClient]
    # Told of each message put in the outbox (workspace, conversation, key), after the commit.
    queued: Callable[[str, str, str], None]
    # Begins work of a workspace, once for each key.
    begun: Callable[[str, Work], None]
    narrating: Narrating

    def listen(self, app: App) -> None:
        """Have the app bring here what is answered at once."""
        app.action(re.compile(rf"^{DO}:"))(self.pressed)
        app.view(re.compile(rf"^(?:{'|'.join(FORMS)})$"))(self.submitted)
        app.action(FEEDBACK)(self.rated)
        app.command("/qip")(self.asked)
        app.shortcut("new_action")(self.picked)
        app.shortcut("turn_into_action")(self.picked)

    # --- Home tab and command ---------------------------------------------------------------

    def opened(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        """Someone looks at the Home tab, or at the messages with the bot."""
        try:
            person = self.office.people.person(body.get("team_id", ""), event["user"])
        except Stranger:
            return
        now = self.office.clock()
        if event.get("tab") == "home":
            with self.office.database.writing() as session:
                providers.home_opened(session, person, now)
            self.homes.show(person)
        elif event.get("tab") == "messages" and person.welcomed_at is None:
            with self.office.database.writing() as session:
                queued = welcomed(session, person, now)
            for key in queued:
                self.queued(*key)

    def asked(self, ack: Ack, command: dict[str, Any]) -> None:
        """Someone has typed /qip."""
        try:
            person = self.office.people.person(command["team_id"], command["user_id"])
            typed, plan = command.get("text", ""), None
            if typed.strip().lower() == "new":
                ack(text=self._begin(person, command["trigger_id"]))
                return
            ending = asks_for_export(typed)
            if ending is not None:
                made = exporting.work(person.slack_user_id, ending, command["trigger_id"])
                self._tell(person, (), [made])
                ack(text=exporting.COMES)
                return
            if asks_for_own_data(typed):
                own = your_data.answer(self.office, person, self.narrating.has_model)
                ack(text=own.text, blocks=own.blocks)
                return
            asked_of = summary_asked(typed)
            if asked_of is not None:
                text, blocks = summarising.answered(
                    self.office, person, asked_of, offers_words=self.narrating.has_model
                )
                ack(text=text, blocks=blocks)
                return
            today = self.office.today(person)
            checks: tuple[Check, ...] = ()
            found: Ahead | None = None
            limits = STANDARD
            with self.office.database.reading() as session:
                if asks_for_reminder(typed):
                    found = ahead(session, person, self.office.clock())
                if asks_for_plan(typed):
                    plan = plan_view(session, person.workspace, academic_year(today), today)
                if plan is not None and asks_for_review(typed) and sees_review(person):
                    limits = own_limits(session, person.workspace)
                    checks = review(whole_plan(session, person.workspace, plan, today), limits)
        except Stranger as error:
            ack(text=str(error))
            return
        except (DatabaseUnavailable, EngineUnavailable):
            ack(text=_AWAY_FOR_NOW)
            return
        text, blocks = answer(typed, plan, person, today, checks, limits, found)
        ack(text=text, blocks=blocks)

    def picked(self, ack: Ack, body: dict[str, Any]) -> None:
        """Someone has picked one of our shortcuts, of a message or of none."""
        if body["callback_id"] == "new_action":
            self._new_action(ack, body)
            return
        message = body.get("message") or {}
        words = plain(message.get("text") or "").strip()[:LONGEST_REPLY] or None
        link = _link(body) if message else None
        try:
            person = self._person(body)
            says = self._begin(person, body["trigger_id"], words=words, link=link)
        except Stranger as error:
            says = str(error)
        except DatabaseUnavailable:
            says = _AWAY_FOR_NOW
        ack()
        self._show(body, "open", told("New action", says))

    def _new_action(self, ack: Ack, body: dict[str, Any]) -> None:
        try:
            shown = FORMS["new_action"].make(self.office, self._person(body), {})
        except NotAllowed as error:
            shown = told("New action", str(error))
        except DatabaseUnavailable:
            shown = told("New action", _AWAY_FOR_NOW)
        ack()
        self._show(body, "open", shown)

    def _begin(
        self,
        person: Person,
        trigger: str,
        *,
        words: str | None = None,
        link: str | None = None,
        item: str | None = None,
    ) -> str:
        """Begin an interview; what to tell the person at once."""
        if not may_write(person):
            return READERS
        with self.office.database.writing() as session:
            # A trigger is good for one time.
            key = f"begin:{trigger}"[-128:]
            now = self.office.clock()
            queued = begin_interview(session, person, now, key, words=words, link=link, item=item)
        self.queued(*queued)
        return new_action.BEGUN

    def _talk_over(self, person: Person, value: dict[str, Any], trigger: str) -> str:
        """Begin an interview about an action that is there; what to tell the person at once."""
        with self.office.database.writing() as session:
            stored = changes.allowed(session, person, Deed.EDIT, int(value["action"]))
            key, now = f"begin:{trigger}"[-128:], self.office.clock()
            queued = begin_interview(session, person, now, key, about=stored)
        self.queued(*queued)
        return new_action.BEGUN

    # --- buttons ----------------------------------------------------------------------------

    def pressed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Someone has pressed a button that opens or does something."""
        view = body.get("view") or {}
        in_modal, on_home = view.get("type") == "modal", view.get("type") == "home"
        note, verb, shown, instead, opened = "", "", None, None, None
        try:
            person, verb, value = self._read(body)
            if verb == "new":
                says = self._begin(person, body["trigger_id"], item=value.get("item"))
                shown = told("New action", says)
            elif verb == "help":
                shown = told_formatted("How it works", help_for(person))
            elif verb == "page":
                self.homes.show(person, Pages(int(value["own"]), int(value["all"])))
            elif verb in ("note", "note_which", "note_not"):
                instead = update_noting.pressed(self.office, person, verb, value)
                self._tell(person, ())
            elif verb == "talk":
                shown = told("Talk it over", self._talk_over(person, value, body["trigger_id"]))
            elif verb == "picture":
                which = str(value["of"])
                with self.office.database.reading() as session:
                    must_be_ours(session, person, which)
                drawn = exporting.picture_work(person.slack_user_id, which, body["trigger_id"])
                self._tell(person, (), [drawn])
                shown = told("Picture", exporting.COMES)
            elif verb == "data_copy":
                copied = exporting.own_data_work(person.slack_user_id, body["trigger_id"])
                self._tell(person, (), [copied])
                shown = told(your_data.TITLE, exporting.COMES)
            elif verb == "words":
                opened = summarising.opened(self.office, person, value)
                asks = self.narrating.asks_for(person)
                shown = self.narrating.at_once(opened, asks)
                opened = opened if asks else None
            elif verb in import_desk.VERBS:
                done = import_desk.pressed(self.office, person, verb, value, body["trigger_id"])
                instead = done.shown
                self._tell(person, done.queued, done.works)
            else:
                note, shown = self._do(person, verb, value)
                if shown is None and not on_home and verb not in _SHOWS_ITSELF:
                    shown = card_of(self.office, person, int(value["action"]), note)
        except NotFound:
            shown = told("Not found", _GONE)
        except NotAllowed as error:
            shown = told("Not yours to do", str(error))
        except (DatabaseUnavailable, EngineUnavailable):
            shown = told("One moment", _AWAY)
        except (LookupError, TypeError, ValueError, OverflowError):
            _log.warning("A button carried what no button of ours does.")
        ack()
        if instead is not None and not self._replace(body, instead):
            shown = instead.as_modal()
        if shown is None:
            return
        update = in_modal and (note or instead or verb in _PAGED)
        how = "update" if update else "push" if in_modal else "open"
        screen = self._show(body, how, shown)
        if opened is not None and screen is not None:
            self.narrating.follow(workspace_of(body), screen, opened)

    def _show(
        self, body: dict[str, Any], how: str, screen: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Put a screen before someone: `open` it, `push` it onto another or `update` that one.

        The screen as Slack has it; None where it was not shown.
        """
        try:
            client = self.client(workspace_of(body))
            if how == "update":
                answer = client.views_update(view_id=body["view"]["id"], view=screen)
            elif how == "push":
                answer = client.views_push(trigger_id=body["trigger_id"], view=screen)
            else:
                answer = client.views_open(trigger_id=body["trigger_id"], view=screen)
            return answer.get("view")
        except (SlackClientError, OSError, DatabaseUnavailable) as error:
            _log.warning("A screen was not shown: %s", why(error))
            return None

    def _replace(self, body: dict[str, Any], shown: Shown) -> bool:
        """Put other words in place of the message whose button was pressed; False if it stays."""
        where = body.get("container") or {}
        if not (where.get("channel_id") and where.get("message_ts")):
            return False
        try:
            client = self.client(workspace_of(body))
            client.chat_update(
                channel=where["channel_id"],
                ts=where["message_ts"],
                text=shown.text,
                blocks=shown.blocks,
            )
        except (SlackClientError, OSError, DatabaseUnavailable) as error:
            _log.warning("A message was not changed: %s", why(error))
            return False
        return True

    def _read(self, body: dict[str, Any]) -> tuple[Person, str, dict[str, Any]]:
        """Who has pressed a button, its verb and what it is about."""
        button = body["actions"][0]
        chosen = (button.get("selected_option") or button).get("value")
        verb, value = button["action_id"].split(":")[1], dict(json.loads(chosen or "{}"))
        # One of several things behind one button.
        verb = str(value.pop("do", "")) if verb == "more" else verb
        return self._person(body), verb, value

    def _do(
        self, person: Person, verb: str, value: dict[str, Any]
    ) -> tuple[str, dict[str, Any] | None]:
        """What was done, and the screen to show for it if it is another one."""
        if verb in ("review", "ranking"):
            return "", self._review(person, verb)
        if verb == "summary":
            offers = self.narrating.has_model
            return "", summarising.screen(self.office, person, value, offers_words=offers)
        if verb == "data":
            return "", your_data.screen(self.office, person, self.narrating.has_model)
        if verb in ("history", "history_earlier"):
            return "", history.screen(self.office, person, value)
        if verb == "channel_stop":
            return "", channel_form.stopped(self.office, person, value)
        if verb in plan_forms.LISTS:
            return "", plan_forms.LISTS[verb](self.office, person, value)
        if verb in FORMS:
            return "", FORMS[verb].make(self.office, person, value)
        action_id = int(value["action"])
        if verb == "open":
            return "", card_of(self.office, person, action_id)
        now = self.office.clock()
        queued: list[Key] = []
        asks: int | None = None
        with self.office.database.writing() as session:
            if verb == "rag":
                asks = reporting.pressed(session, self.office, person, value)
                note = ""
            elif verb == "agree":
                changes.agree(session, person, action_id, now)
                line, _ = action_line(self.office, session, person, action_id)
                queued = agreed(session, line.stored, person, now)
                note = f"{line.reference} is agreed."
            elif verb == "accept":
                changes.accept(session, person, action_id, now)
                note = "It is yours: you are its owner."
            elif verb == "resume":
                changes.resume(session, person, action_id, now)
                note = "It is taken up again."
            elif verb == "snooze":
                today = self.office.today(person)
                until = changes.snooze(session, person, action_id, now, today)
                note = f"Reminders begin again on {in_words(until)}."
            else:
                raise ValueError(verb)
        self._tell(person, queued)
        return note, None if asks is None else reporting.question(self.office, person, asks)

    def _review(self, person: Person, verb: str) -> dict[str, Any]:
        """Every check of the plan, or its actions in the order of their impact."""
        if not sees_review(person):
            raise NotAllowed(NOT_FOR_OWNERS)
        today = self.office.today(person)
        with self.office.database.reading() as session:
            found = to_review(session, person.workspace, today)
        if found is None:
            raise NotFound
        if verb == "ranking":
            return order(ranking(found.whole, found.limits), found.plan)
        checks = review(found.whole, found.limits)
        return every_check(checks, found.plan, person, found.limits)

    def rated(self, ack: Ack, body: dict[str, Any]) -> None:
        """Someone says what they think of a question."""
        try:
            person, where = self._person(body), body["container"]
            is_good = body["actions"][0]["value"] == "good"
            with self.office.database.writing() as session:
                conversations.rate(
                    session,
                    person,
                    where["channel_id"],
                    where["message_ts"],
                    is_good,
                    self.office.clock(),
                )
        except (DatabaseUnavailable, KeyError, Stranger) as error:
            _log.warning("What someone thinks of a question is not kept: %s", why(error))
        ack()

    # --- forms ------------------------------------------------------------------------------

    def submitted(self, ack: Ack, body: dict[str, Any]) -> None:
        """Someone has sent a form."""
        view = body["view"]
        ids = block_ids(view)
        try:
            person = self._person(body)
            done = FORMS[view["callback_id"]].take(self.office, person, view)
        except NotFound:
            ack(response_action="update", view=told("Not found", _GONE))
            return
        except NotAllowed as error:
            # It may have become somebody else's while they were typing.
            says = "\n\n".join([str(error), *_typed(view)])
            ack(response_action="update", view=told("Not yours to do", says))
            return
        except DatabaseUnavailable:
            if ids:
                ack(response_action="errors", errors={next(iter(ids.values())): _AWAY})
            else:
                # A form that only asks for a yes has no field to say it at.
                ack(response_action="update", view=told("One moment", _AWAY_FOR_NOW))
            return
        except (LookupError, TypeError, ValueError, OverflowError):
            _log.warning("A form carried what no form of ours does.")
            ack()
            return
        if done.errors:
            errors = {ids[name]: says for name, says in done.errors.items() if name in ids}
            if errors:
                ack(response_action="errors", errors=errors)
            else:
                _log.warning("A form had no place for what is wrong with it.")
                ack()
            return
        if done.again is not None:
            ack(response_action="update", view=done.again)
            if done.queued or done.works or done.forgotten:
                self._tell(person, done.queued, done.works)
            if done.forgotten:
                self.homes.farewell(person.workspace, done.forgotten)
            return
        ack()
        self._tell(person, done.queued, done.works)
        if done.below is None or view.get("root_view_id") in (None, view.get("id")):
            return
        try:
            client = self.client(person.workspace)
            client.views_update(view_id=view["root_view_id"], view=done.below())
        except (SlackClientError, OSError, NotFound, NotAllowed, DatabaseUnavailable) as error:
            _log.warning("The screen below was not shown anew: %s", why(error))

    # --- helpers ----------------------------------------------------------------------------

    def _person(self, body: dict[str, Any]) -> Person:
        """Who has used a button, a form or a shortcut."""
        return self.office.people.person(workspace_of(body), body["user"]["id"])

    def _tell(self, person: Person, queued: Sequence[Key], works: Sequence[Work] = ()) -> None:
        for key in queued:
            self.queued(*key)
        for work in works:
            self.begun(person.workspace, work)
        self.homes.refresh(person.workspace)
        self.digests.refresh(person)


def _typed(view: dict[str, Any]) -> list[str]:
    """The words that somebody has typed into a form, so that they can be kept elsewhere."""
    first, labels = shown(view), input_labels(view)
    found = [
        f"{labels[name]}: {value}"
        for name, value in submitted(view).items()
        if isinstance(value, str) and value != first.get(name) and name in labels
    ]
    return ["What you typed:", *found] if found else []


def _link(body: dict[str, Any]) -> str | None:
    """The address of the message that a shortcut was picked of, as Slack writes it."""
    domain, channel = (body.get("team") or {}).get("domain"), (body.get("channel") or {}).get("id")
    ts = str(body.get("message_ts") or body["message"].get("ts") or "").replace(".", "")
    if not (domain and channel and ts):
        return None
    return f"https://{domain}.slack.com/archives/{channel}/p{ts}"

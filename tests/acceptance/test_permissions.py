"""Who may do what, tried by calling each button, form, command and shortcut directly.

The rows below are the whole matrix: a verb, form, word or shortcut that the code has and no row
names makes a test fail.
"""

import ast
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

import bot.slack
import bot.slack.app
from bot.coaching.whole_plan import STANDARD
from bot.slack import card, command, desk, import_desk, plan_forms, review
from storage import actions, channel_summaries, providers
from storage.database import Database
from storage.models import (
    Action,
    ChannelSummary,
    ImportFile,
    InterviewRecord,
    Person,
    ProgressUpdate,
    SarItem,
    Theme,
)
from storage.vocabulary import Every, Rag, Role, Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import NOW, ROOT, InProcess
from tests.support.college import (
    LEAD,
    OTHER,
    OWNER,
    READER,
    SPONSOR,
    College,
    add_action,
    found,
    state,
)
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import Talk, over_http

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Json = dict[str, Any]

# Another workspace with a plan of its own, and who leads it.
ELSEWHERE, ABROAD = "T0ELSEWHERE", "U1"
STRANGER = ABROAD + LEAD
OURS = (LEAD, SPONSOR, OWNER, OTHER, READER)
ALL = set(OURS)
WRITERS = ALL - {READER}
LEADS_PLAN = "Only a quality lead can change the plan's themes, SAR items, roles and settings."
NOT_THEIRS = " or a quality lead can "
NOT_IN_PLAN = "That is not in your plan."
READS_ONLY = "Readers see the plan and leave it as it is."
NO_REVIEW = "The review of the whole plan is for quality leads, sponsors and readers."
BEGUN = "I have written to you in a direct message"
# Stands in all that this workspace's people wrote, and so in nothing that a stranger may read.
MARK = "(of ours)"


@dataclass
class Two:
    """Two workspaces on one bot. `theirs` are people of the first, `stranger` leads the second."""

    fake: FakeSlack
    bot: InProcess
    ours: College
    elsewhere: College
    views: int = 0

    def fresh(
        self,
        status: Status = Status.AGREED,
        sar: str = "AFI 1",
        by: str = OWNER,
        is_proposed: bool = False,
        is_parked: bool = False,
    ) -> int:
        """A new action of OWNER, written by `by`; OWNER has yet to accept it if it is proposed."""
        with self.bot.database.writing() as session:
            owner = providers.person(session, TEAM, OWNER)
            author = providers.person(session, TEAM, by)
            assert owner is not None and author is not None
            made = add_action(session, TEAM, self.ours.plan, owner, status=status)
            made.action = f"{made.action} {MARK}"
            made.created_by_id = author.id
            if is_proposed:
                lead = providers.person(session, TEAM, LEAD)
                made.proposed_by_id = lead.id if lead else None
            made.parked_at = NOW if is_parked else None
            if sar != "AFI 1":
                # As where its SAR item stands under no theme.
                made.theme_id = None
            session.add(made)
            session.flush()
            assert made.id is not None
            return made.id

    def theme(self, name: str, workspace: str = TEAM) -> int:
        with self.bot.database.reading() as session:
            themes = session.exec(select(Theme).where(Theme.workspace == workspace)).all()
        return next(t.id for t in themes if t.name.startswith(name) and t.id is not None)

    def item(self, workspace: str = TEAM) -> int:
        with self.bot.database.reading() as session:
            held = session.exec(select(SarItem).where(SarItem.workspace == workspace)).first()
        assert held is not None and held.id is not None
        return held.id

    def presses(self, user: str, verb: str, value: Json, expects_view: bool = True) -> str:
        """Press a button of no message of ours; the modal that it leads to, if one is expected."""
        payload = payloads.block_action(
            f"do:{verb}:1", json.dumps(value), user=user, team=team_of(user)
        )
        assert self.bot.http.interaction(payload).status == 200
        if not expects_view:
            return ""
        self.views += 1
        self.fake.wait_for(lambda: len(self.fake.views_opened) >= self.views)
        return render_text(self.fake.views_opened[-1])

    def made_form(self, form: str, value: Json, maker: str = LEAD) -> Json:
        """The form as somebody of ours gets it."""
        self.presses(maker, form, value)
        view: Json = self.fake.views_opened[-1]
        assert view["callback_id"] == form
        return view

    def sends(self, user: str, view: Json, typed: Json) -> Json:
        """Send a form; the app's own answer, {} where it is taken."""
        ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}
        payload = payloads.view_submission(
            view, {ids[name]: value for name, value in typed.items()}, user, team_of(user)
        )
        answer = self.bot.http.interaction(payload)
        assert answer.status == 200
        return json.loads(answer.body) if answer.body else {}

    def nothing_else_was_shown(self) -> None:
        self.bot.service.app.listener_runner.listener_executor.shutdown()
        assert len(self.fake.views_opened) == self.views


def team_of(user: str) -> str:
    return ELSEWHERE if user == STRANGER else TEAM


@pytest.fixture(autouse=True)
def _as_fast_as_a_test_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here somebody presses more in an instant than anybody may in a minute."""
    monkeypatch.setattr(bot.slack.app, "MOST_PRESSES", 100_000)


@pytest.fixture
def two(fake: FakeSlack, bot: InProcess, college: College) -> Two:
    elsewhere = found(fake, bot.database, ELSEWHERE, ABROAD)
    with bot.database.writing() as session:
        for table, name in ((Theme, "name"), (Action, "action"), (SarItem, "judgement")):
            for row in session.exec(select(table).where(table.workspace == TEAM)):
                setattr(row, name, f"{getattr(row, name)} {MARK}")
                session.add(row)
    return Two(fake, bot, college, elsewhere)


def everything(database: Database, workspace: str = TEAM) -> dict[str, list[Any]]:
    """All that the database holds of a workspace, by table."""
    # When somebody has looked at their Home tab, and which direct message is theirs, is no part of
    # the plan.
    ignored = {"home_opened_at", "profile_at", "direct_channel"}
    held = {}
    with database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            if "workspace" in table.columns:
                columns = [c for c in table.columns if c.name not in ignored]
                rows = session.execute(
                    sa.select(*columns).where(table.c.workspace == workspace).order_by(*columns[:2])
                )
                held[table.name] = [str(row) for row in rows]
    return held


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    """The tables that differ."""
    return {name for name in before if before[name] != after[name]}


# What is written a moment after the answer: a message that is sent and what begins with it.
_LATER = {"outgoing_message", "interview", "turn"}


def assert_wrote(writes: set[str], before: dict[str, list[Any]], two: Two, user: str) -> None:
    found = changed(before, everything(two.bot.database))
    assert writes <= found, f"{user} changed {found}"
    assert found - _LATER == writes - _LATER, f"{user} changed {found}"


def in_order(may: set[str]) -> list[str]:
    """All who try it, those who may not first: then nothing is under way."""
    return [STRANGER, *(u for u in OURS if u not in may), *(u for u in OURS if u in may)]


# --- the matrix: buttons ------------------------------------------------------------------------


@dataclass(frozen=True)
class Button:
    """A button's verb, what it carries, who may press it, what they then see and what it writes.

    `refuses` is what others of the workspace read, `abroad` what the lead of another one does.
    """

    verb: str
    about: Callable[[Two], Json]
    may: set[str]
    shows: str
    refuses: str = "nobody is refused"
    abroad: str = NOT_IN_PLAN
    writes: set[str] = field(default_factory=set)
    case: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.case}".strip()


def about(status: Status = Status.AGREED, **more: Any) -> Callable[[Two], Json]:
    return lambda two: {"action": two.fresh(status, **more)}


def nothing(two: Two) -> Json:
    return {}


def our_theme(name: str) -> Callable[[Two], Json]:
    return lambda two: {"theme": two.theme(name)}


def our_item(two: Two) -> Json:
    return {"item": two.item()}


def long_plan(two: Two) -> Json:
    """A plan that has no room for all its actions."""
    with two.bot.database.reading() as session:
        held = session.exec(select(Action).where(Action.workspace == TEAM)).all()
    for _ in range(STANDARD.size_green + 5 - len(held)):
        two.fresh()
    return {}


def news(**more: Any) -> Callable[[Two], Json]:
    """What a button carries that notes an update of a new action."""
    carried = {"reading": "60%", "note": "got it to 60%", "day": "2026-11-20", **more}
    return lambda two: {"action": two.fresh(), **carried}


def updated(two: Two) -> Json:
    """An update that OWNER has just given."""
    action_id = two.fresh()
    with two.bot.database.writing() as session:
        owner, held = providers.person(session, TEAM, OWNER), session.get(Action, action_id)
        assert owner is not None and held is not None
        made = actions.add_update(session, held, owner, NOW, rag=Rag.GREEN, note="")
        session.flush()
        return {"action": action_id, "update": made.id}


def a_file(is_settled: bool = False) -> Callable[[Two], Json]:
    """A file that the lead has dropped and that was looked at."""

    def kept(two: Two) -> Json:
        with two.bot.database.writing() as session:
            lead = providers.person(session, TEAM, LEAD)
            number = len(session.exec(select(ImportFile)).all())
            assert lead is not None and lead.id is not None
            made = ImportFile(
                workspace=TEAM,
                key=f"file {number}",
                person_id=lead.id,
                name=f"SAR {MARK}.csv",
                content=None if is_settled else b"Ref,Area for improvement\n1,Late work\n",
                outcome="imported" if is_settled else None,
                at=NOW,
            )
            session.add(made)
            session.flush()
            return {"file": made.id, "channel": dm_channel(LEAD), "thread": "1.1"}

    return kept


def a_channel(two: Two) -> Json:
    return {"channel": "C0QUALITY", "view": "plan", "every": "week"}


def posted(two: Two) -> Json:
    """A summary that the lead has posted in a channel."""
    with two.bot.database.writing() as session:
        lead = providers.person(session, TEAM, LEAD)
        number = len(session.exec(select(ChannelSummary)).all())
        assert lead is not None
        channel = f"C0{number}"
        channel_summaries.put(session, lead, channel, "plan", Every.WEEK, NOW + timedelta(days=7))
        made = channel_summaries.of_channel(session, TEAM, channel)
        assert made is not None
        return {"posted": made.id}


CARD = "== Action A-"
NO_HISTORY = "Only a quality lead can read who changed what."
ONLY_LEAD = "You are the only quality lead."
TO_CHANNEL = "== Post to a channel =="
UPDATED = {"progress_update", "action", "audit"}
STAY, MATHS = "Stay and achieve", "Maths and English"  # the first has a sponsor
OWN = {LEAD, OWNER}
BUTTONS = (
    Button("open", about(), ALL, "== Action A-"),
    Button("help", nothing, ALL, "== How it works ==", abroad="== How it works =="),
    Button("agree", about(Status.DRAFT), OWN, CARD, NOT_THEIRS, writes={"action", "audit"}),
    Button("snooze", about(), OWN, CARD, NOT_THEIRS, writes={"action", "audit"}),
    Button(
        "rag",
        lambda two: {**about()(two), "rag": "green"},
        OWN,
        "== Update A-",
        NOT_THEIRS,
        writes=UPDATED,
    ),
    Button(
        "more",
        lambda two: {**about()(two), "do": "snooze"},
        OWN,
        CARD,
        NOT_THEIRS,
        writes={"action", "audit"},
    ),
    Button("said", updated, OWN, "== Update A-", NOT_THEIRS),
    Button("mend", updated, OWN, "== Change A-", NOT_THEIRS),
    Button(
        "accept",
        about(is_proposed=True),
        {OWNER},
        CARD,
        "Only Priya Shah can accept A-",
        writes={"action", "audit"},
    ),
    Button("not_mine", about(is_proposed=True), {OWNER}, "== Not mine ==", "Only Priya Shah can"),
    Button("park", about(), {LEAD}, "== Park A-", "Only a quality lead can park A-"),
    Button(
        "resume",
        about(is_parked=True),
        {LEAD},
        CARD,
        "Only a quality lead can take up A-",
        writes={"action", "audit"},
    ),
    Button(
        "park_several",
        nothing,
        {LEAD},
        "== Park actions ==",
        "Only a quality lead can park actions.",
        abroad="== Park actions ==",
    ),
    Button("edit", about(), {*OWN, SPONSOR}, "== Edit A-", NOT_THEIRS),
    Button("edit", about(sar="none"), OWN, "== Edit A-", NOT_THEIRS, case="under no theme"),
    Button(
        "edit",
        about(Status.DRAFT, by=OTHER),
        {*OWN, SPONSOR, OTHER},
        "== Edit A-",
        NOT_THEIRS,
        case="written for its owner",
    ),
    Button("milestones", about(), {*OWN, SPONSOR}, "== Checks on the way ==", NOT_THEIRS),
    Button("update", about(), OWN, "== Update A-", NOT_THEIRS),
    Button("complete", about(), OWN, "== Complete A-", NOT_THEIRS),
    Button(
        "note",
        news(rag="green"),
        OWN,
        "Noted for A-",
        NOT_THEIRS,
        writes={"progress_update", "action", "audit"},
    ),
    Button("note_which", news(several=False), OWN, "Shall I note for A-", NOT_THEIRS),
    Button("note_not", nothing, ALL, "nothing is noted", abroad="nothing is noted"),
    Button("withdraw", about(), OWN, "== Withdraw A-", NOT_THEIRS),
    Button(
        "withdraw",
        about(Status.DRAFT, by=OTHER),
        {*OWN, OTHER},
        "== Withdraw A-",
        NOT_THEIRS,
        case="written for its owner",
    ),
    # An action begins from a reference, which each workspace has of its own.
    Button(
        "new",
        lambda two: {"item": "AFI 1"},
        WRITERS,
        BEGUN,
        READS_ONLY,
        abroad=BEGUN,
        writes={"outgoing_message"},
    ),
    Button("new", nothing, WRITERS, BEGUN, READS_ONLY, BEGUN, {"outgoing_message"}, "bare"),
    Button(
        "new_action", nothing, WRITERS, "== New action ==", READS_ONLY, abroad="== New action =="
    ),
    Button(
        "talk",
        about(Status.DRAFT),
        {*OWN, SPONSOR},
        BEGUN,
        NOT_THEIRS,
        writes={"outgoing_message"},
    ),
    Button("import", a_file(is_settled=True), {LEAD}, "is settled already", LEADS_PLAN),
    Button("import_leave", a_file(), {LEAD}, "is left aside", LEADS_PLAN, writes={"import_file"}),
    Button("import_invite", a_file(is_settled=True), {LEAD}, "Asked 0 owners", LEADS_PLAN),
    Button("import_correct", a_file(), {LEAD}, "== Correct ==", LEADS_PLAN),
    Button("picture", lambda two: {"of": f"readings {two.fresh()}"}, ALL, "== Picture =="),
    Button(
        "picture",
        lambda two: {"of": "rag"},
        ALL,
        "== Picture ==",
        abroad="== Picture ==",
        case="of the plan",
    ),
    Button("export", nothing, ALL, "== Export the plan ==", abroad="== Export the plan =="),
    # What is kept about oneself: nobody sees another's.
    Button("data", nothing, ALL, "What I keep about you", abroad="What I keep about you"),
    Button("data_copy", nothing, ALL, "== Your data ==", abroad="== Your data =="),
    Button("forget_me", nothing, ALL - {LEAD}, "== Forget me ==", ONLY_LEAD, ONLY_LEAD),
    Button("history", nothing, {LEAD}, "== History ==", NO_HISTORY, abroad="== History =="),
    Button("history", about(), {LEAD}, "== History of A-", NO_HISTORY, case="of an action"),
    Button("history_earlier", nothing, {LEAD}, "== History ==", NO_HISTORY, "== History =="),
    Button("page", lambda two: {"own": 0, "all": 0}, ALL, "", abroad=""),
    Button(
        "review",
        nothing,
        {LEAD, SPONSOR, READER},
        "== Review of the plan ==",
        NO_REVIEW,
        abroad="== Review of the plan ==",
    ),
    Button(
        "ranking",
        nothing,
        {LEAD, SPONSOR, READER},
        "== In order of impact ==",
        NO_REVIEW,
        abroad="== In order of impact ==",
    ),
    Button(
        "summary",
        lambda two: {"view": "plan"},
        ALL,
        "== The plan ==",
        abroad="== The plan ==",
        writes={"summary_seen"},
    ),
    Button(
        "summary",
        lambda two: {"view": "plan", "since": "2026-11-16", "page": 1},
        ALL,
        "== The plan ==",
        abroad="== The plan ==",
        case="of a day",
    ),
    Button(
        "summary",
        lambda two: {"view": "thread", "about": OWNER, "since": "2026-11-16"},
        {*OWN, SPONSOR},
        "Objectives of Priya Shah",
        "Only Priya Shah, the sponsor of a theme they work under or a quality lead",
        abroad="That is not in your plan any more",
        case="of one person",
    ),
    Button(
        "summary",
        lambda two: {"view": "theme", "about": str(two.theme(STAY)), "since": "2026-11-16"},
        ALL,
        f"# {STAY}",
        abroad="That is not in your plan any more",
        case="of a theme",
    ),
    Button(
        "words",
        lambda two: {"view": "plan", "since": "2026-11-16"},
        ALL,
        "In words:",
        abroad="In words:",
    ),
    Button(
        "words",
        lambda two: {"view": "owner", "about": OWNER, "since": "2026-11-16"},
        {*OWN, SPONSOR},
        "In words:",
        "Only Priya Shah, the sponsor of a theme they work under or a quality lead",
        abroad="That is not in your plan any more",
        case="of one person",
    ),
    Button("theme", our_theme(STAY), {LEAD}, "== Edit theme ==", LEADS_PLAN),
    Button("theme", nothing, {LEAD}, "== New theme ==", LEADS_PLAN, "== New theme ==", case="new"),
    Button("sar_item", our_item, {LEAD}, "== Edit SAR item ==", LEADS_PLAN),
    Button(
        "sar_item",
        nothing,
        {LEAD},
        "== New SAR item ==",
        LEADS_PLAN,
        "== New SAR item ==",
        case="new",
    ),
    Button("sar_items", nothing, {LEAD}, "== SAR items ==", LEADS_PLAN, "== SAR items =="),
    Button(
        "roles", nothing, {LEAD}, "== People and roles ==", LEADS_PLAN, "== People and roles =="
    ),
    Button("settings", nothing, {LEAD}, "== Settings ==", LEADS_PLAN, "== Settings =="),
    Button("channel", nothing, {LEAD}, TO_CHANNEL, LEADS_PLAN, TO_CHANNEL),
    Button("channel_confirm", a_channel, {LEAD}, TO_CHANNEL, LEADS_PLAN, TO_CHANNEL),
    Button("channel_stop", posted, {LEAD}, TO_CHANNEL, LEADS_PLAN, writes={"channel_summary"}),
    Button("reminders", nothing, WRITERS, "== Reminders ==", READS_ONLY, "== Reminders =="),
    Button(
        "invite", our_theme(STAY), {LEAD, SPONSOR}, "== Ask for actions ==", "Only its sponsor or"
    ),
    Button(
        "invite",
        our_theme(MATHS),
        {LEAD},
        "== Ask for actions ==",
        "Only its sponsor or",
        case="without a sponsor",
    ),
)


@on_sqlite
@pytest.mark.parametrize("button", BUTTONS, ids=str)
def test_a_button_does_only_what_its_presser_may(two: Two, button: Button) -> None:
    for user in in_order(button.may):
        value = button.about(two)
        before, published = everything(two.bot.database), len(two.fake.calls_to("views.publish"))
        expects = button.abroad if user == STRANGER else button.shows
        refused = user != STRANGER and user not in button.may
        expects = button.refuses if refused else expects

        shown = two.presses(user, button.verb, value, expects_view=bool(expects))

        assert expects in shown, f"{user} read:\n{shown}"
        if user == STRANGER:
            assert MARK not in shown
        if user == STRANGER or refused:
            assert everything(two.bot.database) == before, user
        else:
            assert_wrote(button.writes, before, two, user)
        if button.verb == "page":
            (call,) = two.fake.wait_for_calls("views.publish", published + 1)[published:]
            assert call.args["user_id"] == user
    two.nothing_else_was_shown()


def slack_modules() -> Iterator[Any]:
    for module in pkgutil.iter_modules(bot.slack.__path__):
        yield importlib.import_module(f"bot.slack.{module.name}")


def tree_of(module: Any) -> ast.AST:
    with open(module.__file__, encoding="utf-8") as source:
        return ast.parse(source.read())


def compared_with(module: Any, name: str) -> set[str]:
    """The words that a module compares a variable with."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Compare) and getattr(node.left, "id", "") == name:
            found |= words_in(node)
        if isinstance(node, ast.Match) and getattr(node.subject, "id", "") == name:
            found |= {word for case in node.cases for word in words_in(case.pattern)}
    return found


def words_in(tree: ast.AST) -> set[str]:
    nodes = (n for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str)}


def test_every_verb_of_the_code_is_in_the_matrix() -> None:
    drawn = {verb for _, _, verb in card._DEEDS}
    drawn |= {verb for _, verb, _ in [review._OPEN, *review._BUTTONS.values()]}
    for module in slack_modules():
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "do_button":
                drawn |= words_in(node.args[1])
    handled = compared_with(desk, "verb") | desk.FORMS.keys() | plan_forms.LISTS.keys()
    handled |= set(import_desk.VERBS)

    assert {button.verb for button in BUTTONS} == drawn | handled
    # Nothing is drawn that nobody answers.
    assert drawn <= handled


# --- the matrix: forms --------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A form, what it is about, who may send it and what that writes."""

    form: str
    about: Callable[[Two], Json]
    typed: Callable[[str], Json]
    may: set[str]
    refuses: str
    writes: set[str]
    abroad: str = NOT_IN_PLAN
    case: str = ""
    # Who is shown the form in the first place, and what stands in its place once it is taken.
    maker: str = LEAD
    answers: str = ""

    def __str__(self) -> str:
        return f"{self.form} {self.case}".strip()


def always(**typed: Any) -> Callable[[str], Json]:
    return lambda user: typed


ITEM = {"reference": "AFI 9", "judgement": "Learners arrive late"}
SENT = (
    Sent("said", updated, always(reading="60%"), OWN, NOT_THEIRS, UPDATED),
    Sent("mend", updated, always(rag="amber", note="Slower now."), OWN, NOT_THEIRS, UPDATED),
    Sent(
        "edit",
        about(),
        always(action="Something else"),
        {*OWN, SPONSOR},
        NOT_THEIRS,
        {"action", "audit"},
    ),
    Sent(
        "edit",
        about(sar="none"),
        always(action="Something else"),
        OWN,
        NOT_THEIRS,
        {"action", "audit"},
        case="under no theme",
    ),
    Sent(
        "milestones",
        about(),
        always(text0="70% on track"),
        {*OWN, SPONSOR},
        NOT_THEIRS,
        {"milestone", "action", "audit"},
    ),
    Sent(
        "update",
        about(),
        always(rag="green", note="Going well"),
        OWN,
        NOT_THEIRS,
        {"progress_update", "action", "audit"},
    ),
    Sent(
        "complete",
        about(),
        always(reading="66%", note="They achieved."),
        OWN,
        NOT_THEIRS,
        {"progress_update", "action", "audit"},
    ),
    Sent(
        "withdraw",
        about(),
        always(note="It is not needed."),
        OWN,
        NOT_THEIRS,
        {"action", "audit"},
    ),
    Sent(
        "not_mine",
        about(is_proposed=True),
        always(owner=SPONSOR),
        {OWNER},
        "Only Priya Shah can",
        {"action", "audit", "outgoing_message"},
        maker=OWNER,
    ),
    Sent(
        "park",
        about(),
        always(note="The centre moves."),
        {LEAD},
        "Only a quality lead can park",
        {"action", "audit"},
    ),
    Sent(
        "park_several",
        long_plan,
        always(note="Less would change for learners."),
        {LEAD},
        "Only a quality lead can park",
        {"action", "audit"},
    ),
    Sent(
        "new_action",
        nothing,
        always(action="Ring home on the day of each absence"),
        WRITERS,
        READS_ONLY,
        {"outgoing_message"},
        abroad=BEGUN,
        answers=BEGUN,
    ),
    Sent(
        "import_correct",
        a_file(),
        always(year="2026/27"),
        {LEAD},
        LEADS_PLAN,
        {"import_file"},
        answers="I look again",
    ),
    Sent(
        "export",
        nothing,
        always(format=".json"),
        ALL,
        "nobody is refused",
        set(),
        abroad="It comes in our direct message",
        answers="It comes in our direct message",
    ),
    Sent("theme", our_theme(STAY), always(name="Mine"), {LEAD}, LEADS_PLAN, {"theme"}),
    # Something new is of the workspace of whoever sends it.
    Sent("theme", nothing, always(name="Mine"), {LEAD}, LEADS_PLAN, {"theme"}, "", "new"),
    Sent("sar_item", our_item, always(**ITEM), {LEAD}, LEADS_PLAN, {"sar_item"}),
    Sent("sar_item", nothing, always(**ITEM), {LEAD}, LEADS_PLAN, {"sar_item"}, "", "new"),
    Sent(
        "settings",
        nothing,
        always(load="4"),
        {LEAD},
        LEADS_PLAN,
        {"provider_settings"},
        abroad="",
    ),
    Sent(
        "channel",
        nothing,
        always(channel="C0QUALITY"),
        {LEAD},
        LEADS_PLAN,
        set(),
        abroad="This is what everybody in",
        answers="This is what everybody in",
    ),
    # A channel is of the workspace of whoever sends it.
    Sent(
        "channel_confirm",
        a_channel,
        always(),
        {LEAD},
        LEADS_PLAN,
        {"channel_summary"},
        abroad="The first post in",
        answers="The first post in",
    ),
    # One's own, so that whoever leads another workspace sets theirs there.
    Sent(
        "reminders",
        nothing,
        always(reminder_day="2"),
        WRITERS,
        READS_ONLY,
        {"person"},
        abroad="",
    ),
    Sent(
        "roles",
        nothing,
        always(person=OWNER, role="lead"),
        {LEAD},
        LEADS_PLAN,
        {"person"},
        "Choose a person of this workspace",
    ),
    Sent(
        "invite",
        our_theme(STAY),
        lambda user: {"people": [OTHER if user == LEAD else OWNER]},
        {LEAD, SPONSOR},
        "Only its sponsor or",
        {"invitation", "outgoing_message"},
    ),
    Sent(
        "invite",
        our_theme(MATHS),
        always(people=[OTHER]),
        {LEAD},
        "Only its sponsor or",
        {"invitation", "outgoing_message"},
        case="without a sponsor",
    ),
)


@on_sqlite
@pytest.mark.parametrize("sent", SENT, ids=str)
def test_a_form_keeps_only_what_its_sender_may(two: Two, sent: Sent) -> None:
    for user in in_order(sent.may):
        view = two.made_form(sent.form, sent.about(two), sent.maker)
        before = everything(two.bot.database)

        answer = two.sends(user, view, sent.typed(user))

        if user == STRANGER:
            assert sent.abroad in str(answer)
            assert bool(answer) == bool(sent.abroad)
            assert everything(two.bot.database) == before
        elif user in sent.may:
            assert (sent.answers in str(answer)) if sent.answers else answer == {}, user
            assert_wrote(sent.writes, before, two, user)
        else:
            assert sent.refuses in render_text(answer["view"]), user
            assert everything(two.bot.database) == before, user
    two.nothing_else_was_shown()


# Whoever sends it is not there to send it again: test_own_data has it.
ONCE = {"forget_me"}


def test_every_form_of_the_code_is_in_the_matrix() -> None:
    assert {sent.form for sent in SENT} == desk.FORMS.keys() - ONCE


# What forms are about that name no row of ours.
OF_NOTHING = (nothing, long_plan, a_channel)


@on_sqlite
@pytest.mark.parametrize("sent", [s for s in SENT if s.about not in OF_NOTHING], ids=str)
def test_a_form_that_names_anothers_ids_changes_neither(two: Two, sent: Sent) -> None:
    view = two.made_form(sent.form, sent.about(two), sent.maker)
    metadata = json.loads(view["private_metadata"])
    if "action" in metadata:
        metadata["action"] = two.elsewhere.actions[Status.AGREED]
    elif "update" in metadata:
        with two.bot.database.reading() as session:
            (theirs,) = session.exec(
                select(ProgressUpdate.id).where(ProgressUpdate.workspace == ELSEWHERE)
            )
        metadata["update"] = theirs
    elif "file" in metadata:
        with two.bot.database.writing() as session:
            lead = providers.person(session, ELSEWHERE, STRANGER)
            assert lead is not None and lead.id is not None
            theirs_too = ImportFile(
                workspace=ELSEWHERE, key="theirs", person_id=lead.id, name="x", content=b"x"
            )
            session.add(theirs_too)
            session.flush()
            metadata["file"] = theirs_too.id
    elif sent.form == "sar_item":
        metadata["id"] = two.item(ELSEWHERE)
    else:
        metadata["id"] = two.theme(STAY, ELSEWHERE)
    before = [everything(two.bot.database, team) for team in (TEAM, ELSEWHERE)]

    tampered = view | {"private_metadata": json.dumps(metadata)}
    answer = two.sends(sent.maker, tampered, sent.typed(sent.maker))

    assert NOT_IN_PLAN in render_text(answer["view"])
    assert [everything(two.bot.database, team) for team in (TEAM, ELSEWHERE)] == before


@on_sqlite
@pytest.mark.parametrize("value", [{}, {"item": "ours"}])
def test_a_sar_item_is_put_under_no_theme_of_another_workspace(two: Two, value: Json) -> None:
    view = two.made_form("sar_item", {"item": two.item()} if value else {})
    blocks = json.loads(json.dumps(view["blocks"]))
    (theme,) = (b for b in blocks if b.get("block_id", "").startswith("theme@"))
    foreign = str(two.theme(MATHS, ELSEWHERE))
    theme["element"]["options"].append(
        {"value": foreign, "text": {"type": "plain_text", "text": "x"}}
    )
    before = everything(two.bot.database)

    typed = ITEM | {"theme": foreign, "department": "A new one"}
    answer = two.sends(LEAD, view | {"blocks": blocks}, typed)

    assert NOT_IN_PLAN in render_text(answer["view"])
    assert everything(two.bot.database) == before


@on_sqlite
@pytest.mark.parametrize("form", ["edit", "theme", "roles", "invite"])
def test_nobody_of_another_workspace_is_put_in_charge(two: Two, form: str) -> None:
    rows = {sent.form: sent for sent in reversed(SENT)}
    view = two.made_form(form, rows[form].about(two))
    name = {"edit": "owner", "theme": "sponsor", "roles": "person", "invite": "people"}[form]
    who = [STRANGER] if form == "invite" else STRANGER
    before = everything(two.bot.database)

    answer = two.sends(LEAD, view, rows[form].typed(LEAD) | {name: who})

    assert "Choose a person of this workspace" in str(answer["errors"])
    assert everything(two.bot.database) == before


# --- the matrix: command, shortcuts, Home tab ---------------------------------------------------

HELP = "*/qip new* begins a new action"
READERS_HELP = '"*/qip summary* shows how the plan goes'
SEES_SUMMARY = f"{STAY} {MARK}"
# What each reads after a word; None stands for all others.
WORDS: dict[str, dict[str | None, str]] = {
    "": {None: HELP, READER: READERS_HELP},
    "help": {None: HELP, READER: READERS_HELP},
    "?": {None: HELP, READER: READERS_HELP},
    "approve everything": {None: "I do not know “approve everything”."},
    "new": {None: BEGUN, READER: READS_ONLY},
    "mine": {None: "You own no action yet.", OWNER: MARK},
    "remind": {None: "Nothing of yours is due just now.", READER: READS_ONLY},
    "summary": {None: SEES_SUMMARY},
    "export": {None: "I am making it."},
    "data": {None: "What I keep about you"},
    "review": {None: "Show every check", OWNER: NO_REVIEW, OTHER: NO_REVIEW},
}
# What is written by whoever may; a summary notes when somebody looked at it.
WRITE = {"new": {"outgoing_message"}, "summary": {"summary_seen"}}


@on_sqlite
@pytest.mark.parametrize("word", WORDS)
def test_a_word_tells_each_what_is_theirs(two: Two, word: str) -> None:
    may = {user for user in OURS if not (word == "new" and user == READER)}
    for user in [STRANGER, *in_order(may)[1:]]:
        before = everything(two.bot.database)

        answer = Screens(two.fake, two.bot.http, user, team_of(user)).types(word)

        told = json.dumps(answer, ensure_ascii=False)
        if user == STRANGER:
            assert MARK not in told and "Priya" not in told.replace(ABROAD, "")
        else:
            assert WORDS[word].get(user, WORDS[word][None]) in told, user
        if word in WRITE and user in may:
            assert_wrote(WRITE[word], before, two, user)
        else:
            assert everything(two.bot.database) == before, user


def test_every_word_of_the_code_is_in_the_matrix() -> None:
    hint = MANIFEST["features"]["slash_commands"][0]["usage_hint"]
    words = {*hint.split(" | "), *command._OF_THE_PLAN, *compared_with(command, "order")}

    assert WORDS.keys() - {"approve everything"} == words


MANIFEST = json.loads((ROOT / "manifest.json").read_text())
SHORTCUTS = {"new_action": "global", "turn_into_action": "message"}


@on_sqlite
@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_a_shortcut_begins_an_action_for_whoever_writes(two: Two, shortcut: str) -> None:
    for user in in_order(WRITERS):
        before = everything(two.bot.database)
        message = {"ts": "1732520000.000100", "text": "We should text parents each day"}
        payload = (
            payloads.message_shortcut(shortcut, message, user=user, team=team_of(user))
            if SHORTCUTS[shortcut] == "message"
            else payloads.global_shortcut(shortcut, user=user, team=team_of(user))
        )

        assert two.bot.http.interaction(payload).status == 200

        two.views += 1
        two.fake.wait_for(lambda: len(two.fake.views_opened) >= two.views)
        shown = render_text(two.fake.views_opened[-1])
        begun = BEGUN if shortcut == "turn_into_action" else "[Begin]"
        assert (READS_ONLY if user == READER else begun) in shown
        if user in WRITERS and begun == BEGUN:
            assert_wrote({"outgoing_message"}, before, two, user)
        else:
            assert everything(two.bot.database) == before, user
    two.nothing_else_was_shown()


def test_every_shortcut_of_the_app_is_in_the_matrix() -> None:
    offered = {s["callback_id"]: s["type"] for s in MANIFEST["features"]["shortcuts"]}
    listened = {
        node.args[0].value
        for node in ast.walk(tree_of(desk))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "shortcut"
        and isinstance(node.args[0], ast.Constant)
    }

    assert offered == SHORTCUTS
    assert listened == SHORTCUTS.keys()


# What stands on each one's Home tab of the two lists and the plan.
OWN_LIST, PLAN, LEADS = "# Your actions", "# Improvement plan", "[People and roles]"
HOMES = {
    LEAD: {OWN_LIST, PLAN, LEADS, MARK},
    SPONSOR: {OWN_LIST, PLAN, MARK},
    OWNER: {OWN_LIST, MARK},
    OTHER: {OWN_LIST},
    READER: {PLAN, MARK},
    STRANGER: {OWN_LIST, PLAN, LEADS},
}


@on_sqlite
@pytest.mark.parametrize("user", HOMES)
def test_a_home_tab_shows_each_what_is_theirs(two: Two, user: str) -> None:
    screens = Screens(two.fake, two.bot.http, user, team_of(user))

    text = screens.opens_home()

    assert {words for words in (OWN_LIST, PLAN, LEADS, MARK) if words in text} == HOMES[user]


# --- conversations ------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("user", [LEAD, OTHER, READER, STRANGER])
def test_nobody_answers_in_anothers_interview(two: Two, user: str) -> None:
    talk = Talk(two.fake, over_http(two.bot.http), OWNER)
    talk.says("hello")
    question = talk.messages[-1]
    with two.bot.database.reading() as session:
        before = session.exec(select(InterviewRecord)).one().model_dump()

    press = payloads.block_action(
        "answer:0",
        json.dumps({"reply": "AFI 1", "number": 1}),
        user=user,
        team=team_of(user),
        channel=dm_channel(OWNER),
        message=question,
    )
    assert two.bot.http.interaction(press).status == 200
    two.bot.service.stop()

    with two.bot.database.reading() as session:
        assert session.exec(select(InterviewRecord)).one().model_dump() == before
    assert len(talk.messages) == 1


@on_sqlite
@pytest.mark.parametrize("how", ["message", "command", "button", "shortcut", "mention"])
def test_a_reader_begins_no_action(
    fake: FakeSlack, bot: InProcess, college: College, how: str
) -> None:
    screens, heard = Screens(fake, bot.http, READER), ""
    if how == "message":
        heard = Talk(fake, over_http(bot.http), READER).says("We will text parents each day")
    elif how == "command":
        heard = str(screens.types("new")["text"])
    elif how == "button":
        heard = screens.sends("do:new:1", "{}")
    elif how == "shortcut":
        bot.http.interaction(payloads.global_shortcut("new_action", user=READER))
        heard = render_text(fake.wait_for(lambda: fake.views_opened)[-1])
    else:
        bot.http.event(payloads.app_mention("text parents each day", user=READER))
        heard = fake.wait_for_messages("C0QUALITY", 1)[0]["text"]

    assert "Readers see the plan and leave it as it is." in heard
    assert len(fake.calls_to("chat.postMessage")) == (1 if how in ("message", "mention") else 0)


# --- what is over, and what is not ours -----------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("status", [Status.COMPLETE, Status.WITHDRAWN])
def test_what_is_over_stays_as_it_is(two: Two, status: Status) -> None:
    before = state(two.bot.database)

    for verb in (*(v for _, _, v in card._DEEDS if v not in ("accept", "not_mine")), "snooze"):
        shown = two.presses(LEAD, verb, {"action": two.ours.actions[status]})
        assert "there is nothing to" in shown, verb

    assert state(two.bot.database) == before


@on_sqlite
@pytest.mark.parametrize("status", [Status.COMPLETE, Status.WITHDRAWN])
def test_a_form_sent_late_changes_nothing_that_is_over(two: Two, status: Status) -> None:
    rows = {s.form: s for s in reversed(SENT) if NOT_THEIRS in s.refuses}
    for form, sent in rows.items():
        value = sent.about(two)
        view = two.made_form(form, value)
        with two.bot.database.writing() as session:
            held = session.get(Action, value["action"])
            assert held is not None
            held.status = status
            session.add(held)
        before = everything(two.bot.database)

        answer = two.sends(LEAD, view, sent.typed(LEAD))

        assert "there is nothing to" in render_text(answer["view"]), form
        assert everything(two.bot.database) == before


# What a button may carry that is no button's of ours, {} for the name of what it is about.
MALFORMED = (
    "",
    "not json",
    "[]",
    "null",
    "5",
    '"text"',
    "{{}}",
    '{{"{}": null}}',
    '{{"{}": "one"}}',
    '{{"{}": [1]}}',
    '{{"{}": {{"a": 1}}}}',
    '{{"{}": 4711}}',
    '{{"{}": -1}}',
    '{{"{}": 1e400}}',
    '{{"{}": 99999999999999999999999999}}',
)
KEYS = {
    "summary": "view",
    "words": "view",
    "theme": "theme",
    "invite": "theme",
    "sar_item": "item",
    "sar_items": "page",
    "page": "own",
    "channel_stop": "posted",
    "channel_confirm": "channel",
}


@on_sqlite
def test_a_button_that_is_not_ours_does_nothing(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    before = everything(two.bot.database)

    for verb in [*sorted({b.verb for b in BUTTONS} - {"new"}), "fly", "", "*"]:
        for value in MALFORMED:
            text = value.format(KEYS.get(verb, "action"))
            payload = payloads.block_action(f"do:{verb}:1", text, user=LEAD)
            assert two.bot.http.interaction(payload).status == 200, f"{verb} with {text}"
    # An interview begins from whatever item is named, there or not.
    for text in (*MALFORMED[1:6], '{"item": 5}', '{"item": [1]}', '{"item": {"a": 1}}'):
        payload = payloads.block_action("do:new:1", text, user=READER)
        assert two.bot.http.interaction(payload).status == 200, f"new with {text}"
    for action_id in ("do:", "do", "do::"):
        payload = payloads.block_action(action_id, "{}", user=LEAD)
        assert two.bot.http.interaction(payload).status in (200, 404), action_id

    two.bot.service.app.listener_runner.listener_executor.shutdown()
    assert everything(two.bot.database) == before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


# What the metadata of a form may be that no form of ours carries.
FOREIGN = (
    "",
    "{}",
    "[]",
    "null",
    "x",
    '{"action": 4711, "version": 1, "mine": []}',
    '{"action": 1e400, "version": 1, "mine": []}',
    '{"action": 99999999999999999999999999, "version": 1, "mine": []}',
    '{"action": 1, "version": 1, "mine": 5}',
    '{"id": 4711, "marks": {}}',
    '{"id": "one", "marks": {}}',
    '{"id": 99999999999999999999999999, "marks": {}}',
    '{"id": 1, "marks": 5}',
)


@on_sqlite
def test_a_form_that_is_not_ours_does_nothing(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    # What these forms are about is in their inputs alone.
    bare = ("park_several", "new_action", "reminders", "channel")
    rows = {sent.form: sent for sent in reversed(SENT) if sent.form not in bare}
    views = {f: two.made_form(f, sent.about(two), sent.maker) for f, sent in rows.items()}
    before = everything(two.bot.database)

    for form, view in views.items():
        for metadata in FOREIGN:
            # These forms are about no row: what they name is in their inputs.
            if form not in ("roles", "settings") or '"marks": {}' not in metadata:
                user = rows[form].maker
                two.sends(user, view | {"private_metadata": metadata}, rows[form].typed(user))
                assert everything(two.bot.database) == before, f"{form} with {metadata}"

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@on_sqlite
def test_a_lead_who_is_made_a_reader_leads_no_longer(two: Two) -> None:
    view = two.made_form("theme", {})
    with two.bot.database.writing() as session:
        for person in session.exec(select(Person).where(col(Person.slack_user_id) == LEAD)):
            person.role = Role.READER
            session.add(person)
    before = everything(two.bot.database)

    assert LEADS_PLAN in two.presses(LEAD, "roles", {})
    assert LEADS_PLAN in render_text(two.sends(LEAD, view, {"name": "Mine"})["view"])
    assert everything(two.bot.database) == before

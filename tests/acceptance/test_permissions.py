"""Who may do what, tried by calling each button, form and command directly."""

import json
from typing import Any

import pytest

from storage.vocabulary import Status
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, SPONSOR, College, state
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens, inputs
from tests.support.slack_payloads import TEAM
from tests.support.talk import Talk, over_http

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Another workspace, with a lead of its own.
ELSEWHERE, STRANGER = "T0ELSEWHERE", "U0STRANGER"
ALL = {LEAD, SPONSOR, OWNER, OTHER, READER}
MAY = {
    "open": ALL,
    "agree": {LEAD, OWNER},
    "snooze": {LEAD, OWNER},
    "edit": {LEAD, SPONSOR, OWNER},
    "milestones": {LEAD, SPONSOR, OWNER},
    "update": {LEAD, OWNER},
    "complete": {LEAD, OWNER},
    "withdraw": {LEAD, OWNER},
}
# What each can be done to.
ON = {"agree": Status.DRAFT}
FORMS: dict[str, dict[str, Any]] = {
    "edit": {"action": "Something else"},
    "milestones": {"text0": "70% on track"},
    "update": {"rag": "green", "note": "Going well"},
    "complete": {"reading": "66%", "note": "They achieved."},
    "withdraw": {"note": "It is not needed."},
}


def press(fake: FakeSlack, bot: InProcess, user: str, verb: str, action: int) -> str:
    """The modal that pressing this button on a message leads to, "" for none."""
    shown = len(fake.views_opened)
    payload = payloads.block_action(
        f"do:{verb}:1",
        json.dumps({"action": action}),
        user=user,
        team=ELSEWHERE if user == STRANGER else TEAM,
    )
    assert bot.http.interaction(payload).status == 200
    bot.service.app.listener_runner.listener_executor.shutdown()
    found = fake.views_opened[shown:]
    return render_text(found[0]) if found else ""


@pytest.mark.parametrize("verb", MAY)
@pytest.mark.parametrize("user", [*sorted(ALL), STRANGER])
def test_a_button_does_only_what_its_presser_may(
    fake: FakeSlack, bot: InProcess, college: College, user: str, verb: str
) -> None:
    action = college.actions[ON.get(verb, Status.AGREED)]
    before = state(bot.database)

    shown = press(fake, bot, user, verb, action)

    if user == STRANGER:
        assert "That is not in your plan." in shown
    elif user not in MAY[verb]:
        assert "Only " in shown and " or a quality lead can " in shown
    elif verb in ("agree", "snooze"):
        assert state(bot.database) != before
        return
    else:
        assert shown.startswith("== ") and "Only " not in shown
    assert state(bot.database) == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("user", [*sorted(ALL), STRANGER])
def test_a_form_keeps_only_what_its_sender_may(
    fake: FakeSlack, bot: InProcess, college: College, user: str, form: str
) -> None:
    action = college.actions[Status.AGREED]
    screens = Screens(fake, bot.http, OWNER)
    screens.sends(f"do:{form}:1", json.dumps({"action": action}))
    view = screens.modals[-1]
    ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}
    typed = {ids[name]: value for name, value in FORMS[form].items()}
    before = state(bot.database)

    team = ELSEWHERE if user == STRANGER else TEAM
    answer = bot.http.interaction(payloads.view_submission(view, typed, user, team))

    assert answer.status == 200
    if user in MAY[form]:
        assert answer.body == ""
        assert state(bot.database) != before
    else:
        shown = render_text(json.loads(answer.body)["view"])
        wanted = "not in your plan" if user == STRANGER else "Only "
        assert wanted in shown
        assert state(bot.database) == before


@pytest.mark.parametrize("verb", ["agree", "update", "edit", "complete", "withdraw", "snooze"])
@pytest.mark.parametrize("status", [Status.COMPLETE, Status.WITHDRAWN])
def test_what_is_over_stays_as_it_is(
    fake: FakeSlack, bot: InProcess, college: College, verb: str, status: Status
) -> None:
    before = state(bot.database)

    shown = press(fake, bot, LEAD, verb, college.actions[status])

    assert "there is nothing to" in shown
    assert state(bot.database) == before


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("do:open:1", '{"action": 4711}'),
        ("do:open:1", '{"action": "one"}'),
        ("do:open:1", "[]"),
        ("do:open:1", "not json"),
        ("do:fly:1", '{"action": 1}'),
        ("do:", "{}"),
        ("do:page:1", '{"own": -3, "all": 999}'),
        ("do:page:1", "{}"),
    ],
)
def test_a_button_that_is_not_ours_does_nothing(
    fake: FakeSlack,
    bot: InProcess,
    college: College,
    caplog: pytest.LogCaptureFixture,
    action_id: str,
    value: str,
) -> None:
    before = state(bot.database)

    answer = bot.http.interaction(payloads.block_action(action_id, value, user=LEAD))
    bot.service.app.listener_runner.listener_executor.shutdown()

    assert answer.status == 200
    assert state(bot.database) == before
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "metadata", ["", "{}", "[]", "x", '{"action": 4711, "version": 1, "mine": []}']
)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_not_ours_does_nothing(
    fake: FakeSlack, bot: InProcess, college: College, form: str, metadata: str
) -> None:
    screens = Screens(fake, bot.http, OWNER)
    screens.sends(f"do:{form}:1", json.dumps({"action": college.actions[Status.AGREED]}))
    view = {**screens.modals[-1], "private_metadata": metadata}
    ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}
    typed = {ids[name]: value for name, value in FORMS[form].items()}
    before = state(bot.database)

    answer = bot.http.interaction(payloads.view_submission(view, typed, OWNER))

    assert answer.status == 200
    assert state(bot.database) == before


@pytest.mark.parametrize("typed", ["mine", "summary", "help"])
def test_the_command_tells_a_stranger_nothing(
    fake: FakeSlack, bot: InProcess, college: College, typed: str
) -> None:
    answer = Screens(fake, bot.http, STRANGER, ELSEWHERE).types(typed)

    assert "Review the apprenticeship resources" not in str(answer)
    assert "Stay and achieve" not in str(answer)


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

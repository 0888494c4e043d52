"""A SAR dropped to the bot: understood, shown, corrected, taken in, and its owners invited."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from storage import actions, providers
from storage.database import Database
from storage.models import Action, ImportFile, InterviewRecord, SarItem
from storage.vocabulary import Status
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, InProcess, Program
from tests.support.college import LEAD, OTHER, OWNER, YEAR, College, found
from tests.support.fake_slack import FakeSlack, error
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import Talk, buttons, over_http

Json = dict[str, Any]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SAR = """Ref,Area for improvement,Evidence,Department
AFI 11,Too few adult learners complete their course,Register 2025/26: 78%,Adult
AFI 12,Work is marked late in health and social care,Learning walks,Health
"""
PLAN = """Ref,SAR ref,Action,Impact,Owner,Due
Q1,AFI 1,Ring every absent apprentice on the first day,Calls have been made,Tom Baker,31/07/2027
Q2,AFI 1,Review the learning resources,Resources have been improved,T Baker,30/04/2027
Q3,AFI 2,Mark within ten days,Work has been marked,Priya Shah,30/04/2027
"""


def dropped(
    fake: FakeSlack, user: str, name: str, content: bytes, text: str = "", **more: Any
) -> Json:
    """The event of a message that brings a file."""
    payload = payloads.direct_message(text, user=user, **more)
    payload["event"] |= {"subtype": "file_share", "files": [fake.add_file(name, content)]}
    return payload


def lead_drops(
    fake: FakeSlack, bot: InProcess, name: str, content: str | bytes, text: str = ""
) -> Talk:
    """A thread in which the lead has dropped a file and been answered."""
    talk = Talk(fake, over_http(bot.http), LEAD)
    raw = content.encode() if isinstance(content, str) else content
    payload = dropped(fake, LEAD, name, raw, text)
    talk.root = payload["event"]["ts"]
    talk.hears(payload)
    return talk


def pressed(talk: Talk, bot: InProcess, label: str) -> None:
    """Press a button of the last message, whatever comes of it."""
    message = talk.messages[-1]
    button = next(b for b in buttons(message) if b["text"]["text"].startswith(label))
    payload = payloads.block_action(
        button["action_id"],
        button["value"],
        user=talk.user,
        channel=talk.channel,
        message=message,
    )
    assert bot.http.interaction(payload).status == 200


def corrects(fake: FakeSlack, bot: InProcess, talk: Talk) -> Screens:
    """The lead's screens once the form to correct the last message's file is open."""
    lead = Screens(fake, bot.http, LEAD)
    correct = next(b for b in buttons(talk.messages[-1]) if b["text"]["text"] == "Correct")
    lead.sends(correct["action_id"], correct["value"], talk.messages[-1])
    return lead


def items(bot: InProcess) -> list[str]:
    with bot.database.reading() as session:
        found = session.exec(select(SarItem).where(SarItem.workspace == TEAM))
        return sorted(item.reference for item in found)


def taken_in(fake: FakeSlack, talk: Talk, bot: InProcess) -> str:
    """Take in what the last message shows; what is then said."""
    before = len(talk.messages)
    pressed(talk, bot, "Take it in")
    fake.wait_for_messages(talk.channel, before + 1, talk.root)
    return str(talk.messages[-1]["text"])


def test_a_sar_is_shown_before_it_is_written_and_taken_in_with_one_press(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "SAR.csv", SAR)

    shown = talk.messages[-1]["text"]
    assert "2 areas for improvement" in shown and "Nothing is written yet" in shown
    assert items(bot) == ["AFI 1", "AFI 2"]

    says = taken_in(fake, talk, bot)

    assert "2 new SAR items" in says
    assert items(bot) == ["AFI 1", "AFI 11", "AFI 12", "AFI 2"]
    # What was looked at is not kept any longer than it is needed.
    with bot.database.reading() as session:
        kept = session.exec(select(ImportFile)).one()
    assert (kept.outcome, kept.content) == ("imported", None)


def test_the_buttons_go_when_one_is_pressed(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "SAR.csv", SAR)
    first = talk.messages[-1]

    pressed(talk, bot, "Leave it")

    fake.wait_for(lambda: "left aside" in fake.messages(talk.channel, talk.root)[-1]["text"])
    assert buttons(talk.messages[-1]) == []
    # The old button, pressed on another screen that still shows it, says so and writes nothing.
    value = buttons(first)[0]["value"]
    payload = payloads.block_action(
        "do:import:", value, user=LEAD, channel=talk.channel, message=first
    )
    assert bot.http.interaction(payload).status == 200
    fake.wait_for(lambda: "settled already" in fake.messages(talk.channel, talk.root)[-1]["text"])
    assert items(bot) == ["AFI 1", "AFI 2"]


def test_an_imported_plan_is_assessed_and_its_owners_are_invited_once(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "QIP.csv", PLAN)
    shown = talk.messages[-1]["text"]
    assert "3 actions" in shown
    assert "“T Baker” (Q2) may be Tom Baker" in shown

    says = taken_in(fake, talk, bot)
    assert "3 of 3 actions need the “so what?” conversation" in says
    pressed(talk, bot, "Invite")
    fake.wait_for_messages(dm_channel(OTHER), 1)
    fake.wait_for_messages(dm_channel(OWNER), 1)
    value = json.dumps({"file": 1})
    payload = payloads.block_action("do:import_invite:", value, user=LEAD, channel=talk.channel)
    assert bot.http.interaction(payload).status == 200

    asked = fake.messages(dm_channel(OTHER))
    assert "Lena Marsh asks you to talk over an action of yours" in asked[0]["text"]
    assert len(asked) == 1

    other = Talk(fake, over_http(bot.http), OTHER)
    before = len(fake.messages(dm_channel(OTHER)))
    pressed_on(asked[0], bot, OTHER)
    begun = fake.wait_for_messages(dm_channel(OTHER), before + 1)[-1]
    assert "Ring every absent apprentice" in begun["text"]
    assert "“Calls have been made”" in begun["text"]
    other.root = begun["ts"]
    other.says("apprentices attend more: 84% to 90% by July 2027, from the register")
    with bot.database.reading() as session:
        record = session.exec(select(InterviewRecord)).all()[-1]
        held = session.exec(select(Action).where(Action.imported_as == "Q1")).one()
    assert record.action_id == held.id


def pressed_on(message: Json, bot: InProcess, user: str) -> None:
    button = buttons(message)[0]
    payload = payloads.block_action(
        button["action_id"], button["value"], user=user, channel=dm_channel(user), message=message
    )
    assert bot.http.interaction(payload).status == 200


@on_sqlite
def test_a_lead_corrects_who_is_meant_and_what_a_row_is(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "QIP.csv", PLAN)
    before = len(talk.messages)
    lead = corrects(fake, bot, talk)
    form = lead.modals[-1]
    owners = [
        block["block_id"].partition("@")[0]
        for block in form["blocks"]
        if "T Baker" in json.dumps(block)
    ]

    lead.submits(**{owners[0]: OTHER})

    again = fake.wait_for_messages(talk.channel, before + 1, talk.root)[-1]
    assert "As corrected" in again["text"]
    assert "T Baker" not in again["text"]
    taken_in(fake, talk, bot)
    with bot.database.reading() as session:
        held = session.exec(select(Action).where(Action.imported_as == "Q2")).one()
        stored = actions.one(session, TEAM, held.id or 0)
    assert stored is not None and stored.owner is not None
    assert stored.owner.slack_user_id == OTHER


@on_sqlite
def test_a_year_that_the_form_does_not_offer_changes_nothing(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "QIP.csv", PLAN)
    before = len(talk.messages)
    lead = corrects(fake, bot, talk)

    payload = payloads.view_submission(lead.modals[-1], user=LEAD)
    for inputs in payload["view"]["state"]["values"].values():
        if "year" in inputs:
            inputs["year"]["selected_option"]["value"] = "befo"
    assert bot.http.interaction(payload).status == 200

    again = fake.wait_for_messages(talk.channel, before + 1, talk.root)[-1]
    assert f"for the plan of {YEAR}" in again["text"]


@on_sqlite
@pytest.mark.parametrize("letter", ["a", "é", "𝔞"])
def test_a_file_with_very_long_cells_is_shown_in_a_message_that_slack_takes(
    fake: FakeSlack, bot: InProcess, college: College, letter: str
) -> None:
    long = f"{letter * 60} " * 30
    rows = [[f"{n}{long}", f"{n} {long}", long, long] for n in range(8)]
    head = ["Theme", "Area for improvement", "Evidence", "Owner"]
    content = "\n".join(",".join(row) for row in [head, *rows])

    talk = lead_drops(fake, bot, "SAR.csv", content)

    # The fake Slack refuses what the real one does.
    assert "Nothing is written yet" in talk.messages[-1]["text"]
    assert [b["text"]["text"] for b in buttons(talk.messages[-1])][0] == "Take it in"


@on_sqlite
def test_a_row_that_may_tell_of_one_learner_is_pointed_at_before_it_is_written(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    told = "One student, Kayleigh Potts, dropped out as work came back late"
    sar = f"Ref,Area for improvement,Evidence\nAFI 11,Work is marked late,{told!r}\n"

    talk = lead_drops(fake, bot, "SAR.csv", sar.replace("'", '"'))

    assert "1 row may tell of one learner" in talk.messages[-1]["text"]
    assert "row 2: take it out of the file" in talk.messages[-1]["text"]


@on_sqlite
def test_old_headings_show_with_what_they_come_to_now_and_stay_as_they_are(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    sar = "Ref,Area for improvement,Evaluation area,Grade\n"
    sar += "AFI 11,Too few achieve,Outcomes for learners,RI\n"
    talk = lead_drops(fake, bot, "SAR.csv", sar)
    taken_in(fake, talk, bot)
    lead = Screens(fake, bot.http, LEAD)

    more = lead.types("summary governors")
    (button,) = [b for b in buttons(more) if b["text"]["text"] == "Show more"]
    shown = lead.sends(button["action_id"], button["value"])

    assert "Outcomes for learners: RI." in shown
    assert "Now under “Curriculum, teaching and training” and “Achievement”." in shown
    with bot.database.reading() as session:
        held = session.exec(select(SarItem).where(SarItem.reference == "AFI 11")).one()
    assert (held.evaluation_area, held.grade) == ("Outcomes for learners", "RI")


@on_sqlite
def test_a_file_that_nobody_decides_on_is_not_kept_for_ever(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    lead_drops(fake, bot, "SAR.csv", SAR)
    with bot.database.writing() as session:
        kept = session.exec(select(ImportFile)).one()
        kept.at = NOW - timedelta(days=13)
        session.add(kept)
    bot.service.upkeep.tidy()
    with bot.database.writing() as session:
        kept = session.exec(select(ImportFile)).one()
        assert kept.content is not None
        kept.at = NOW - timedelta(days=15)
        session.add(kept)

    bot.service.upkeep.tidy()

    with bot.database.reading() as session:
        kept = session.exec(select(ImportFile)).one()
    assert (kept.outcome, kept.content) == ("given up", None)


@on_sqlite
def test_what_the_database_will_not_take_is_told_and_leaves_nothing(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "SAR.csv", SAR)
    refuse = "BEGIN SELECT RAISE(ABORT, 'no') WHERE NEW.reference = 'AFI 12'; END"
    with bot.database.writing() as session:
        session.connection().exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON sar_item {refuse}"
        )

    says = taken_in(fake, talk, bot)
    again = lead_drops(fake, bot, "SAR.csv", SAR).messages[-1]["text"]

    for told in (says, again):
        assert "could not be taken in, and nothing was written" in told
    assert items(bot) == ["AFI 1", "AFI 2"]


@on_sqlite
def test_only_a_lead_gives_files(fake: FakeSlack, bot: InProcess, college: College) -> None:
    talk = Talk(fake, over_http(bot.http), OWNER)
    payload = dropped(fake, OWNER, "SAR.csv", SAR.encode())
    talk.root = payload["event"]["ts"]

    says = talk.hears(payload)

    assert "I take in files from quality leads alone" in says
    assert fake.calls_to("files") == []


@on_sqlite
def test_words_beside_a_file_in_a_thread_go_on_with_the_interview(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = Talk(fake, over_http(bot.http), OWNER)
    talk.says("Review the learning resources")

    payload = dropped(
        fake, OWNER, "notes.csv", b"a,b", "more apprentices achieve", thread_ts=talk.root
    )
    says = talk.hears(payload)

    assert "files" not in says
    assert fake.calls_to("files") == []


@on_sqlite
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99, ".xlsx"),
        ("empty.csv", b"", "empty"),
        ("list.csv", b"Colour,Size\nred,4\n", "neither a SAR nor a plan"),
    ],
)
def test_a_file_that_is_no_sar_is_refused_with_what_to_do(
    fake: FakeSlack, bot: InProcess, college: College, name: str, content: bytes, says: str
) -> None:
    talk = lead_drops(fake, bot, name, content)

    assert says in talk.messages[-1]["text"]
    assert buttons(talk.messages[-1]) == []
    with bot.database.reading() as session:
        assert session.exec(select(ImportFile)).all() == []


@on_sqlite
def test_a_file_that_slack_does_not_let_us_read_is_told_of(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    fake.workspace().scopes = ("chat:write",)

    talk = lead_drops(fake, bot, "SAR.csv", SAR)

    assert "Ask whoever installed me" in talk.messages[-1]["text"]


@on_sqlite
def test_our_token_goes_nowhere_but_to_slack(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    with FakeSlack() as elsewhere:
        file = elsewhere.add_file("SAR.csv", SAR.encode())
        talk = Talk(fake, over_http(bot.http), LEAD)
        payload = payloads.direct_message("", user=LEAD)
        payload["event"] |= {"subtype": "file_share", "files": [file]}
        talk.root = payload["event"]["ts"]

        says = talk.hears(payload)

        assert elsewhere.calls == []
    assert "not in Slack" in says


@on_sqlite
def test_without_the_list_of_people_names_of_those_known_are_compared(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    fake.always_fail("users.list", error("missing_scope"))

    talk = lead_drops(fake, bot, "QIP.csv", PLAN)
    taken_in(fake, talk, bot)

    with bot.database.reading() as session:
        held = session.exec(select(Action).where(Action.imported_as == "Q1")).one()
        tom = providers.person(session, TEAM, OTHER)
    assert tom is not None and held.owner_id == tom.id
    assert held.status is Status.DRAFT


@on_sqlite
def test_the_same_message_delivered_twice_is_answered_once(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = Talk(fake, over_http(bot.http), LEAD, times=2)
    payload = dropped(fake, LEAD, "SAR.csv", SAR.encode())
    talk.root = payload["event"]["ts"]
    talk.hears(payload)
    taken_in(fake, talk, bot)

    assert len(talk.messages) == 2
    with bot.database.reading() as session:
        assert len(session.exec(select(ImportFile)).all()) == 1


@on_sqlite
def test_who_leads_no_more_by_the_time_it_is_taken_in_writes_nothing(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    talk = lead_drops(fake, bot, "SAR.csv", SAR)
    with bot.database.writing() as session:
        lead, other = (providers.person(session, TEAM, user) for user in (LEAD, OTHER))
        assert lead is not None and other is not None
        lead.role, other.role = other.role, lead.role
        session.add_all([lead, other])

    pressed(talk, bot, "Take it in")

    fake.wait_for(lambda: fake.views_opened)
    assert items(bot) == ["AFI 1", "AFI 2"]


def kept_by(database_url: str) -> tuple[int, int]:
    """How many SAR items and imported files there are."""
    database = Database(database_url)
    with database.reading() as session:
        found = (
            len(session.exec(select(SarItem)).all()),
            len(session.exec(select(ImportFile)).all()),
        )
    database.close()
    return found


@pytest.mark.parametrize("method", ["users.list", "chat.postMessage"])
def test_killed_while_it_takes_a_file_in_it_is_taken_in_once_after_the_restart(
    fake: FakeSlack, database_url: str, method: str
) -> None:
    payload = dropped(fake, LEAD, "SAR.csv", SAR.encode())
    fake.add_user(LEAD, "Lena Marsh")
    channel, root = dm_channel(LEAD), payload["event"]["ts"]
    with Program(fake, database_url) as first:
        assert first.http.event(payload).status == 200
        shown = fake.wait_for_messages(channel, 1, root)[-1]
        held = fake.hold(method)
        button = next(b for b in buttons(shown) if b["text"]["text"] == "Take it in")
        press = payloads.block_action(
            button["action_id"], button["value"], user=LEAD, channel=channel, message=shown
        )
        assert first.http.interaction(press).status == 200
        held.wait_until_reached()
        first.kill()
    held.abandon()

    with Program(fake, database_url) as second:
        says = fake.wait_for_messages(channel, 2, root, timeout=30)[-1]
        assert second.http.interaction(press).status == 200
        code, output = second.stop()

    assert "2 new SAR items" in says["text"]
    assert len(fake.messages(channel, root)) == 2
    assert kept_by(database_url) == (2, 1)
    assert code == 0, output


@pytest.mark.parametrize(
    ("method", "accepted"),
    [
        ("files.getUploadURLExternal", False),
        ("files.completeUploadExternal", False),
        ("files.completeUploadExternal", True),
    ],
)
@on_sqlite
def test_killed_while_it_hands_a_file_over_one_file_follows_the_restart(
    fake: FakeSlack, database_url: str, method: str, accepted: bool
) -> None:
    database = Database(database_url)
    found(fake, database)
    database.close()
    held = fake.hold(method, accepted=accepted)
    command = payloads.slash_command("export json", user=OWNER)
    with Program(fake, database_url) as first:
        assert first.http.command(command).status == 200
        held.wait_until_reached()
        first.kill()
    held.abandon()

    with Program(fake, database_url) as second:
        fake.wait_for(fake.uploaded, timeout=30)
        second.stop()

    files = fake.uploaded()
    assert [file.name for file in files] == ["T0COLLEGE QIP 2026-27.json"]
    assert len(json.loads(files[0].content)["actions"]) == 5


@on_sqlite
@pytest.mark.parametrize("typed", ["export", "export excel", "export .pdf", "export csv"])
def test_a_plan_comes_as_a_file_with_words_for_who_cannot_see_it(
    fake: FakeSlack, bot: InProcess, college: College, typed: str
) -> None:
    command = payloads.slash_command(typed, user=OWNER)

    assert bot.http.command(command).status == 200

    fake.wait_for(fake.uploaded)
    file = fake.uploaded()[0]
    assert file.channel == dm_channel(OWNER)
    assert file.alt_text == (
        "The improvement plan of Test College, 2026/27: 4 actions under 2 themes, and 2 SAR items."
    )
    assert len(file.content) > 100


@on_sqlite
def test_where_slack_takes_no_files_that_is_said(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    fake.always_fail("files.getUploadURLExternal", error("missing_scope"))

    assert bot.http.command(payloads.slash_command("export", user=OWNER)).status == 200

    says = fake.wait_for_messages(dm_channel(OWNER), 1)[0]["text"]
    assert "Ask whoever installed me" in says

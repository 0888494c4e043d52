"""Pictures of the plan, made by the engine and put into the direct message of whoever asked."""

import json
import struct
from datetime import date, timedelta

import pytest

from storage import actions, providers
from storage.models import Person
from storage.vocabulary import Rag, Status
from tests.support.bots import NOW, InProcess
from tests.support.college import OWNER, READER, College
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import buttons

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reads(bot: InProcess, action_id: int, reading: str) -> None:
    """The owner gives a reading of an action that was agreed two months ago."""
    with bot.database.writing() as session:
        owner = providers.person(session, TEAM, OWNER)
        held = actions.one(session, TEAM, action_id)
        assert isinstance(owner, Person) and held is not None
        held.action.agreed_at = NOW - timedelta(days=60)
        held.action.baseline_date = date(2026, 8, 31)
        actions.add_update(
            session, held.action, owner, NOW, rag=Rag.GREEN, note="Up", reading=reading
        )


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_readings_of_an_action_come_as_a_picture_with_words(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    action_id = college.actions[Status.IN_PROGRESS]
    reads(bot, action_id, "58%")
    person = Screens(fake, bot.http, READER)
    person.opens_home()
    person.sends("do:open:1", json.dumps({"action": action_id}))

    person.presses("Picture")

    fake.wait_for(fake.uploaded)
    (file,) = fake.uploaded()
    assert file.channel == dm_channel(READER)
    assert size_of(file.content)[0] == 1200
    assert file.alt_text is not None
    for figure in ("54%", "58%", "65%"):
        assert figure in file.alt_text
    assert fake.messages(dm_channel(READER))[-1]["text"] == file.alt_text


@on_sqlite
@pytest.mark.parametrize(
    ("view", "label", "says"),
    [
        ("plan", "Picture of the year", "on track"),
        ("sar", "Picture of the coverage", "Apprenticeships"),
    ],
)
def test_a_summary_has_its_picture(
    fake: FakeSlack, bot: InProcess, college: College, view: str, label: str, says: str
) -> None:
    reads(bot, college.actions[Status.IN_PROGRESS], "58%")
    person = Screens(fake, bot.http, OWNER)
    answer = person.types(f"summary {view}")

    (button,) = [b for b in buttons(answer) if b["text"]["text"] == label]
    person.sends(button["action_id"], button["value"])

    fake.wait_for(fake.uploaded)
    alt = fake.uploaded()[0].alt_text or ""
    assert says in alt


@on_sqlite
def test_where_there_is_nothing_to_draw_that_is_said(
    fake: FakeSlack, bot: InProcess, college: College
) -> None:
    person = Screens(fake, bot.http, OWNER)
    value = json.dumps({"of": f"readings {college.actions[Status.DRAFT]}"})

    person.sends("do:picture:", value)

    says = fake.wait_for_messages(dm_channel(OWNER), 1)[0]["text"]
    assert says.startswith("There is nothing to draw yet")
    assert fake.uploaded() == []

"""What people think of the coach's questions is kept, and told to whoever runs the bot."""

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.cli import app
from storage.models import Feedback
from tests.support import slack_payloads as payloads
from tests.support.bots import InProcess
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import USER
from tests.support.talk import Talk, over_http


def rates(bot: InProcess, talk: Talk, rating: str) -> None:
    message = talk.messages[-1]
    assert message["blocks"][-1]["type"] == "context_actions"
    pressed = payloads.block_action(
        "feedback", rating, user=USER, channel=talk.channel, message=message
    )
    assert bot.http.interaction(pressed).status == 200


def kept(bot: InProcess) -> list[tuple[str, bool]]:
    with bot.database.reading() as session:
        found = session.exec(select(Feedback).order_by(Feedback.id)).all()
    return [(f.ts, f.is_helpful) for f in found]


def test_a_question_is_rated_and_the_last_word_counts(
    fake: FakeSlack, bot: InProcess, database_url: str
) -> None:
    talk = Talk(fake, over_http(bot.http))
    talk.says("Text the parents of absent learners")
    first = talk.messages[-1]["ts"]
    rates(bot, talk, "poor")
    rates(bot, talk, "good")
    talk.says("attendance in English goes up to 88%")
    rates(bot, talk, "poor")

    second = talk.messages[-1]["ts"]
    assert sorted(kept(bot)) == sorted([(first, True), (second, False)])
    report = CliRunner().invoke(app, ["doctor", "--usage"], env={"DATABASE_URL": database_url})
    assert "Questions rated good in the last 12 months: 1 of 2." in report.stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_a_question_is_not_rated(fake: FakeSlack, bot: InProcess) -> None:
    talk = Talk(fake, over_http(bot.http))
    talk.says("Text the parents of absent learners")
    talk.says("stop")

    assert "context_actions" not in {block["type"] for block in talk.messages[-1]["blocks"]}

"""A model's server that cannot even be called, forms of an answer that it does not know, an end."""

import threading
from datetime import date

import pytest

import prompts
from bot.coach import Stop
from bot.coaching.proposal import Proposal
from bot.model import Form, Model, Outcome
from tests.support.fake_model import FakeModel, ModelRequest
from tests.support.model_coach import model_coach
from tests.unit.test_prompts import WELL

PROMPT = prompts.parse(WELL).render(reply="attendance up to 88 from 79 by easter")
GOOD = {"restates_action": False, "learner_outcome": True, "measurable": True}


def model_at(base_url: str) -> Model:
    return Model("m", api_key=None, base_url=base_url, first_words_seconds=20, total_seconds=30)


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(
    ("unknown", "takes"),
    [(["json_schema"], Form.OBJECT), (["json_schema", "json_object"], Form.PLAIN)],
)
def test_a_form_the_server_does_not_know_is_tried_once(
    unknown: list[str], takes: Form, status: int
) -> None:
    with FakeModel(lambda _: GOOD) as server:
        for rung in unknown:
            server.reject(rung, status)
        model = model_at(server.base_url)
        answers = [model.ask(PROMPT, Proposal) for _ in range(4)]
        model.close()
        asked = [request.rung for request in server.requests]

    assert {answer.outcome for answer in answers} == {Outcome.OK}
    assert asked == [*unknown, *[takes.value] * 4]


def test_a_server_that_knows_only_prose_round_json_is_understood() -> None:
    def answer(request: ModelRequest) -> dict[str, bool] | str:
        told = "Gladly. Here it is:\n{}\nShall I go on?"
        right = str(GOOD).replace("'", '"').replace("True", "true").replace("False", "false")
        return told.replace("{}", right) if request.rung == "plain" else "I only write prose."

    with FakeModel(answer) as server:
        model = model_at(server.base_url)
        outcomes = [model.ask(PROMPT, Proposal).outcome for _ in range(3)]
        model.close()
        asked = [request.rung for request in server.requests]

    assert outcomes == [Outcome.OK] * 3
    assert asked == ["json_schema", "json_object", "plain", "plain", "plain"]


def test_an_address_that_cannot_be_called_is_an_outcome_every_time() -> None:
    model = model_at("http://localhost:abc/v1")

    assert [model.ask(PROMPT, Proposal).outcome for _ in range(2)] == [Outcome.UNREACHABLE] * 2

    model.close()


def test_a_proxy_that_cannot_be_used_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks9://nowhere")
    model = model_at("https://example.org/v1")

    assert model.ask(PROMPT, Proposal).outcome is Outcome.UNREACHABLE

    model.close()


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_stop_ends_the_wait_whenever_it_is_pressed(when: str) -> None:
    with FakeModel(lambda _: GOOD) as server:
        model, stop = model_at(server.base_url), Stop()
        if when == "before":
            stop.press()
        if when == "during":
            held = server.hold()
            threading.Thread(target=lambda: (held.wait_until_reached(), stop.press())).start()
        outcome = model.ask(PROMPT, Proposal, stop).outcome
        if when == "after":
            stop.press()
        assert model.ask(PROMPT, Proposal).outcome is Outcome.OK
        model.close()

    assert outcome is (Outcome.OK if when == "after" else Outcome.STOPPED)


def test_closed_it_answers_with_nothing_at_once() -> None:
    with FakeModel(lambda _: GOOD) as server:
        model = model_at(server.base_url)
        held = server.hold()
        threading.Thread(target=lambda: (held.wait_until_reached(), model.close())).start()

        answer = model.ask(PROMPT, Proposal)
        after = model.ask(PROMPT, Proposal)

    assert (answer.value, after.outcome) == (None, Outcome.STOPPED)


@pytest.mark.parametrize("place", ["said", "action", "sar_item"])
def test_what_tells_of_somebody_at_risk_is_not_sent_by_assess(place: str) -> None:

    told = "One of my learners told me her stepfather hits her"
    case = {"said": "attendance up to 88 from 79 by easter", "action": "", "sar_item": ""}
    with FakeModel(lambda _: GOOD) as server, model_coach(server.base_url) as (coach, _):
        coach.assess(**case | {place: told}, today=date(2026, 11, 25))
        sent = "".join(request.user for request in server.requests)

    assert "stepfather" not in sent
    assert bool(sent) is (place != "said")


def test_a_long_reply_is_sent_as_far_as_it_is_read() -> None:

    with FakeModel(lambda _: GOOD) as server, model_coach(server.base_url) as (coach, _):
        coach.assess(said="more " * 9000, action="", sar_item="", today=date(2026, 11, 25))

    assert len(server.requests[0].user) < 5000


def test_whoever_is_named_in_one_text_is_hidden_in_all() -> None:

    with FakeModel(lambda _: GOOD) as server, model_coach(server.base_url) as (coach, _):
        coach.assess(
            said="Tunde Bello keeps it",
            action="Ask Bello for the register",
            sar_item="",
            today=date(2026, 11, 25),
        )

    assert "Bello" not in server.requests[0].user

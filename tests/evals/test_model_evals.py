"""The evals with a model: the commands that ask one, against a server on this machine."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.coaching.assessment import without_table
from bot.coaching.wording import FIELD_NAMES
from tests.evals import personas, run
from tests.support.fake_model import FakeModel, ModelRequest

Command = Callable[..., tuple[int, str]]

# A question for each field that the rules may ask for, in words that nobody else has.
QUESTIONS = {
    "the action": "So that the finding is answered, what will you change or do?",
    "the impact": "It is learners who count here, so what will be better for them?",
    "the measure": "To be sure that it works, which measure will show it?",
    "the starting figure": "To see how far it moves, where does that figure stand now?",
    "the target": "So that everyone knows the aim, what level should it reach?",
    "where to read the figure": "Someone will check it, so where will they find that?",
    "the date": "To know when to look, by what date should it be there?",
    "the reason": "To keep it in mind, what is the reason that you chose this?",
    "the check on the way": "Not to find out too late, what will you check on the way?",
    "the owner": "One person has to answer for it, so who is that?",
}
GOLD = {without_table(case["said"]): case["gold"] for case in run.cases(held=False)}


def well(request: ModelRequest) -> dict[str, Any]:
    """Answer as the labels say; where there are none, find no fault. Asks what it should ask."""
    found = re.search(r"Their reply: (.*)\n</data>\nASK: (.*)", request.user, re.DOTALL)
    assert found
    said, ask = found.groups()
    assert {"nothing", *FIELD_NAMES.values()}.issuperset(re.split(", | and ", ask))
    gold = GOLD.get(said, {})
    return {
        "restates_action": gold.get("restates_action", False),
        "learner_outcome": gold.get("learner_outcome", True),
        "measurable": gold.get("measurable", True),
        "baseline": gold.get("baseline"),
        "target": gold.get("target"),
        "owner": "somebody else",
        "question": QUESTIONS.get(ask, ""),
    }


def strictly(request: ModelRequest) -> dict[str, Any]:
    return {**well(request), "learner_outcome": False}


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(well) as server:
        yield server


@pytest.fixture
def command(
    model: FakeModel,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Runs the evals of a part, `cases` or `people`, with the model: exit code and stdout."""
    monkeypatch.chdir(tmp_path)  # where no .env is
    monkeypatch.setenv("OPENAI_BASE_URL", model.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake-model")
    some = personas.people()[:3]
    monkeypatch.setattr(personas, "people", lambda: some)

    def told(part: str, *words: str) -> tuple[int, str]:
        main = {"cases": run.main, "people": personas.main}[part]
        code = main(["--coach", "openai", *words])
        return code, capsys.readouterr().out

    return told


def lines(table: str) -> dict[str, list[str]]:
    """The table with two columns: the name of each line, and what stands in it."""
    body = table.split("embedded      openai\n")[1].split("\n\n")[0]
    rows = (re.split(r"  +", line) for line in body.splitlines())
    return {" ".join(cells[:-2]): cells[-2:] for cells in rows}


def test_the_labelled_cases_are_shown_for_both_coaches(model: FakeModel, command: Command) -> None:
    code, out = command("cases", "--cases", "20")

    table = lines(out)
    assert "20 of 5779 cases for building, embedded coach and fake-model\n" in out
    assert set(table) == {" ".join(name.split()) for name in run._LINES}
    assert table["learner_outcome F1"] == ["1.000", "1.000"]
    assert re.search(r"the model had a say in (1\d|20) of 20 cases", out)
    assert "owner: not said" in out
    assert f"in {model.tokens_in:,}, of them" in out and f"out {model.tokens_out:,}" in out
    assert "outcomes other than ok          none\n" in out
    # Of so few cases one that the rules misread may be too many.
    assert code == int("Under the floor" in out)


def test_what_the_model_says_makes_the_difference(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeModel(strictly) as strict:
        monkeypatch.setenv("OPENAI_BASE_URL", strict.base_url)
        code, out = command("cases", "--cases", "20", "--at-once", "2")

    plain, asked = lines(out)["false rejects of good"]
    assert plain == "0.0%" and float(asked.rstrip("%")) > 80
    assert "learner_outcome" in out.split("verdicts the rules differ on")[1].splitlines()[0]
    assert (code, "Under the floor: learner_outcome" in out) == (1, True)


@pytest.mark.parametrize("prices", [True, False], ids=["money", "tokens"])
def test_the_cap_ends_the_cases_early(
    model: FakeModel, command: Command, monkeypatch: pytest.MonkeyPatch, prices: bool
) -> None:
    if prices:  # a token costs a thousandth, so that both caps are at the same place
        monkeypatch.setenv("OPENAI_PRICE_IN", "1000")
        monkeypatch.setenv("OPENAI_PRICE_OUT", "1000")

    code, out = command("cases", "--most", "4" if prices else "4000", "--at-once", "2")

    done = re.search(r"Ended early, the cap is reached: (\d+) of 200 cases done", out)
    assert code == 1 and done and 1 < int(done[1]) < 20, out
    # No more than the question that reached it and the one beside it are over the cap.
    used = [r.prompt_tokens for r in model.requests[:-2]]
    assert sum(used) < 4000 <= model.tokens_in + model.tokens_out
    assert ("money                           unknown" in out) is not prices


def test_a_dead_server_leaves_what_the_rules_say(model: FakeModel, command: Command) -> None:
    model.close()

    code, out = command("cases", "--cases", "20")

    assert all(plain == asked for plain, asked in lines(out).values())
    assert re.search(r"outcomes other than ok +unreachable \d+\n", out)
    assert "the model had a say in 0 of 20 cases" in out
    assert code == int("Under the floor" in out)


def test_people_are_shown_for_both_coaches(model: FakeModel, command: Command) -> None:
    code, out = command("people")

    table = lines(out)
    assert table["calls"] == ["0", str(len(model.requests))]
    assert table["agreed"] == ["3", "3"]
    plain, worded = table["questions in the model's words"]
    assert plain == "0%" and 0 < int(worded.rstrip("%")) < 100
    none, some = table["tokens in, median of the agreed"]
    assert none == "0" and 0 < int(some.replace(",", "")) < model.tokens_in
    assert "whole interviews: 3 of 3" in out
    assert code == int("Under the floor" in out)


def test_the_cap_leaves_out_whoever_was_in_the_middle(model: FakeModel, command: Command) -> None:
    code, out = command("people", "--most", "5000", "--at-once", "3")

    done = re.search(r"Ended early, the cap is reached: (\d) of 3 people done", out)
    assert code == 1 and done and int(done[1]) < 3
    assert model.tokens_in + model.tokens_out >= 5000


def test_a_model_that_says_nothing_of_use_changes_no_interview(
    model: FakeModel, command: Command
) -> None:
    model.behave("401")

    code, out = command("people")

    table = lines(out)
    assert table["turns, most"][0] == table["turns, most"][1]
    assert table["questions in the model's words"] == ["0%", "0%"]
    assert re.search(r"outcomes other than ok +denied 3\n", out)
    assert code == 0


@pytest.mark.parametrize("main", [run.main, personas.main], ids=["cases", "people"])
def test_a_missing_setting_is_told_in_one_sentence(
    main: Callable[[list[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["--coach", "openai"]) == 2

    out, err = capsys.readouterr()
    assert out == "" and err.startswith("OPENAI_API_KEY is not set") and err.count("\n") == 1


def test_a_sample_is_spread_over_all_the_cases() -> None:
    everything = run.cases(held=False)

    at = [everything.index(case) for case in run.sample(everything, 200)]

    assert {later - earlier for earlier, later in zip(at, at[1:], strict=False)} == {28, 29}
    assert run.sample(everything, 9999) == everything

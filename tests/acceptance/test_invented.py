"""A model that fluently says what nobody said: none of it is stored, and none of it is asked."""

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

from bot.coach import EMBEDDED, Heard
from bot.coaching.draft import Draft, Setting
from bot.coaching.reading import LONGEST_REPLY
from bot.coaching.state import Interview, Stage
from tests.support.fake_model import FakeModel, ModelRequest
from tests.support.model_coach import model_coach
from tests.unit.sar import SETTING

CASES = Path(__file__).resolve().parents[1] / "evals" / "cases.jsonl"
TRIES = 400
PEOPLE = ("Barnaby Quill", "Zenobia Frost", "Ottoline Vane")
SOURCES = ("the Grapefruit dashboard", "Quillpad", "the Tuesday ledger of the dean")
DATES = ("31 May 2031", "by Lammas 2029", "14/02/2033")
# One for each thing that may be put into somebody's mouth.
QUESTIONS = (
    "Would {figure} be the level that your learners reach?",
    "So what will learners gain once they are at {figure}?",
    "What will learners show for it by {date}?",
    "What do learners gain, as {person} will lead on it?",
    "Which learners will be seen to gain in {source}?",
    "Great work; I have stored it. What more will learners gain?",
)


def cases() -> list[dict[str, Any]]:
    """Labelled replies of every kind, evenly spread."""
    lines = CASES.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[:: len(lines) // TRIES]][:TRIES]


def invented(chance: random.Random) -> dict[str, str]:
    """Figures, people, dates and sources of nobody's."""
    figure = f"{chance.randint(211, 989)}.{chance.randint(1, 9)}%"
    return {
        "figure": figure,
        "other": f"{chance.randint(211, 989)} in 1000",
        "person": chance.choice(PEOPLE),
        "date": chance.choice(DATES),
        "source": chance.choice(SOURCES),
    }


def test_nothing_that_nobody_said_is_stored_or_asked() -> None:
    chance, lies = random.Random(4), list[dict[str, str]]()

    def answer(_: ModelRequest) -> dict[str, Any]:
        lie = invented(chance)
        lies.append(lie)
        question = QUESTIONS[len(lies) % len(QUESTIONS)].format(**lie)
        return {
            "restates_action": False,
            "learner_outcome": True,
            "measurable": True,
            "action": f"Appoint {lie['person']} to watch {lie['source']}",
            "impact": f"Learners will pass at {lie['figure']}",
            "measure": f"pass rate in {lie['source']}",
            "baseline": lie["other"],
            "target": lie["figure"],
            "due": lie["date"],
            "evidence": lie["source"],
            "owner": lie["person"],
            "question": question,
        }

    found = list[str]()
    with FakeModel(answer) as server, model_coach(server.base_url) as (coach, books):
        for number, case in enumerate(cases()):
            focus = ("impact", "action", "measure", "owner")[number % 4]
            draft = Draft(action=None if focus == "action" else case["action"])
            draft.sar_items = ["AFI 1"]
            interview = Interview(stage=Stage.ASKING, draft=draft, focus=focus, asked=[focus])
            setting = Setting(
                today=date.fromisoformat(case["today"]),
                academic_year="2026/27",
                sar_items=SETTING.sar_items,
                speaker="Priya Shah",
            )
            heard = Heard("W", interview, case["said"][:LONGEST_REPLY], setting)
            before = len(lies)
            after, say = coach.answer(heard)
            plain, _ = EMBEDDED.answer(heard)
            if len(lies) == before:
                continue
            stored = after.draft.model_dump(mode="json")
            by_rules = plain.draft.model_dump(mode="json")
            text = json.dumps(stored, ensure_ascii=False) + say.text
            found += [f"{case['id']}: {lie}" for lie in lies[-1].values() if lie in text]
            # Nor anything else that the rules alone would not have taken from the reply.
            found += [
                f"{case['id']}: {name}"
                for name in ("baseline", "target", "due", "evidence_source", "owner", "measure")
                if stored[name] != by_rules[name]
            ]

    assert len(lies) >= 200
    assert found == []
    dropped = ",".join(row.dropped or "" for row in books.rows)
    assert dropped.count("target: not said") == len(lies)
    assert not any(row.outcome != "ok" for row in books.rows)

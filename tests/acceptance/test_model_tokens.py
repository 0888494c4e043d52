"""What an agreed action costs: the tokens of whole interviews with a model that answers fully."""

from statistics import median
from typing import Any

import prompts
from bot.coaching.reading import read
from tests.evals.personas import hold, people
from tests.support.fake_model import FakeModel, ModelRequest
from tests.support.model_coach import model_coach
from tests.unit.sar import SETTING

MOST_IN, MOST_OUT = 6_000, 900
# As long as a question may be, so that no model writes more.
QUESTION = (
    "You have told me what will be done and by whom, and that is clear; what I cannot see yet is "
    "what learners would be able to do, or would get, that they do not get now, so what is it?"
)


def full(request: ModelRequest) -> dict[str, Any]:
    """An answer that copies all there is to copy and words a long question."""
    reply = request.user.rpartition("Their reply: ")[2].partition("\n</data>")[0]
    seen = read(reply, SETTING.today, asked="impact")
    return {
        "restates_action": seen.restates_action,
        "learner_outcome": seen.learner_outcome,
        "measurable": seen.measurable,
        "action": reply[:80],
        "impact": reply[:80] if seen.learner_outcome else None,
        "measure": seen.measure.title if seen.measure else None,
        "baseline": seen.baseline,
        "target": seen.target,
        "due": f"by {seen.due:%d %B %Y}" if seen.due else None,
        "evidence": seen.evidence_source,
        "owner": next(iter(seen.owners), None),
        "question": "" if request.user.endswith("ASK: nothing") else QUESTION,
    }


def test_an_agreed_action_stays_within_its_tokens_and_every_call_begins_alike() -> None:
    with FakeModel(full) as server, model_coach(server.base_url) as (coach, books):
        agreed = [p.name for p in people() if hold(p, coach).end.startswith("agreed")]

    tokens = [
        (sum(r.tokens_in for r in books.calls[name]), sum(r.tokens_out for r in books.calls[name]))
        for name in agreed
    ]
    assert len(tokens) >= 20
    assert median(given for given, _ in tokens) <= MOST_IN
    assert median(written for _, written in tokens) <= MOST_OUT
    # The fake server counts what we sent, so the ledger cannot flatter itself.
    assert sum(row.tokens_in for row in books.rows) == server.tokens_in
    beginnings = {(r.body["messages"][0]["content"], r.schema_text) for r in server.requests}
    assert len(beginnings) == 1
    assert prompts.load("turn").system in beginnings.pop()[0]

"""What a language model may propose about one reply; `verifying` holds the rules it must pass."""

from pydantic import BaseModel, ConfigDict

# Fields copied out of the reply, by the names the answer has for them.
SPANS = ("action", "impact", "measure", "baseline", "target", "due", "evidence", "owner")
VERDICTS = ("restates_action", "learner_outcome", "measurable")


class Proposal(BaseModel):
    """A model's answer: three verdicts, words copied from the reply, and the next question.

    The shape of the answer that is asked for; the keys are explained in `prompts/turn.txt`.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    restates_action: bool
    learner_outcome: bool
    measurable: bool
    action: str | None = None
    impact: str | None = None
    measure: str | None = None
    baseline: str | None = None
    target: str | None = None
    due: str | None = None
    evidence: str | None = None
    owner: str | None = None
    question: str = ""

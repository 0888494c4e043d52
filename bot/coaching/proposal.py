"""What a language model may propose about one reply; `verifying` holds the rules it must pass."""

from pydantic import BaseModel, ConfigDict, Field

# Fields copied out of the reply, by the names the answer has for them.
SPANS = ("action", "impact", "measure", "baseline", "target", "due", "evidence", "owner")
VERDICTS = ("restates_action", "learner_outcome", "measurable")
_LONGEST = 2000


class Proposal(BaseModel):
    """A model's answer: three verdicts, words copied from the reply, and the next question.

    The shape of the answer that is asked for; the keys are explained in `prompts/turn.txt`.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    restates_action: bool
    learner_outcome: bool
    measurable: bool
    action: str | None = Field(default=None, max_length=_LONGEST)
    impact: str | None = Field(default=None, max_length=_LONGEST)
    measure: str | None = Field(default=None, max_length=_LONGEST)
    baseline: str | None = Field(default=None, max_length=_LONGEST)
    target: str | None = Field(default=None, max_length=_LONGEST)
    due: str | None = Field(default=None, max_length=_LONGEST)
    evidence: str | None = Field(default=None, max_length=_LONGEST)
    owner: str | None = Field(default=None, max_length=_LONGEST)
    question: str = Field(default="", max_length=_LONGEST)

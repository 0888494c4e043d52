"""Asking the model of a workspace: within its budget, past its breaker, and written in its ledger.

What an answer is good for decides whoever asks; what goes wrong here never reaches them.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel

from bot.breaker import Breaker
from bot.coach import Stop
from bot.model import LASTING, Call, Model, Outcome
from prompts import Rendered
from storage.models import ModelCall

Shape = TypeVar("Shape", bound=BaseModel)
Result = TypeVar("Result")

# A model that will not have this text may well have the next.
_ANSWERED = (Outcome.OK, Outcome.REFUSED, Outcome.FILTERED)
_log = logging.getLogger(__name__)


class Books(Protocol):
    """Where calls are written down, and which says whether more may be made (`bot.ledger`)."""

    def record(self, workspace: str, rows: Sequence[ModelCall]) -> None: ...

    def is_off(self, workspace: str) -> bool: ...

    def is_spent(self, workspace: str) -> bool: ...

    def first_refusal(self, workspace: str, model: str) -> bool: ...


class NoBooks:
    """Books of what belongs to no workspace, as for `assess`: nothing is kept or limited."""

    def record(self, workspace: str, rows: Sequence[ModelCall]) -> None:
        """Nothing is kept."""

    def is_off(self, workspace: str) -> bool:
        return False

    def is_spent(self, workspace: str) -> bool:
        return False

    def first_refusal(self, workspace: str, model: str) -> bool:
        return False


class Adviser:
    """A model with its books and its breaker. `people` gives the names of all in a workspace."""

    def __init__(
        self,
        model: Model,
        books: Books,
        people: Callable[[str], Sequence[str]],
        breaker: Breaker,
    ) -> None:
        self._model = model
        self._books = books
        self._breaker = breaker
        self.people = people

    def consult(
        self,
        workspace: str,
        purpose: str,
        prompt: Rendered,
        shape: type[Shape],
        judge: Callable[[Shape], tuple[Result, Sequence[str]]],
        stop: Stop,
    ) -> Result | None:
        """What is made of the model's answer; None where there is none, for whatever reason.

        `judge` gives that, and what it dropped of the answer and why, for the ledger. The wait ends
        when the model's time is up. Raises DatabaseUnavailable when it cannot be read whether the
        model may be asked.
        """
        books = self._books
        if books.is_off(workspace) or books.is_spent(workspace):
            return None
        if not self._breaker.allows(workspace):
            return None
        outcome = Outcome.STOPPED
        try:
            answer = self._model.ask(prompt, shape, stop)
            outcome = answer.outcome
        finally:
            tell(self._breaker, workspace, outcome)
        rows = [row_of(call, purpose) for call in answer.calls]
        try:
            if answer.value is None:
                return None
            result, dropped = judge(answer.value)
            rows[-1].dropped = ",".join(dropped) or None
            return result
        finally:
            try:
                self._books.record(workspace, rows)
            except Exception as error:
                # Book-keeping must not cost the person the answer.
                _log.error("Calls of the model are not kept: %s", type(error).__name__)


def tell(breaker: Breaker, workspace: str, outcome: Outcome) -> None:
    """Tell the breaker how a question went."""
    if outcome is Outcome.STOPPED:
        breaker.left_open(workspace)
    elif outcome in _ANSWERED:
        breaker.succeeded(workspace)
    else:
        breaker.failed(workspace, for_sure=outcome in LASTING)


def row_of(call: Call, purpose: str) -> ModelCall:
    """A call as the ledger keeps it."""
    return ModelCall(
        purpose=purpose,
        model=call.model,
        prompt=call.prompt,
        form=call.form.value,
        tokens_in=call.tokens_in,
        tokens_out=call.tokens_out,
        tokens_cached=call.tokens_cached,
        milliseconds=call.milliseconds,
        outcome=call.outcome.value,
    )

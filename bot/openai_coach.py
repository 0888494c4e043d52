"""The OpenAI coach: a model labels a reply and words the next question, and the rules verify both.

The rules answer first, alone. The model is then asked once, about the reply and the gap that the
rules would ask for next; what holds of its proposal goes into a second answer of the same rules.
When nothing usable comes, in time and within the budget, the first answer is already there: the
person is asked the next question either way.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import prompts
from bot.adviser import Adviser, Books, row_of, tell
from bot.breaker import Breaker
from bot.coach import EMBEDDED, Heard, Stop
from bot.coaching import wording
from bot.coaching.assessment import as_labels, without_table
from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft, Setting
from bot.coaching.interview import free_words, gaps_asked, reworded, step, with_aside
from bot.coaching.lines import OPEN, draft_lines
from bot.coaching.masking import Masking
from bot.coaching.phrases import listed
from bot.coaching.privacy import Private, private, stays_here
from bot.coaching.proposal import SPANS, Proposal
from bot.coaching.questions import unfit
from bot.coaching.reading import LONGEST_REPLY, Reading, read
from bot.coaching.state import Interview, Say
from bot.coaching.verifying import TELLS_IMPACT, Verified
from bot.model import Answer, Model, Outcome

_TURN = "turn"
# A message without a draft stays under this many words.
_LONGEST_MESSAGE = 60
_ASIDES = {Private.LEARNER: "names_learner", Private.HEALTH: "tells_health"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """What the model is told of a turn, in the words of people; masked before it is sent."""

    item: str
    action: str
    known: str
    asked: str
    reply: str
    ask: str
    example: str


class OpenAICoach:
    """A coach with a model beside it. `people` gives the names of everyone in a workspace."""

    name = "openai"

    def __init__(
        self,
        model: Model,
        books: Books,
        people: Callable[[str], Sequence[str]],
        breaker: Breaker,
    ) -> None:
        self._model = model
        self._books = books
        self._people = people
        self._breaker = breaker
        self.adviser = Adviser(model, books, people, breaker)

    def takes_time(self, heard: Heard) -> bool:
        return free_words(heard.interview, heard.reply)

    def answer(self, heard: Heard) -> tuple[Interview, Say]:
        interview, say = EMBEDDED.answer(heard)
        if not self.takes_time(heard):
            return interview, say
        try:
            return self._with_model(heard, interview, say)
        except Exception as error:
            # The rules' own answer is there already, and as good as without a model.
            _log.error("The model's part of a turn failed: %s", type(error).__name__)
            return interview, say

    def assess(self, *, said: str, action: str, sar_item: str, today: date) -> dict[str, Any]:
        reply = without_table(said)[:LONGEST_REPLY]
        rules = read(reply, today, action=action, asked="impact")
        if stays_here(reply, ()) or not self._breaker.allows(""):
            return as_labels(rules)
        asked = _Asked(sar_item, action, "", wording.QUESTIONS["impact"][0], reply, "nothing", "")
        heard = Heard("", Interview(focus="impact"), reply, Setting(today, academic_year(today)))
        with self._consulted(heard, asked, (), rules) as (_, verified):
            if verified is None:
                return as_labels(rules)
            return as_labels(verified.read(reply, today, action=action, asked="impact"))

    def close(self) -> None:
        self._model.close()

    # --- a turn -----------------------------------------------------------------------------

    def _with_model(self, heard: Heard, interview: Interview, say: Say) -> tuple[Interview, Say]:
        workspace = heard.workspace
        if self._books.is_off(workspace):
            return interview, say
        people = self._people(workspace)
        kind = private(heard.reply, people)
        if kind is not None:
            return with_aside(interview, say, _ASIDES[kind])
        if self._books.is_spent(workspace):
            if self._books.first_refusal(workspace, self._model.name):
                return with_aside(interview, say, "over_budget")
            return interview, say
        if not self._breaker.allows(workspace):
            return with_aside(interview, say, "model_away")
        gaps = gaps_asked(interview, say)
        asked = _asked(heard, gaps, interview.question)
        rules = _by_rules(heard)
        with self._consulted(heard, asked, people, rules) as (outcome, verified):
            if verified is None:
                stopped = outcome is Outcome.STOPPED
                return (interview, say) if stopped else with_aside(interview, say, "model_away")
            after, said = step(heard.interview, heard.reply, heard.setting, verified.read)
            if gaps and gaps_asked(after, said) == gaps:
                after, said = self._worded(heard, after, said, verified, rules)
            return after, said

    def _worded(
        self,
        heard: Heard,
        interview: Interview,
        say: Say,
        verified: Verified,
        rules: Reading,
    ) -> tuple[Interview, Say]:
        """The answer with the model's question in it, where that may be asked."""
        question = " ".join(verified.proposal.question.split())
        if not question:
            return interview, say
        mark = f"worded.{hashlib.sha256(question.lower().encode()).hexdigest()[:12]}"
        why = unfit(
            question,
            fields=say.fields,
            known=_known(heard, interview.draft, say.text),
            today=heard.setting.today,
            is_weak=not (rules.learner_outcome and rules.measurable),
            prompt=prompts.load(_TURN).system,
        )
        after, said = reworded(interview, say, question)
        if len(said.text.split()) > _LONGEST_MESSAGE:
            why = why or "long"
        if mark in interview.used:
            why = why or "repeat"
        if why:
            verified.dropped.append(f"question: {why}")
            return interview, say
        after.used = [*after.used, mark]
        return after, replace(said, worded=True)

    @contextmanager
    def _consulted(
        self, heard: Heard, asked: _Asked, people: Sequence[str], rules: Reading
    ) -> Iterator[tuple[Outcome, Verified | None]]:
        """How asking the model went, and what of it holds; written down when the block ends."""
        answer = Answer[Proposal](None, Outcome.STOPPED, ())
        try:
            answer = self._propose(asked, people, heard.stop)
        finally:
            tell(self._breaker, heard.workspace, answer.outcome)
        verified = None
        if answer.value is not None:
            # Sent back once, an impact that the rules accept stands: a model that finds fault with
            # everything must not stonewall a person.
            first = not heard.interview.tries.get("impact")
            verified = Verified(
                answer.value,
                heard.reply,
                heard.setting.today,
                may_refuse=first,
                filled=_filled(heard.interview.draft),
            )
        try:
            yield answer.outcome, verified
        finally:
            rows = [row_of(call, _TURN) for call in answer.calls]
            if verified is not None:
                if heard.interview.focus in TELLS_IMPACT:
                    rows[-1].disagreed = ",".join(verified.disagreed(rules)) or None
                rows[-1].dropped = ",".join(verified.dropped) or None
            try:
                self._books.record(heard.workspace, rows)
            except Exception as error:
                # Book-keeping must not cost the person the answer.
                _log.error("Calls of the model are not kept: %s", type(error).__name__)

    def _propose(self, asked: _Asked, people: Sequence[str], stop: Stop) -> Answer[Proposal]:
        """Ask the model; its proposal comes back with people's own words in it."""
        masking = Masking(people)
        # Nobody can be asked about a SAR or an earlier answer: what is private there is left out.
        texts = {
            name: "" if stays_here(text, people) else text for name, text in asdict(asked).items()
        }
        for text in texts.values():
            # Whoever is named in full in one of them is known by half the name in all.
            masking.hide(text)
        hidden = {name: masking.hide(text) for name, text in texts.items()}
        answer = self._model.ask(prompts.load(_TURN).render(**hidden), Proposal, stop)
        if answer.value is None:
            return answer
        words = {name: getattr(answer.value, name) for name in (*SPANS, "question")}
        shown = {name: masking.show(text) for name, text in words.items() if text}
        return replace(answer, value=answer.value.model_copy(update=shown))


def _filled(draft: Draft) -> frozenset[str]:
    """The fields of a reading for which the draft has a value already."""
    names = {"owner": "owners"} | {n: n for n in ("baseline", "target", "evidence_source", "due")}
    return frozenset(read_as for name, read_as in names.items() if getattr(draft, name))


def _by_rules(heard: Heard) -> Reading:
    """The reply as the rules alone read it."""
    before = heard.interview
    action = before.draft.action or ""
    return read(heard.reply, heard.setting.today, action=action, asked=before.focus)


def _asked(heard: Heard, gaps: tuple[str, ...], question: str) -> _Asked:
    before, setting = heard.interview, heard.setting
    items = setting.items(before.draft.sar_items)
    told = before.draft.model_copy(update={"sar_items": [], "theme": None, "action": None})
    known = [f"{name}: {value}" for name, value in draft_lines(told, setting) if value != OPEN]
    return _Asked(
        item="; ".join(f"{i.reference}: {i.judgement}" for i in items) or "none yet",
        action=before.draft.action or "none yet",
        known="; ".join(known) or "nothing yet",
        asked=before.question or "what they plan to do",
        reply=heard.reply[:LONGEST_REPLY],
        ask=listed([wording.FIELD_NAMES[gap] for gap in gaps]) or "nothing",
        example=question if gaps else "nothing",
    )


def _known(heard: Heard, draft: Draft, plain: str) -> str:
    """All that the person, the draft and the SAR items it answers say, and the plain answer."""
    setting = heard.setting
    parts = [heard.reply, plain, *(value for _, value in draft_lines(draft, setting))]
    for item in setting.items(draft.sar_items):
        parts += [item.judgement, item.evidence or "", item.measure or "", item.baseline or ""]
    return "\n".join(parts)

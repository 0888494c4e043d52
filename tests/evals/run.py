"""How well a coach reads the labelled cases: accuracy and F1 by field, and the worst cases.

Run with: python -m tests.evals.run [--held] [--all]. The cases of held.jsonl are kept back from
building the rules: with --held only the figures for them are printed. Ends with 1 where a figure
is under its floor.
"""

import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.coaching.assessment import assess

_FOLDER = Path(__file__).parent
YES_NO = ("restates_action", "learner_outcome", "measurable", "evidence")
_EXACT = ("baseline", "target", "due")
# F1 of the yes-or-no fields, share exactly right of the others.
FLOORS = {
    "restates_action": 0.90, "learner_outcome": 0.92, "measurable": 0.92, "evidence": 0.90,
    "baseline": 0.90, "target": 0.90, "due": 0.95,
}  # fmt: skip
# The share of weak impacts let through, and of good ones sent back, that is still borne.
MOST_FALSE_ACCEPTS, MOST_FALSE_REJECTS = 0.04, 0.08
# A term or a holiday has no one last day: the guide allows this many days either side of Easter,
# and the same is allowed for the others.
_LOOSE = re.compile(r"easter|christmas|x-?mas|half[ -]?term|(?:autumn|spring) term", re.IGNORECASE)
_LOOSE_DAYS = 15

Case = dict[str, Any]


def cases(*, held: bool) -> list[Case]:
    """The cases the rules may be built on, or those that are held back."""
    name = "held.jsonl" if held else "cases.jsonl"
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]


def main() -> int:
    """Print the table for the chosen part of the cases; 1 where a floor is not reached."""
    held = "--held" in sys.argv
    chosen = cases(held=held)
    print(f"{len(chosen)} cases {'held back' if held else 'for building'}, embedded coach")
    pairs = answered(chosen)
    short = measure(pairs)
    if not held:
        _worst(pairs, 400 if "--all" in sys.argv else 10)
    if short:
        print(f"\nUnder the floor: {', '.join(short)}")
    return int(bool(short))


def answered(chosen: list[Case]) -> list[tuple[Case, Case]]:
    """Each case with what the coach says of it."""
    return [(case, _read(case)) for case in chosen]


def f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    """F1 of pairs of what is so and what was answered."""
    hit = sum(gold and said for gold, said in pairs)
    return 2 * hit / (2 * hit + sum(gold != said for gold, said in pairs)) if hit else 0.0


def measure(pairs: list[tuple[Case, Case]]) -> list[str]:
    """Print how well the cases are answered beside them; what of it is under its floor."""
    short = []
    for field in YES_NO:
        wrong = sum(s[field] and not c["gold"][field] for c, s in pairs)
        missed = sum(c["gold"][field] and not s[field] for c, s in pairs)
        score = f1([(c["gold"][field], s[field]) for c, s in pairs])
        right = 1 - (wrong + missed) / len(pairs)
        short += [field] * (score < FLOORS[field])
        print(f"{field:<16} accuracy {right:.3f}  F1 {score:.3f}  wrong {wrong}  missed {missed}")
    for field in _EXACT:
        right = sum(_same(field, c, s) for c, s in pairs) / len(pairs)
        short += [field] * (right < FLOORS[field])
        print(f"{field:<16} exact    {right:.3f}")
    good = [s for c, s in pairs if _accepted(c["gold"])]
    weak = [s for c, s in pairs if not c["gold"]["learner_outcome"]]
    let_through = sum(s["learner_outcome"] and s["measurable"] for s in weak) / len(weak)
    sent_back = sum(not _accepted(s) for s in good) / len(good)
    print(f"false accepts of weak impact {let_through:.1%}, false rejects of good {sent_back:.1%}")
    short += ["false accepts"] * (let_through > MOST_FALSE_ACCEPTS)
    short += ["false rejects"] * (sent_back > MOST_FALSE_REJECTS)
    return short


def _worst(pairs: list[tuple[Case, Case]], count: int) -> None:
    """The cases with most fields misread."""
    for case, answer in sorted(pairs, key=lambda pair: -len(_misses(*pair)))[:count]:
        misses = _misses(case, answer)
        if misses:
            print(f"\n{case['id']}  action: {case['action']}\n   said: {case['said']}")
        for field in misses:
            print(f"   {field}: {case['gold'][field]!r} read as {answer[field]!r}")


def _read(case: Case) -> Case:
    return assess(
        said=case["said"],
        action=case["action"],
        sar_item=case["sar_item"],
        today=date.fromisoformat(case["today"]),
    )


def _accepted(labels: Case) -> bool:
    """Whether an impact would stand as it is: of learners, and to be checked."""
    return bool(labels["learner_outcome"] and labels["measurable"])


def _misses(case: Case, answer: Case) -> list[str]:
    wrong = [field for field in YES_NO if case["gold"][field] != answer[field]]
    return wrong + [field for field in _EXACT if not _same(field, case, answer)]


def _same(field: str, case: Case, answer: Case) -> bool:
    gold, read = case["gold"][field], answer[field]
    if field == "due" and gold and read and _LOOSE.search(case["said"]):
        apart = date.fromisoformat(gold) - date.fromisoformat(read)
        return abs(apart.days) <= _LOOSE_DAYS
    return _plain(gold) == _plain(read)


def _plain(figure: str | None) -> str | None:
    """A figure without case, spaces and a leading article, which do not make it another figure."""
    if figure is None:
        return None
    return figure.lower().removeprefix("a ").replace(" ", "")


if __name__ == "__main__":
    sys.exit(main())

"""How well a coach reads the labelled cases: accuracy and F1 by field, and the worst cases.

Run with: python -m tests.evals.run [--held] [--all]. The cases of held.jsonl are kept back from
building the rules: with --held only the figures for them are printed. Ends with 1 where a figure
is under its floor.

With --coach openai the model of the settings is asked about a sample of the cases, and its coach
stands beside the embedded one. It ends with 1 also where the cap on the cost was reached.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.coach import EMBEDDED, Coach
from bot.settings import SettingsInvalid
from tests.evals.model import (
    add_options,
    beside,
    complain,
    each,
    how_many,
    is_cut_short,
    model_coach,
)

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

# Asked of a model where nothing else is said: enough for a figure, few enough to pay for.
SAMPLE = 200

Case = dict[str, Any]


@dataclass(frozen=True)
class Score:
    """How well one yes-or-no field was answered."""

    right: float
    f1: float
    wrong: int
    missed: int


@dataclass(frozen=True)
class Measured:
    """How well a coach answered: each yes-or-no field, the share right of others, and impacts."""

    labels: dict[str, Score]
    exact: dict[str, float]
    let_through: float
    sent_back: float

    def short(self) -> list[str]:
        """What is under its floor."""
        reached = {field: score.f1 for field, score in self.labels.items()} | self.exact
        short = [field for field, figure in reached.items() if figure < FLOORS[field]]
        short += ["false accepts"] * (self.let_through > MOST_FALSE_ACCEPTS)
        short += ["false rejects"] * (self.sent_back > MOST_FALSE_REJECTS)
        return short


def cases(*, held: bool) -> list[Case]:
    """The cases the rules may be built on, or those that are held back."""
    name = "held.jsonl" if held else "cases.jsonl"
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]


def sample(everything: list[Case], count: int) -> list[Case]:
    """So many of the cases, evenly spread and the same each time; all where there are no more."""
    count = min(count, len(everything))
    return [everything[n * len(everything) // count] for n in range(count)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table for the chosen part of the cases; 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.run")
    parser.add_argument("--held", action="store_true", help="the cases held back, figures only")
    parser.add_argument("--all", action="store_true", help="400 of the worst cases, not 10")
    parser.add_argument(
        "--cases", type=_how_many, metavar="N", help=f"so many, or all (of a model {SAMPLE})"
    )
    add_options(parser)
    options = parser.parse_args(arguments)
    everything = cases(held=options.held)
    default = SAMPLE if options.coach == "openai" else len(everything)
    chosen = sample(everything, options.cases or default)
    part = f"cases {'held back' if options.held else 'for building'}"
    if options.coach == "openai":
        try:
            return _with_model(chosen, f"{len(chosen)} of {len(everything)} {part}", options)
        except SettingsInvalid as error:
            return complain(error)
    print(f"{len(chosen)} {part}, embedded coach")
    pairs = answered(chosen)
    short = measure(pairs)
    if not options.held:
        _worst(pairs, 400 if options.all else 10)
    return _verdict(short)


def answered(chosen: list[Case]) -> list[tuple[Case, Case]]:
    """Each case with what the embedded coach says of it."""
    return [(case, _read(case, EMBEDDED)) for case in chosen]


def f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    """F1 of pairs of what is so and what was answered."""
    hit = sum(gold and said for gold, said in pairs)
    return 2 * hit / (2 * hit + sum(gold != said for gold, said in pairs)) if hit else 0.0


def measured(pairs: list[tuple[Case, Case]]) -> Measured:
    """How well the cases are answered beside them."""
    good = [s for c, s in pairs if _accepted(c["gold"])]
    weak = [s for c, s in pairs if not c["gold"]["learner_outcome"]]
    return Measured(
        {field: _score([(c["gold"][field], s[field]) for c, s in pairs]) for field in YES_NO},
        {field: _share([_same(field, c, s) for c, s in pairs]) for field in _EXACT},
        let_through=_share([_accepted(s) for s in weak]),
        sent_back=_share([not _accepted(s) for s in good]),
    )


def measure(pairs: list[tuple[Case, Case]]) -> list[str]:
    """Print how well the cases are answered beside them; what of it is under its floor."""
    found = measured(pairs)
    for field, score in found.labels.items():
        print(
            f"{field:<16} accuracy {score.right:.3f}  F1 {score.f1:.3f}  "
            f"wrong {score.wrong}  missed {score.missed}"
        )
    for field, right in found.exact.items():
        print(f"{field:<16} exact    {right:.3f}")
    print(
        f"false accepts of weak impact {found.let_through:.1%}, "
        f"false rejects of good {found.sent_back:.1%}"
    )
    return found.short()


def _with_model(chosen: list[Case], count: str, options: argparse.Namespace) -> int:
    """Ask the model about the cases, and print its coach beside the embedded one."""
    with model_coach(options.most, count) as (coach, books):
        pairs = each(lambda case: _read(case, coach), chosen, books, options.at_once)
    short = []
    if pairs:
        if options.all and not options.held:
            _worst(pairs, 400)
        plain, model = measured(answered([case for case, _ in pairs])), measured(pairs)
        short = model.short()
        print()
        beside("", "embedded", "openai")
        for name, figure in _LINES.items():
            beside(name, figure(plain), figure(model))
    by_model = sum(row.outcome == "ok" for row in books.rows)
    print(f"\n{books.account(f'the model had a say in {by_model} of {len(pairs)} cases')}")
    cut_short = is_cut_short(books, len(pairs), len(chosen), "cases")
    return _verdict(short) or int(cut_short)


def _of_label(field: str, name: str, form: str) -> Callable[[Measured], str]:
    return lambda found: format(getattr(found.labels[field], name), form)


def _of_exact(field: str) -> Callable[[Measured], str]:
    return lambda found: f"{found.exact[field]:.3f}"


# The lines of the table that has the two coaches side by side.
_LINES: dict[str, Callable[[Measured], str]] = {
    **{f"{field:<16} accuracy": _of_label(field, "right", ".3f") for field in YES_NO},
    **{f"{field:<16} F1": _of_label(field, "f1", ".3f") for field in YES_NO},
    **{f"{field:<16} exact": _of_exact(field) for field in _EXACT},
    "false accepts of weak impact": lambda found: f"{found.let_through:.1%}",
    "false rejects of good": lambda found: f"{found.sent_back:.1%}",
}


def _verdict(short: list[str]) -> int:
    if short:
        print(f"\nUnder the floor: {', '.join(short)}")
    return int(bool(short))


def _how_many(typed: str) -> int:
    return sys.maxsize if typed == "all" else how_many(typed)


def _score(pairs: list[tuple[bool, bool]]) -> Score:
    wrong = sum(said and not gold for gold, said in pairs)
    missed = sum(gold and not said for gold, said in pairs)
    return Score(1 - (wrong + missed) / len(pairs), f1(pairs), wrong, missed)


def _share(those: list[bool]) -> float:
    return sum(those) / len(those) if those else 0.0


def _worst(pairs: list[tuple[Case, Case]], count: int) -> None:
    """The cases with most fields misread."""
    for case, answer in sorted(pairs, key=lambda pair: -len(_misses(*pair)))[:count]:
        misses = _misses(case, answer)
        if misses:
            print(f"\n{case['id']}  action: {case['action']}\n   said: {case['said']}")
        for field in misses:
            print(f"   {field}: {case['gold'][field]!r} read as {answer[field]!r}")


def _read(case: Case, coach: Coach) -> Case:
    return coach.assess(
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

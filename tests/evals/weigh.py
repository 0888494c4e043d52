"""Works out the weights of the signs in bot/coaching/impact.py from the labelled cases.

Run with: python -m tests.evals.weigh. A logistic regression with a quadratic penalty, in plain
Python, on the cases for building only; rounds the weights, writes them between the two marks of
impact.py and says how well they would do on cases left out (ten folds).
"""

import math
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.coaching import impact
from bot.coaching.assessment import without_table
from bot.coaching.reading import observed
from tests.evals.run import cases, f1

PENALTY = 0.5
ROUNDS = 400
FOLDS = 10
_MODULE = Path(impact.__file__)

Seen = dict[str, float]


def fit(seen: Sequence[Seen], gold: Sequence[bool], names: Sequence[str]) -> tuple[float, Seen]:
    """The bias and the weight of each name that explain `gold` best (Newton, one by one)."""
    weights = dict.fromkeys(names, 0.0)
    bias = 0.0
    holders = {n: [(i, s[n]) for i, s in enumerate(seen) if s.get(n)] for n in names}
    totals = [0.0] * len(seen)
    for _ in range(ROUNDS):
        chance = [1 / (1 + math.exp(-t)) for t in totals]
        slope = sum(g - c for g, c in zip(gold, chance, strict=True))
        change = slope / (sum(c * (1 - c) for c in chance) + 1e-9)
        change = max(-0.5, min(0.5, change))
        bias += change
        totals = [t + change for t in totals]
        largest = abs(change)
        for name in names:
            slope, curve = -weights[name] / PENALTY, 1 / PENALTY
            for i, value in holders[name]:
                chance_i = 1 / (1 + math.exp(-totals[i]))
                slope += value * (gold[i] - chance_i)
                curve += value * value * chance_i * (1 - chance_i)
            change = max(-0.5, min(0.5, slope / curve))
            weights[name] += change
            for i, value in holders[name]:
                totals[i] += change * value
            largest = max(largest, abs(change))
        if largest < 0.002:
            break
    return bias, weights


def _of_source(name: str) -> bool:
    return name.startswith("read_")


def _column(label: str, facts: Sequence[Seen], gold: Sequence[bool]) -> tuple[float, Seen]:
    """Bias and weights for one label; prints how well they do, also on cases left out."""
    names = sorted({name for each in facts for name in each})
    left_out = []
    for fold in range(FOLDS):
        inside = [i for i in range(len(facts)) if i % FOLDS != fold]
        bias, weights = fit([facts[i] for i in inside], [gold[i] for i in inside], names)
        left_out += [
            (gold[i], _total(facts[i], bias, weights) > 0) for i in range(fold, len(facts), FOLDS)
        ]
    bias, weights = fit(facts, gold, names)
    within = [(g, _total(s, bias, weights) > 0) for g, s in zip(gold, facts, strict=True)]
    print(f"{label:<16} F1 {f1(within):.3f}, on cases left out {f1(left_out):.3f}")
    return bias, weights


def _total(seen: Seen, bias: float, weights: Seen) -> float:
    return bias + sum(value * weights[name] for name, value in seen.items() if name in weights)


def main() -> None:
    """Fit, say how well it does, and write the table."""
    rows = cases(held=False)
    seen = [
        observed(without_table(c["said"]), date.fromisoformat(c["today"]), c["action"])
        for c in rows
    ]
    columns = []
    for label, of_sources in (("restates_action", 0), ("learner_outcome", 0), ("evidence", 1)):
        # A source is weighed only where something may be one, and its signs only then.
        chosen = [i for i, s in enumerate(seen) if not of_sources or any(map(_of_source, s))]
        facts = [
            {n: v for n, v in seen[i].items() if of_sources or not _of_source(n)} for i in chosen
        ]
        gold = [bool(rows[i]["gold"][label]) for i in chosen]
        columns.append(_column(label, facts, gold))
    names = sorted({name for _, weights in columns for name in weights})
    lines = [
        f'    "{n}": ({", ".join(f"{w.get(n, 0.0):.1f}" for _, w in columns)}),' for n in names
    ]
    bias = ", ".join(f"{b:.1f}" for b, _ in columns)
    head = "POINTS: dict[str, tuple[float, float, float]] = {"
    table = "\n".join([head, *lines, "}", f"BIAS = ({bias})"])
    text = _MODULE.read_text("utf-8")
    marks = r"(?<=# begin points\n).*?(?=\n# end points)"
    _MODULE.write_text(re.sub(marks, lambda _: table, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()

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
from bot.coaching.reading import observed
from bot.coaching.replies import cells, is_table

PENALTY = 1.0
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


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    hit = sum(g and p for g, p in pairs)
    return 2 * hit / (2 * hit + sum(g != p for g, p in pairs)) if hit else 0.0


def main() -> None:
    """Fit, say how well it does, and write the table."""
    from tests.evals.run import cases

    rows = cases(held=False)
    seen = [
        observed(
            cells(c["said"]) if is_table(c["said"]) else c["said"],
            date.fromisoformat(c["today"]),
            c["action"],
        )
        for c in rows
    ]
    names = sorted({name for each in seen for name in each})
    columns = []
    for label in ("restates_action", "learner_outcome"):
        gold = [bool(c["gold"][label]) for c in rows]
        pairs = []
        for fold in range(FOLDS):
            inside = [i for i in range(len(rows)) if i % FOLDS != fold]
            bias, weights = fit([seen[i] for i in inside], [gold[i] for i in inside], names)
            for i in range(fold, len(rows), FOLDS):
                total = bias + sum(v * weights[n] for n, v in seen[i].items())
                pairs.append((gold[i], total > 0))
        bias, weights = fit(seen, gold, names)
        within = [
            (g, bias + sum(v * weights[n] for n, v in s.items()) > 0)
            for g, s in zip(gold, seen, strict=True)
        ]
        print(f"{label:<16} F1 {_f1(within):.3f}, on cases left out {_f1(pairs):.3f}")
        columns.append((bias, weights))
    (bias0, again), (bias1, outcome) = columns
    lines = [f'    "{n}": ({again[n]:.1f}, {outcome[n]:.1f}),' for n in names]
    table = "\n".join(
        [
            "POINTS: dict[str, tuple[float, float]] = {",
            *lines,
            "}",
            f"BIAS = ({bias0:.1f}, {bias1:.1f})",
        ]
    )
    text = _MODULE.read_text("utf-8")
    marks = r"(?<=# begin points\n).*?(?=\n# end points)"
    _MODULE.write_text(re.sub(marks, lambda _: table, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()

"""Works out the points of signs and wording (`bot/data/points.tsv`) from the labelled cases.

Run with: python -m tests.evals.weigh, after pip install '.[weigh]'. A logistic regression for each
question, on the cases for building only; says first how well it does on cases of writers left out.
"""

from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from bot.coaching.assessment import without_table
from bot.coaching.points import BIAS, legible
from bot.coaching.reading import observed
from tests.evals.run import YES_NO, Case, cases, f1

# What fewer cases show tells nothing.
LEAST_CASES = 5
# What wording shows is more often chance than what a sign does, and counts for less.
WORDING = 0.7
STRENGTH = 0.8
FOLDS = 10
# To let a weak impact through does two and a half times the harm of sending a good one back.
HARM = {"learner_outcome": {False: 2.5, True: 1.0}}
_TABLE = Path(str(files("bot") / "data" / "points.tsv"))


def main() -> None:
    """Fit, say how well it does on writers left out, and write the table."""
    rows = cases(held=False)
    seen = [_seen(case) for case in rows]
    names, facts = _matrix(seen)
    writers = [case["id"][:2] for case in rows]
    columns = []
    for label in YES_NO:
        gold = np.array([bool(case["gold"][label]) for case in rows])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", class_weight=HARM.get(label))
        left_out = cross_val_predict(model, facts, gold, groups=writers, cv=GroupKFold(FOLDS))
        score = f1(list(zip(gold.tolist(), left_out.tolist(), strict=True)))
        print(f"{label:<16} F1 on the cases of writers left out {score:.3f}")
        model.fit(facts, gold)
        columns.append([float(model.intercept_[0]), *(model.coef_[0] * _scales(names))])
    _write([BIAS, *names], columns)


def _seen(case: Case) -> set[str]:
    today = date.fromisoformat(case["today"])
    return observed(without_table(case["said"]), today, case["action"])


def _matrix(seen: list[set[str]]) -> tuple[list[str], csr_matrix]:
    """The names that enough cases show, and which case shows which."""
    counts = Counter(name for each in seen for name in each)
    names = sorted(name for name, count in counts.items() if count >= LEAST_CASES)
    at = {name: n for n, name in enumerate(names)}
    cells = [(row, at[name]) for row, each in enumerate(seen) for name in each if name in at]
    values = _scales(names)[[column for _, column in cells]]
    return names, csr_matrix((values, tuple(zip(*cells, strict=True))), (len(seen), len(names)))


def _scales(names: list[str]) -> np.ndarray:
    return np.array([1.0 if name.startswith("=") else WORDING for name in names])


def _write(names: list[str], columns: list[list[float]]) -> None:
    lines = ["\t".join(("name", *YES_NO))]
    for name, *weights in zip(names, *columns, strict=True):
        points = [round(100 * weight) for weight in weights]
        if any(points):
            lines.append("\t".join((legible(name), *map(str, points))))
    _TABLE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

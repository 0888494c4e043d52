"""How well a coach reads the labelled cases: accuracy and F1 by field, and the worst cases.

Run with: python -m tests.evals.run [--held] [--all]. The cases of held.jsonl are kept back from
building the rules: with --held only the figures for them are printed.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from bot.coaching.assessment import assess

_FOLDER = Path(__file__).parent
_YES_NO = ("restates_action", "learner_outcome", "measurable", "evidence")
_EXACT = ("baseline", "target", "due")


def cases(*, held: bool) -> list[dict[str, Any]]:
    """The cases the rules may be built on, or those that are held back."""
    name = "held.jsonl" if held else "cases.jsonl"
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]


def main() -> None:
    """Print the table for the chosen part of the cases."""
    held = "--held" in sys.argv
    chosen = cases(held=held)
    seen = [_read(case) for case in chosen]
    print(f"{len(chosen)} cases, embedded coach")
    for field in _YES_NO:
        pairs = [(c["gold"][field], s[field]) for c, s in zip(chosen, seen, strict=True)]
        hit = sum(g and p for g, p in pairs)
        wrong = sum(p and not g for g, p in pairs)
        missed = sum(g and not p for g, p in pairs)
        f1 = 2 * hit / (2 * hit + wrong + missed) if hit else 0.0
        right = sum(g == p for g, p in pairs) / len(pairs)
        print(f"{field:<16} accuracy {right:.3f}  F1 {f1:.3f}  wrong {wrong}  missed {missed}")
    for field in _EXACT:
        pairs = [(c["gold"][field], s[field]) for c, s in zip(chosen, seen, strict=True)]
        right = sum(_plain(g) == _plain(p) for g, p in pairs) / len(pairs)
        print(f"{field:<16} exact    {right:.3f}")
    if held:
        return
    scored = sorted(zip(chosen, seen, strict=True), key=lambda pair: -len(_misses(*pair)))
    for case, answer in scored[: 40 if "--all" in sys.argv else 10]:
        for field in _misses(case, answer):
            print(f"\n{case['id']} {field}: {case['gold'][field]!r} read as {answer[field]!r}")
            print(f"   action: {case['action']}\n   said: {case['said']}")


def _read(case: dict[str, Any]) -> dict[str, Any]:
    return assess(
        said=case["said"],
        action=case["action"],
        sar_item=case["sar_item"],
        today=date.fromisoformat(case["today"]),
    )


def _misses(case: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    gold = case["gold"]
    return [f for f in _YES_NO if gold[f] != answer[f]] + [
        f for f in _EXACT if _plain(gold[f]) != _plain(answer[f])
    ]


def _plain(figure: str | None) -> str | None:
    """A figure without case, spaces and a leading article, which do not make it another figure."""
    if figure is None:
        return None
    return figure.lower().removeprefix("a ").replace(" ", "")


if __name__ == "__main__":
    main()

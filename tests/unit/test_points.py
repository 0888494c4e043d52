"""The table of points, and what is told by a reply's wording."""

from importlib.resources import files

from bot.coaching.points import BIAS, Points, legible, weighed, wording
from bot.coaching.tokens import Row, tokenise

_LINES = (files("bot") / "data" / "points.tsv").read_text("utf-8").splitlines()
_TABLE = {name: Points(*map(int, points)) for name, *points in (e.split("\t") for e in _LINES[1:])}


def _wording(text: str) -> set[str]:
    return {legible(name) for name in wording(Row(text, tokenise(text)))}


def test_wording_is_words_pairs_of_words_and_runs_of_kinds() -> None:
    seen = _wording("Learners attended more, says Priya")

    assert {"attend", "learner attend", "<learner><act>", "<begins><learner><act>"} <= seen
    # A name that nobody listed is told by its capital.
    assert "<proper><ends>" in seen


def test_points_are_those_of_the_table_added_up() -> None:
    assert weighed(set()) == _TABLE[BIAS]
    assert weighed({"attend", "no such word"}) == _with_bias("attend")


def _with_bias(name: str) -> Points:
    return Points(*map(sum, zip(_TABLE[BIAS], _TABLE[name], strict=True)))


def test_each_line_of_the_table_is_found_under_its_name() -> None:
    assert len(_TABLE) == len(_LINES) - 1
    kinds = [name for name in _TABLE if name.startswith("<") and " " not in name]
    assert kinds and all(weighed({name}) == _TABLE[BIAS] for name in kinds)
    # What a reply is told by has the points of the line that is written for it.
    row = Row("Learners attended 84%, more", tokenise("Learners attended 84%, more"))
    told = [name for name in wording(row) if legible(name) in _TABLE]
    assert any(legible(name) != name for name in told)
    assert all(weighed({name}) == _with_bias(legible(name)) for name in told)

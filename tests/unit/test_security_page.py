"""The page on security names tests that exist, and its links lead somewhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_the_page_names_is_there(file: str, name: str) -> None:
    path = ROOT / file
    assert path.exists(), f"docs/security.md names {file}"
    functions = [
        node.name for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]  # fmt: skip
    assert name in functions


def test_every_promise_names_a_test() -> None:
    rows = PAGE.partition("## What is promised")[2].partition("\n## ")[0].splitlines()
    promises = [row for row in rows if row.startswith("| ") and not row.startswith("| ---")][1:]

    assert len(promises) > 20
    assert [row for row in promises if "::" not in row] == []

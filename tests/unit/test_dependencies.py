"""docs/dependencies.md has a row for whatever is installed, with a licence that was weighed."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.test_image import PROJECT, RUNTIME, locked

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dependencies.md"
# They ask that their text goes along and nothing of what uses them; of LGPL the page tells.
WEIGHED = set(
    "MIT MIT-0 BSD-2-Clause BSD-3-Clause Apache-2.0 ISC PSF-2.0 ZPL-2.1 LGPL-3.0-only".split()
)


def rows(heading: str) -> dict[str, str]:
    """The licence of each package of the table under this heading."""
    _, _, below = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")
    table = below.partition("\n## ")[0]
    found = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in table.splitlines()
        if re.match(r"\| [a-z]", line) and not line.startswith("| package")
    ]
    assert found and len(found) == len({name for name, *_ in found})
    return {name: licence for name, _, licence, _ in found}


DIRECT, BROUGHT = rows("Asked for by So What"), rows("Brought by these")


def test_every_package_has_a_row_and_every_row_a_package() -> None:
    asked = {
        canonicalize_name(Requirement(each).name) for each in PROJECT["project"]["dependencies"]
    }
    assert set(DIRECT) == asked
    assert set(BROUGHT) == set(locked(RUNTIME)) - asked


def test_every_licence_was_weighed() -> None:
    for name, licence in {**DIRECT, **BROUGHT}.items():
        assert set(re.split(r" (?:AND|OR) ", licence)) <= WEIGHED, name
    lesser = {name for name, licence in {**DIRECT, **BROUGHT}.items() if "LGPL" in licence}
    assert lesser == {"psycopg", "psycopg-binary"}

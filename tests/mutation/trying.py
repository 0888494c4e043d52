"""Each mutant against the unit tests that reach its line, one mutant at a time."""

import gc
import importlib.abc
import importlib.util
import inspect
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import zip_longest
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage, CoverageData

from tests.mutation.mutants import CORE, Mutant

# Of a processor's time, for one test; the slowest takes a few without a mutant.
_SECONDS_A_TEST = 10
# They read hundreds of texts each time, and tests of properties do so too: too slow to run against
# each mutant. What only they would notice counts as unnoticed.
_TOO_SLOW = {
    "tests/unit/test_reading.py::test_the_evaluation_cases_for_building_are_read_above_their_floors",
    "tests/unit/test_privacy.py::test_long_odd_texts_take_no_longer_than_their_length",
}
# Against one mutant, so that one which survives does not take minutes. The rest count as silent.
_MOST_TESTS = 500
_QUIET = ["-x", "-q", "-s", "-n", "0", "-p", "no:cacheprovider", "-m", "not hypothesis"]
# What a failure looks like is read by nobody, and would take longer than the test.
_QUIET += ["--tb=native", "--assert=plain"]
_QUIET += [f"--deselect={test}" for test in sorted(_TOO_SLOW)]


class Outcome(StrEnum):
    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNREACHED = "no test reaches it"


@dataclass(frozen=True)
class Tried:
    mutant: Mutant
    outcome: Outcome
    by: str = ""  # the first test that failed


def measure(data: Path) -> None:
    """Runs all unit tests and keeps in a new file which of them ran which line of the core.

    Raises SystemExit when a test fails: against tests that fail, nothing can be measured.
    """
    child = os.fork()
    if not child:
        measured = Coverage(data_file=str(data), config_file=False, source=[str(CORE)])
        measured.set_option("run:dynamic_context", "test_function")
        with measured.collect():
            code = pytest.main([*_QUIET, "tests/unit"])
        measured.save()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("The unit tests fail without a mutant. Mend them first.")


class Reach:
    """Which test functions ran which lines, from coverage's data with contexts."""

    def __init__(self, data: Path) -> None:
        self._data = CoverageData(str(data))
        self._data.read()
        self._of_file: dict[Path, dict[int, list[str]]] = {}

    def tests(self, mutant: Mutant) -> tuple[list[str], bool]:
        """The tests that ran the mutant's line, and whether it ran at import too."""
        path = mutant.path.resolve()
        if path not in self._of_file:
            self._of_file[path] = self._data.contexts_by_lineno(str(path))
        lines = self._of_file[path]
        # A change within a call over several lines: coverage has the line of the whole statement.
        contexts = {
            context
            for line in range(mutant.line, mutant.last + 1)
            for context in lines.get(line, [])
        }
        if not contexts:
            before = max((line for line in lines if mutant.first < line < mutant.line), default=0)
            contexts = set(lines.get(before, []))
        at_import = "" in contexts
        if at_import:
            # What is made at import is used by whichever tests reach the module.
            contexts |= {context for each in lines.values() for context in each}
        return sorted(filter(None, map(_node, contexts))), at_import


def _node(context: str) -> str | None:
    module, _, test = context.rpartition(".")
    node = f"{module.replace('.', '/')}.py::{test}"
    return node if module.startswith("tests.unit.") and node not in _TOO_SLOW else None


class Work:
    """A pytest plugin: once the tests are collected, works on them instead of running them."""

    def __init__(self, work: Callable[["Trial"], None], reach: Reach) -> None:
        self._work, self._reach = work, reach

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        by_test: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in session.items:
            by_test[item.nodeid.split("[")[0]].append(item)
        self._work(Trial(self._reach, by_test))
        return True


def begin(files: Sequence[str], reach: Reach, work: Callable[["Trial"], None]) -> None:
    """Imports the tests, and with them what they test, once; then tries mutants against them."""
    code = pytest.main([*_QUIET, *files], plugins=[Work(work, reach)])
    if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"The tests cannot be collected (pytest ended with {code}).")


def _run(items: Sequence[pytest.Item]) -> str:
    """The first of these tests that fails; empty for none."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_PROF, _SECONDS_A_TEST)
        if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
            return item.nodeid
    return ""


class _Watch:
    """Notes the first test that fails, and has the system end a test that never ends."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_runtest_setup(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, _SECONDS_A_TEST)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _run_anew(tests: Sequence[str]) -> str:
    """The same where all has to be imported again."""
    watch = _Watch()
    code = pytest.main([*_QUIET, *tests], plugins=[watch])
    fine = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return watch.failed or ("" if code in fine else "an import")


class Trial:
    """Tries mutants in processes of their own, begun as copies of one that has imported all."""

    def __init__(self, reach: Reach, items: dict[str, list[pytest.Item]]) -> None:
        self._reach, self._items = reach, items
        self._functions = _functions()
        self._sound: dict[str, bool] = {}

    def attempt(self, mutant: Mutant) -> Tried:
        tests, at_import = self._reach.tests(mutant)
        if not tests:
            return Tried(mutant, Outcome.UNREACHED)
        # What nobody holds on to was used at import and let go.
        at_import = at_import or not self._functions[mutant.path.resolve(), mutant.first]
        return self._attempt(mutant, tests, at_import)

    def _attempt(self, mutant: Mutant, tests: list[str], at_import: bool) -> Tried:
        put_in = partial(_import_instead, mutant) if at_import else self._ready(mutant)

        def tried() -> str:
            put_in()
            return _run_anew(tests) if at_import else _run(self._chosen(tests))

        ended, failed = _in_a_copy(tried)
        if not ended:
            return Tried(mutant, Outcome.TIMED_OUT)
        if not failed:
            return Tried(mutant, Outcome.SURVIVED)
        if "::" in failed and not self._passes_unchanged(failed):
            rest = [test for test in tests if test != failed.split("[")[0]]
            return (
                self._attempt(mutant, rest, at_import) if rest else Tried(mutant, Outcome.SURVIVED)
            )
        return Tried(mutant, Outcome.KILLED, failed)

    def _chosen(self, tests: Sequence[str]) -> list[pytest.Item]:
        """One case of each test in turn, so that many have a say; then those that need a fixture.

        What a fixture makes for a whole module would be made anew at each turn.
        """
        found = [self._items[test] for test in tests if test in self._items]
        turns = zip_longest(*(items for items in found if not _needs(items[0])))
        light = [item for turn in turns for item in turn if item is not None]
        heavy = [item for items in found if _needs(items[0]) for item in items]
        return (light + heavy)[:_MOST_TESTS]

    def _passes_unchanged(self, test: str) -> bool:
        name = test.split("[")[0]
        if name not in self._sound:
            _, failed = _in_a_copy(lambda: _run(self._chosen([name])))
            self._sound[name] = not failed
            if failed:
                print(f"Fails without a mutant, and is not counted: {name}", file=sys.stderr)
        return self._sound[name]

    def _ready(self, mutant: Mutant) -> Callable[[], None]:
        """What puts the mutant in the place of its function, wherever that is known already."""
        code = _code_at(mutant.compiled(), mutant.function, mutant.first)
        functions = self._functions[mutant.path.resolve(), mutant.first]

        def put_in() -> None:
            for function in functions:
                function.__code__ = code

        return put_in


def _needs(item: pytest.Item) -> bool:
    """Whether a test asks for more than its own cases and what all tests are given."""
    given = set(item.callspec.params) if hasattr(item, "callspec") else set()
    asked = set(inspect.signature(item.function).parameters)  # type: ignore[attr-defined]
    return not asked <= given


def _functions() -> dict[tuple[Path, int], list[FunctionType]]:
    """The core's functions as they are now, by file and first line; and no answer remembered."""
    found: dict[tuple[Path, int], list[FunctionType]] = defaultdict(list)
    core = str(CORE.resolve())
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(core):
            found[Path(each.__code__.co_filename), each.__code__.co_firstlineno].append(each)
        elif type(each).__name__ == "_lru_cache_wrapper" and each.__module__.startswith("bot."):
            each.cache_clear()
    return found


def _code_at(code: CodeType, name: str, line: int) -> CodeType:
    waiting = [code]
    while waiting:
        for each in waiting.pop().co_consts:
            if isinstance(each, CodeType):
                if each.co_name == name and each.co_firstlineno == line:
                    return each
                waiting.append(each)
    raise LookupError(f"no function {name} at line {line}")


def _import_instead(mutant: Mutant) -> None:
    """Has all of ours imported anew, with the mutant, but the tables, declared only once."""
    sys.meta_path.insert(0, _Finder(mutant))
    for name in list(sys.modules):
        if name.split(".")[0] == "bot" or name.startswith("tests.unit"):
            del sys.modules[name]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the mutant in its module's place."""

    def __init__(self, mutant: Mutant) -> None:
        self._module = ".".join(mutant.path.with_suffix("").parts)
        self._mutant = mutant

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self._module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._mutant.path))

    def get_source(self, fullname: str) -> str:
        return self._mutant.source


def _in_a_copy(work: Callable[[], str]) -> tuple[bool, str]:
    """Whether work in a copy of this process came to an end, and what came of it."""
    with tempfile.NamedTemporaryFile("r") as told:
        child = os.fork()
        if not child:
            try:
                quiet = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(quiet, stream)
                Path(told.name).write_text(work())
            except BaseException as error:
                Path(told.name).write_text(type(error).__name__)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        return not os.WIFSIGNALED(status), told.read()

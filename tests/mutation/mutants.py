"""The small changes that could be made to `bot/coaching`, and a fair sample of them."""

import difflib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import libcst as cst
from libcst.metadata import (
    CodeRange,
    MetadataWrapper,
    PositionProvider,
    WhitespaceInclusivePositionProvider,
)
from mutmut.mutation.mutators import mutation_operators

CORE = Path("bot/coaching")
# The kinds of nodes that mutmut's operators change; to ask them of every blank takes minutes.
_CHANGEABLE = (
    cst.BaseExpression, cst.BaseSmallStatement, cst.BaseCompOp, cst.BaseBooleanOp,
    cst.ComparisonTarget,
)  # fmt: skip
# What these are called with hardly ever can be changed without an error of the language's own.
_NEVER = {"len", "isinstance", "cast"}


@dataclass(frozen=True)
class Mutant:
    """One change in the body of one function: `line` is that of the change, from 1."""

    path: Path
    function: str
    first: int  # the line at which the function begins, decorators and all, as its code has it
    line: int
    last: int
    number: int  # among the mutants of the file, from 0
    source: str  # of the whole file, changed

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.function} #{self.number}"

    def compiled(self) -> CodeType:
        """Raises SyntaxError where the change is no Python."""
        return compile(self.source, str(self.path.resolve()), "exec")

    def diff(self) -> str:
        """The lines that differ, old ones with `-` and new ones with `+`."""
        before, after = self.path.read_text("utf-8").splitlines(), self.source.splitlines()
        lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[3:]
        return "\n".join(lines)


class _Visitor(cst.CSTVisitor):
    """Notes each change that mutmut's operators make within functions.

    Left out are what is done once at import, which the tables and patterns are: module and class
    level, decorators, default values; and what no test can see: annotations and doc strings.
    """

    METADATA_DEPENDENCIES = (PositionProvider, WhitespaceInclusivePositionProvider)

    def __init__(self) -> None:
        self.found: list[tuple[cst.FunctionDef, CodeRange, cst.CSTNode]] = []
        self._functions: list[cst.FunctionDef] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Parameters):
            return False
        if (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value in _NEVER
        ):
            return False
        if self._functions and isinstance(node, _CHANGEABLE):
            changed = [
                each
                for kind, operator in mutation_operators
                if isinstance(node, kind)
                for each in operator(node)
            ]
            if changed:
                place = self.get_metadata(WhitespaceInclusivePositionProvider, node)
                self.found += [(self._functions[0], place, each) for each in changed]
        if isinstance(node, cst.FunctionDef):
            self._functions.append(node)
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.FunctionDef):
            self._functions.pop()


class Mutants:
    """The mutants of one file; a mutant's text is made when it is asked for."""

    def __init__(self, path: Path) -> None:
        wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")), unsafe_skip_copy=True)
        visitor = _Visitor()
        wrapper.visit(visitor)
        places = wrapper.resolve(PositionProvider)
        self._path, self._module, self._found = path, wrapper.module, visitor.found
        self._first = {
            function: places[function.decorators[0] if function.decorators else function].start.line
            for function, *_ in visitor.found
        }

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, number: int) -> Mutant | None:
        """None where the change is none, or no Python."""
        function, place, changed = self._found[number]
        start, end = place.start, place.end
        lines = self._module.code.splitlines(keepends=True)
        before = "".join(lines[: start.line - 1]) + lines[start.line - 1][: start.column]
        after = lines[end.line - 1][end.column :] + "".join(lines[end.line :])
        source = before + self._module.code_for_node(changed) + after
        name, first = function.name.value, self._first[function]
        mutant = Mutant(self._path, name, first, start.line, end.line, number, source)
        try:
            return mutant if source != self._module.code and mutant.compiled() else None
        except SyntaxError:
            return None


def sample(size: int, seed: int) -> Iterator[Mutant]:
    """So many mutants drawn by chance, of each module in proportion to how many it has.

    The same size and seed draw the same mutants from the same code. A module with few may get one
    more or less than its share, so that the sizes add up.
    """
    chance = random.Random(seed)
    files = {path: Mutants(path) for path in sorted(CORE.glob("*.py"))}
    total = sum(map(len, files.values()))
    exact = {path: len(mutants) * size / total for path, mutants in files.items()}
    shares = {path: int(share) for path, share in exact.items()}
    rest = sorted(files, key=lambda path: shares[path] - exact[path])[: size - sum(shares.values())]
    drawn: list[Mutant] = []
    for path, mutants in files.items():
        order = chance.sample(range(len(mutants)), len(mutants))
        of_path = filter(None, map(mutants.__getitem__, order))
        drawn += [
            mutant for mutant, _ in zip(of_path, range(shares[path] + (path in rest)), strict=False)
        ]
    chance.shuffle(drawn)
    yield from drawn

"""A sheet or a table as plain values: what every reader gives, whatever the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from bot.importing.understood import Place


@dataclass(frozen=True)
class Cell:
    """A cell: its text as a person sees it, and what more is known of it.

    `day` and `number` stand beside the text where the cell holds a date or a number. `fill` is its
    colour as "RRGGBB". `wide` is how many columns it is merged over. A merged cell's text stands in
    each of its places; those that are not its first are `is_down` (below it) or `is_across`
    (beside it). `problem` says in a sentence why it has no text though something stands there;
    `is_blank_text` that there is a text in it of no letters. `inner` are tables inside it.
    """

    text: str = ""
    day: date | None = None
    number: float | None = None
    fill: str | None = None
    is_bold: bool = False
    wide: int = 1
    is_down: bool = False
    is_across: bool = False
    problem: str | None = None
    is_blank_text: bool = False
    inner: "tuple[Sheet, ...]" = ()


NOTHING = Cell()


@dataclass(frozen=True)
class Row:
    """A row by its number from 1 and its cells by column number from 1; empty ones are left out."""

    number: int
    cells: dict[int, Cell]

    def __getitem__(self, column: int) -> Cell:
        return self.cells.get(column, NOTHING)

    def own(self) -> Iterator[tuple[int, Cell]]:
        """The cells with a text of their own: no repeats of one merged over several columns."""
        for column, cell in sorted(self.cells.items()):
            if cell.text and not cell.is_across:
                yield column, cell

    def new(self) -> list[tuple[int, Cell]]:
        """The cells whose text begins in this row."""
        return [(column, cell) for column, cell in self.own() if not cell.is_down]

    @property
    def problem(self) -> str:
        """Why a cell of the row has no text though something stands there; "" where none is so."""
        return next((cell.problem for cell in self.cells.values() if cell.problem), "")

    @property
    def text(self) -> str:
        """All that stands in the row, as one line."""
        return " | ".join(" ".join(cell.text.split()) for _, cell in self.new())


@dataclass(frozen=True)
class Sheet:
    """A sheet or a table. `name` is "" in a file that has but one and calls it nothing.

    `where` is how its rows' places are told, with {row} for the number.
    """

    name: str
    rows: tuple[Row, ...] = ()
    where: str = "row {row}"
    is_hidden: bool = False
    # Its name is no word of whoever made it: the table of a Word file, a lone sheet.
    is_unnamed: bool = False

    def place(self, row: int, last: int | None = None, detail: str = "") -> Place:
        """The place of a row, or of the rows to `last`, or of something in it."""
        says = self.where.format(row=row)
        if last is not None and last != row:
            says = self.where.replace("row {row}", f"rows {row} to {last}")
            says = says.replace("column {row}", f"columns {row} to {last}")
        return Place(f"{says}, {detail}" if detail else says)


def turned(sheet: Sheet) -> Sheet:
    """A sheet with its columns as rows, as where each action has a card of its own."""
    rows: dict[int, dict[int, Cell]] = {}
    for row in sheet.rows:
        for column, cell in row.cells.items():
            across, down = cell.is_across, cell.is_down
            rows.setdefault(column, {})[row.number] = replace(cell, is_down=across, is_across=down)
    where = sheet.where.replace("row {row}", "column {row}")
    kept = tuple(Row(number, cells) for number, cells in sorted(rows.items()))
    return replace(sheet, rows=kept, where=where)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a text. `level` is a heading's, from 1; None for what is none.

    `depth` is how deep in a list it stands, from 0; None outside of lists.
    """

    text: str
    place: Place
    level: int | None = None
    depth: int | None = None
    is_bold: bool = False


Block = Paragraph | Sheet


@dataclass
class MergedOver:
    """Cells merged over rows and columns, as first and last of each."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def wide(self) -> int:
        """Over how many columns."""
        return self.last_column - self.first_column + 1

    def spread(self, cells: dict[int, dict[int, Cell]]) -> None:
        """Put the text of the first cell into all of them."""
        first = cells.get(self.first_row, {}).get(self.first_column)
        if first is None or not (first.text or first.fill or first.problem):
            return
        for row in range(self.first_row, self.last_row + 1):
            for column in range(self.first_column, self.last_column + 1):
                cells.setdefault(row, {})[column] = replace(
                    first,
                    wide=self.wide,
                    is_down=row != self.first_row,
                    is_across=column != self.first_column,
                    inner=first.inner
                    if (row, column) == (self.first_row, self.first_column)
                    else (),
                )


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file: blocks in order, and places that it left aside, with why."""

    blocks: tuple[Block, ...]
    left_aside: tuple[tuple[Place, str], ...] = field(default=())

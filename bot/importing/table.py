"""A table while its rows are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.importing.assembling import ActionSeen, ItemSeen
from bot.importing.cells import tidy
from bot.importing.grid import Cell, Row, Sheet
from bot.importing.headings import Headings
from bot.importing.sections import Trail
from bot.importing.understood import Place


@dataclass
class Table:
    """A sheet as it is being read: its headings, the sections its rows stand in, what was last."""

    sheet: Sheet
    headings: Headings
    trail: Trail
    item: ItemSeen | None = None
    action: ActionSeen | None = None
    finding: list[ItemSeen | str] = field(default_factory=list)

    def cell(self, row: Row, field: str) -> Cell:
        """The cell of a field in a row; of several columns the first with a text."""
        columns = self.headings.columns(field)
        filled = [row[c] for c in columns if row[c].text or row[c].problem]
        return filled[0] if filled else row[columns[0]] if columns else Cell()

    def text(self, row: Row, field: str) -> str | None:
        """The text of a field in a row, or None."""
        return tidy(self.cell(row, field).text) or None

    def texts(self, row: Row, field: str) -> str | None:
        """The texts of all columns of a field, one under the other, each led by its heading."""
        columns = [c for c in self.headings.columns(field) if row[c].text]
        if len(columns) < 2:
            return tidy(row[columns[0]].text) or None if columns else None
        titles = (" ".join(tidy(self.headings.titles[c]).split()) for c in columns)
        each = (f"{title}: {tidy(row[c].text)}" for title, c in zip(titles, columns, strict=True))
        return "\n".join(each)

    def where(self, row: Row, field: str) -> Place:
        """The place of a field's cell in words."""
        columns = self.headings.columns(field)
        title = tidy(self.headings.titles.get(columns[0], field)) if columns else field
        return self.sheet.place(row.number, detail=" ".join(title.split()))

    def problems(self, row: Row) -> Iterator[tuple[str, str]]:
        """Fields in a row that have no text though something stands there, and why."""
        for column, name in sorted(self.headings.fields.items()):
            why = row[column].problem
            if why:
                yield name, why

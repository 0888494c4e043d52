"""How much of a file is read at most. The largest plan we know of has some 2,000 rows."""

MOST_ROWS = 20_000
MOST_CELLS = 200_000
# Cells that only have a format, and rows that only have a height, cost time too.
MOST_EMPTY_CELLS = 400_000
MOST_COLUMNS = 2_000
MOST_SHEETS = 200

TOO_MANY = (
    "This file has more rows or cells than can be read (20,000 rows, 200,000 cells). Copy the plan "
    "alone into a new file and send that."
)

"""`sowhat migrate` that is killed on its way, as by a power cut.

    python -m tests.support.dying_migration URL NUMBER

Dies where it was about to say the statement of that number to the database.
"""

import os
import signal
import sys
from itertools import count

import sqlalchemy as sa

from storage.database import Database
from storage.migrate import migrate


def main(url: str, last: int) -> None:
    database, numbers = Database(url), count(1)

    def die(*_: object) -> None:
        if next(numbers) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(database.engine, "before_cursor_execute", die)
    migrate(database)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""Two processes are killed again and again while a sweep of 500 owners is sent: is each told once?

    python -m tests.benchmarks.kills [--owners 500] [--kills 50] [--seed N] [--json FILE]

README.md tells what the figures are. The exit code is 1 where a message was lost or doubled.
"""

import argparse
import json
import random
import tempfile
from dataclasses import asdict
from pathlib import Path

from storage.database import Database
from storage.migrate import migrate
from tests.support.kills import is_right, run
from tests.support.postgres import fresh_database, running_postgres


def main() -> int:
    """Run the experiment, print its figures, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--owners", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with (
        running_postgres() as server,
        fresh_database(server) as name,
        tempfile.TemporaryDirectory(prefix="sowhat-kills-") as folder,
    ):
        url = f"{server}{name}".replace("postgresql:", "postgresql+psycopg:", 1)
        database = Database(url)
        migrate(database)
        database.close()
        figures = run(url, Path(folder), owners=asked.owners, kills=asked.kills, seed=asked.seed)
    for key, value in asdict(figures).items():
        print(f"{key:14}{value:.1f}" if isinstance(value, float) else f"{key:14}{value}")
    if asked.json:
        asked.json.write_text(json.dumps({"seed": asked.seed, **asdict(figures)}, indent=2))
    return int(not is_right(figures))


if __name__ == "__main__":
    raise SystemExit(main())

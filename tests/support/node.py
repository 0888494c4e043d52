"""`sowhat serve` as tests of several processes need it: quicker, and at an instant of their choice.

    CLOCK_AHEAD=SECONDS python -m tests.support.node

All else is read from the environment, as by the real program.
"""

import os
from datetime import UTC, datetime, timedelta

from bot.server import serve
from bot.settings import load_settings
from bot.slack.upkeep import Pace

# A node that was killed is back sooner than it counts as dead, or later, as chance has it.
DEAD_SECONDS = 4.0
PACE = Pace(
    per_second=40,
    at_once=8,
    sweep="*/4 * * * * *",
    reap="* * * * * *",
    beat_seconds=0.3,
    dead_seconds=DEAD_SECONDS,
    lost_seconds=30,
)

if __name__ == "__main__":
    ahead = timedelta(seconds=float(os.environ["CLOCK_AHEAD"]))
    serve(load_settings(None), clock=lambda: datetime.now(UTC) + ahead, pace=PACE)

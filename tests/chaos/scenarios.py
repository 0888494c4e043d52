"""What is tried, each with the databases it is tried on."""

import time

from tests.chaos.disks import full
from tests.chaos.world import BOTH, POSTGRESQL, SQLITE, Scenario, World


def nothing(world: World) -> None:
    """For comparison."""


def killed_at_once(world: World) -> None:
    while not world.crowd.over.wait(world.chance.uniform(0.2, 3)):
        if world.bot.runs:
            world.bot.kill()
            world.seen["kills"] += 1
            world.bot.start()
            world.bot.wait_until_ready()


def postgres_stopped(world: World) -> None:
    assert world.server is not None
    world.server.stop()
    world.seen["stops"] += 1
    world.last()
    world.server.start()


def disk_full(world: World) -> None:
    with full(world.folder):
        world.seen["full disks"] += 1
        world.last()


def slack_away(world: World) -> None:
    world.gate.shut()
    world.seen["times away"] += 1
    world.last()
    world.gate.open()


SCENARIOS = (
    Scenario("calm", "nothing goes wrong", nothing),
    Scenario("killed", "kill -9 at any instant", killed_at_once, ends=True),
    Scenario("PostgreSQL stopped", "the server is stopped and started", postgres_stopped, (POSTGRESQL,)),
    Scenario("disk full", "no room on the disk of the database", disk_full, small_disk=True),
    Scenario("Slack away", "no connection to Slack", slack_away),
)

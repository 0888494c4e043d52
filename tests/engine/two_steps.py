"""A workflow whose second step blocks, as a program that a test can kill."""

import sys
from collections.abc import Callable
from pathlib import Path

from bot.engine import Engine


def register(engine: Engine, diary: Path, meanwhile: Callable[[], object]) -> None:
    def write(words: str) -> str:
        with diary.open("a", encoding="utf-8") as file:
            file.write(words + "\n")
        return words

    def second(words: str) -> str:
        meanwhile()
        return write(words)

    @engine.workflow("two_steps")
    def two_steps(name: str) -> None:
        engine.step("first", write, f"first of {name}")
        engine.step("second", second, f"second of {name}")


def block() -> None:
    print("in the second step", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    url, diary_file = sys.argv[1:]
    program = Engine(url, executor_id="node-1")
    register(program, Path(diary_file), block)
    program.launch()
    program.start_once("errand", "two_steps", "the errand")

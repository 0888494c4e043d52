"""Every word sent to a language model, as text files with a version, and the loader of them.

A file holds a head of `name: value` lines (name, version, variables), then, each after a line of
`---`, the system part and the user part. The system part has no variables, so that every call
begins with the same bytes, which providers keep from one call to the next. What is put in for a
variable is data: it can neither close the tags it stands in nor open others. README.md in this
folder tells how to change a prompt.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

_HEAD = ("name", "version", "variables")


class PromptInvalid(Exception):
    """A template, or what it was to be filled with, is not as declared; the message says how."""


@dataclass(frozen=True)
class Rendered:
    """A prompt ready to be sent. `label` names it in the ledger, as in "turn@1"."""

    label: str
    system: str
    user: str


@dataclass(frozen=True)
class Prompt:
    """A template: its name and version, its two parts, and the variables of the user part."""

    name: str
    version: int
    variables: frozenset[str]
    system: str
    user: Template

    def render(self, **values: str) -> Rendered:
        """The prompt filled in. Raises PromptInvalid for a variable too few or too many."""
        _match(f"Prompt {self.name} was given", set(values), self.variables)
        as_data = {name: _as_data(value) for name, value in values.items()}
        return Rendered(f"{self.name}@{self.version}", self.system, self.user.substitute(as_data))


def _as_data(value: str) -> str:
    return value.replace("<", "‹").replace(">", "›")


def _match(what: str, found: set[str], wanted: frozenset[str]) -> None:
    for problem, names in (("not", wanted - found), ("the unknown", found - wanted)):
        if names:
            raise PromptInvalid(f"{what} {problem} {', '.join(sorted(names))}.")


@cache
def load(name: str) -> Prompt:
    """The prompt of this name. Raises PromptInvalid when its file is not as the module says."""
    return parse(files(__package__).joinpath(f"{name}.txt").read_text("utf-8"))


def names() -> list[str]:
    """The names of all prompts there are."""
    found = (file.name for file in files(__package__).iterdir())
    return sorted(name.removesuffix(".txt") for name in found if name.endswith(".txt"))


def parse(text: str) -> Prompt:
    """A prompt from the text of its file. Raises PromptInvalid."""
    parts = [part.strip() for part in text.split("\n---\n")]
    if len(parts) != 3:
        raise PromptInvalid("A prompt has three parts: its head, the system part, the user part.")
    head = {}
    for line in parts[0].splitlines():
        name, _, value = line.partition(":")
        head[name.strip()] = value.strip()
    _match("The head of a prompt has", set(head), frozenset(_HEAD))
    if not head["version"].isdecimal():
        raise PromptInvalid(f"The version of prompt {head['name']} is no whole number.")
    user, variables = Template(parts[2]), frozenset(head["variables"].replace(",", " ").split())
    fixed = Template(parts[1])
    if not (user.is_valid() and fixed.is_valid()):
        raise PromptInvalid(f"Prompt {head['name']} has a $ that begins no variable.")
    if fixed.get_identifiers():
        raise PromptInvalid(f"The system part of prompt {head['name']} must have no variables.")
    _match(f"Prompt {head['name']} uses", set(user.get_identifiers()), variables)
    return Prompt(head["name"], int(head["version"]), variables, parts[1], user)

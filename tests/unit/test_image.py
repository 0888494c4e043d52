"""The Dockerfile and the locks it installs from: what is pinned, who runs, how it is asked.

No container is built here. What a Dockerfile's linter knows, `make audit` asks hadolint.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import requires, version
from pathlib import Path
from threading import Thread

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = (ROOT / "requirements.lock").read_text("utf-8")
BUILD = (ROOT / "requirements-build.lock").read_text("utf-8")
_DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
# Each instruction with its words.
STEPS = [
    (found[1], found[2].strip()) for found in re.finditer(r"^([A-Z]+) (.*)$", _DOCKERFILE, re.M)
]


def words(instruction: str) -> list[str]:
    """What stands behind each of these instructions."""
    return [rest for name, rest in STEPS if name == instruction]


def locked(text: str) -> dict[str, tuple[Version, list[str]]]:
    """Version and hashes of each package of a lock, by name."""
    found: dict[str, tuple[Version, list[str]]] = {}
    for entry in re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n?", "", text, flags=re.M).strip()):
        line, *rest = entry.split("\\\n")
        requirement = Requirement(line)
        (pin,) = requirement.specifier
        assert pin.operator == "==" and requirement.name not in found
        found[requirement.name] = Version(pin.version), [each.strip() for each in rest]
    return found


@pytest.mark.parametrize("text", [RUNTIME, BUILD])
def test_a_lock_holds_versions_with_their_hashes_and_no_address(text: str) -> None:
    packages = locked(text)
    assert packages
    for name, (_, hashes) in packages.items():
        assert hashes, name
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), name
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "--hash="))]
    # Neither an option, which might name an index, nor an address or a path.
    assert not [line for line in lines if line.startswith("-") or re.search(r"://|[@/]", line)]
    assert not re.search(r"://|index-url|find-links|/tmp|/home|/opt", text)


def test_the_locks_are_of_what_pyproject_asks_for() -> None:
    for asked, text in (
        (PROJECT["project"]["dependencies"], RUNTIME),
        (PROJECT["build-system"]["requires"], BUILD),
    ):
        packages = locked(text)
        for requirement in map(Requirement, asked):
            pinned, _ = packages[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(pinned), requirement


def test_whatever_a_locked_package_needs_is_locked_too() -> None:
    """Followed from those installed here in the locked version; others may need more or less."""
    packages = locked(RUNTIME)
    waiting = [Requirement(each) for each in PROJECT["project"]["dependencies"]]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        assert name in packages, f"{name} is not in requirements.lock: run make lock"
        if Version(version(name)) != packages[name][0]:
            continue
        for extra in {"", *requirement.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            theirs = map(Requirement, requires(name) or [])
            waiting += [
                each for each in theirs if not each.marker or each.marker.evaluate({"extra": extra})
            ]
    assert seen


def test_the_image_holds_every_package_and_what_it_is_installed_from() -> None:
    wanted = {
        each.removesuffix("*")
        for each in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    wanted |= {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    wanted |= {"requirements.lock", "requirements-build.lock"}
    copied = {
        word for rest in words("COPY") if not rest.startswith("--") for word in rest.split()[:-1]
    }
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line[0] == "!"
    }
    assert copied == wanted == let_in


def test_nothing_is_installed_but_wheels_whose_hash_is_known() -> None:
    installs = [
        command
        for rest in words("RUN")
        for command in rest.split("&&")
        if re.search(r"\bpip\b.* (install|wheel) ", command)
    ]
    for command in installs:
        from_lock = "--require-hashes --only-binary :all: -r " in command
        ours = "--no-deps" in command and ("--no-index" in command or " wheel " in command)
        assert from_lock or ours, command
    assert sum("-r requirements" in command for command in installs) == 2


def test_the_base_has_a_version_and_both_stages_have_the_same() -> None:
    assert words("FROM") == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    (argument,) = words("ARG")
    name, _, image = argument.partition("=")
    assert name == "PYTHON_IMAGE"
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", image)
    assert (
        Version(image[7:].split("-")[0])
        in Requirement("python" + PROJECT["project"]["requires-python"]).specifier
    )


def test_it_runs_as_somebody_who_is_not_root_and_is_known_by_number() -> None:
    assert [name for name, _ in STEPS].index("USER") > [name for name, _ in STEPS].index("RUN")
    assert words("USER") == ["10001:10001"]


def test_nothing_is_fetched_past_the_lock_and_no_secret_is_built_in() -> None:
    assert not words("ADD")
    assert not re.search(r"\b(apt|apt-get|curl|wget|git)\b", " ".join(words("RUN")))
    built_in = " ".join(words("ENV") + words("ARG") + words("LABEL"))
    assert not re.search(r"(?i)token|secret|password|api_?key|xox|sk-", built_in)


def test_it_says_what_it_is() -> None:
    labels = dict(each.split("=", 1) for rest in words("LABEL") for each in shlex.split(rest))
    prefix = "org.opencontainers.image."
    told = {name: labels[prefix + name] for name in ("description", "version", "licenses")}
    project = PROJECT["project"]
    assert told == {
        "description": project["description"],
        "version": project["version"],
        "licenses": project["license"],
    }


class _Ready(BaseHTTPRequestHandler):
    status = 200
    paths: list[str] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_health_check_asks_whether_it_is_ready_and_no_proxy(
    status: int | None, code: int
) -> None:
    (check,) = words("HEALTHCHECK")
    _, *command = json.loads(check[check.index("[") :])
    handler = type("Answer", (_Ready,), {"status": status, "paths": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        if status is None:
            server.shutdown()
            server.server_close()
        nobody = "http://127.0.0.1:1"
        environment = {**os.environ, "PORT": str(port), "http_proxy": nobody, "HTTP_PROXY": nobody}
        ended = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, timeout=60
        )
        if status is not None:
            server.shutdown()
    assert ended.returncode == code
    assert handler.paths == ([] if status is None else ["/readyz"])

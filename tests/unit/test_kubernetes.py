"""The examples for Kubernetes: who a pod is, what it may do, and when it is asked what.

No cluster runs them here. `make audit` holds them to Kubernetes' own schemas, strictly.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings, load_settings
from tests.unit.test_compose import BOTS, DRAIN_SECONDS
from tests.unit.test_image import PROJECT, words

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
KINDS = {
    name: {each["kind"]: each for each in yaml.safe_load_all(text)} for name, text in TEXTS.items()
}
each_example = pytest.mark.parametrize("name", TEXTS)


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = KINDS[name]["StatefulSet"]["spec"]["template"]["spec"]
    return spec


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    return dict(only)


def environment(name: str) -> dict[str, Any]:
    return {
        each["name"]: each.get("value", each.get("valueFrom")) for each in container(name)["env"]
    }


def test_there_is_one_example_for_each_database() -> None:
    assert set(TEXTS) == {"postgresql", "sqlite"}


@each_example
def test_a_pod_is_known_by_a_name_that_comes_back(name: str) -> None:
    assert environment(name)["EXECUTOR_ID"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert set(environment(name)) <= {setting.upper() for setting in Settings.model_fields}


@each_example
def test_whatever_chooses_pods_chooses_these(name: str) -> None:
    labels = KINDS[name]["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    selectors = [KINDS[name]["Service"]["spec"]["selector"]]
    for kind in ("StatefulSet", "PodDisruptionBudget"):
        if kind in KINDS[name]:
            selectors.append(KINDS[name][kind]["spec"]["selector"]["matchLabels"])
    assert all(selector.items() <= labels.items() for selector in selectors)
    service, stateful = KINDS[name]["Service"], KINDS[name]["StatefulSet"]
    assert stateful["spec"]["serviceName"] == service["metadata"]["name"]


@each_example
def test_it_meets_the_restricted_standard_and_its_root_is_only_read(name: str) -> None:
    whole, own = pod(name)["securityContext"], container(name)["securityContext"]
    assert whole["runAsNonRoot"] is True
    (user,) = words("USER")
    assert f"{whole['runAsUser']}:{whole['runAsGroup']}" == user
    assert whole["fsGroup"] == whole["runAsGroup"]
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(name)["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod(name))


@each_example
def test_it_can_write_where_it_must(name: str) -> None:
    mounts = {each["mountPath"]: each["name"] for each in container(name)["volumeMounts"]}
    volumes = {each["name"] for each in pod(name)["volumes"]}
    claims = KINDS[name]["StatefulSet"]["spec"].get("volumeClaimTemplates", [])
    claimed = {each["metadata"]["name"] for each in claims}
    assert set(mounts) == ({"/tmp", "/data"} if name == "sqlite" else {"/tmp"})
    assert set(mounts.values()) == volumes | claimed
    assert claimed == ({mounts["/data"]} if name == "sqlite" else set())


@each_example
def test_it_is_asked_where_it_answers(name: str) -> None:
    (port,) = container(name)["ports"]
    assert port["containerPort"] == int(environment(name)["PORT"])
    (published,) = KINDS[name]["Service"]["spec"]["ports"]
    assert published["targetPort"] == port["name"]
    asked = {
        probe: container(name)[f"{probe}Probe"]["httpGet"]
        for probe in ("startup", "liveness", "readiness")
    }
    assert {probe: get["path"] for probe, get in asked.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",  # not /readyz: a restart mends neither Slack nor a database
        "readiness": "/readyz",
    }
    assert {get["port"] for get in asked.values()} == {port["name"]}


@each_example
def test_it_is_given_time_to_stop_and_room_to_run(name: str) -> None:
    assert pod(name)["terminationGracePeriodSeconds"] > DRAIN_SECONDS
    resources = container(name)["resources"]
    assert {"cpu", "memory"} == set(resources["requests"])
    # What Compose allows it, Kubernetes does.
    limits = {bot["mem_limit"] for bot in BOTS.values()}
    assert limits == {resources["limits"]["memory"].lower().removesuffix("i")}


def test_a_sqlite_file_has_one_process_and_postgresql_has_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert KINDS["sqlite"]["StatefulSet"]["spec"]["replicas"] == 1
    # With one pod a budget would keep its node from ever being emptied.
    assert set(KINDS["sqlite"]) == {"Service", "StatefulSet"}
    assert KINDS["postgresql"]["StatefulSet"]["spec"]["replicas"] > 1
    assert KINDS["postgresql"]["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    from_secret = {"secretKeyRef": {"name": "so-what", "key": "DATABASE_URL"}}
    # By name, so that a secret without it starts no pod instead of a pod on SQLite.
    assert environment("postgresql")["DATABASE_URL"] == from_secret
    monkeypatch.setenv("DATABASE_URL", environment("sqlite")["DATABASE_URL"])
    assert load_settings(None).database_url == "sqlite:////data/sowhat/sowhat.db"


@each_example
def test_secrets_are_named_and_not_written_down(name: str) -> None:
    assert container(name)["envFrom"] == [{"secretRef": {"name": "so-what"}}]
    assert "Secret" not in KINDS[name]
    assert not re.search(r"xox[a-z]-|xapp-|sk-|://[^/\s]*:[^/\s]*@", TEXTS[name])


@each_example
def test_the_image_has_a_version(name: str) -> None:
    image = container(name)["image"]
    assert image.rpartition(":")[2] == PROJECT["project"]["version"]

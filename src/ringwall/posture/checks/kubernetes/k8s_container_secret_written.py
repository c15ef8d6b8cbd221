"""No secret is written into a manifest.

Why: whoever reads the repository, or the object, has it.
Fix: put it into a Secret that comes from a store of secrets.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.containers import containers_of, pod
from ringwall.posture.checks.kubernetes.known import those
from ringwall.posture.checks.secrets import in_cluster, secret_in_words

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.HIGH,
    reads=("pod",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
)


_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts; which variable it is in is said, never what it is."""
    pod = it.read("pod")
    found, unclear = those(containers_of(pod), _said)
    if found:
        said = "; ".join(f"{one.get('name', 'unnamed')} {_said(one)}" for one in found)
        return fails(f"{it.label}: {said}")
    if unclear:
        raise UnknownError(unclear)
    return passes("no secret is written in the environment, nor in what is run")


def _said(container: Mapping[str, Any]) -> str:
    """Where a container has secrets, ``""`` where it has none."""
    several, unclear = those(container.get("env") or (), _is_one)
    names = [str(one.get("name", "")) for one in several]
    said = f"has a secret written in {', '.join(names)}" if names else ""
    try:
        in_words = any(map(secret_in_words, _commands(container)))
    except UnknownError as error:
        in_words, unclear = False, error.why
    if unclear and not (said or in_words):
        raise UnknownError(unclear)
    return said or ("has a secret in what it runs" if in_words else "")


def _is_one(variable: Mapping[str, Any]) -> bool:
    value = variable.get("value")
    name = str(variable.get("name", ""))
    return isinstance(value, str) and in_cluster(name, value, least=1) != ""


def _commands(container: Mapping[str, Any]) -> Iterator[list[str]]:
    """All that a container is told to run, in words."""
    hooks = container.get("lifecycle") or {}
    asked = [container.get(name) or {} for name in _PROBES]
    asked += [hooks.get(name) or {} for name in ("postStart", "preStop")]
    yield [str(one) for name in ("command", "args") for one in container.get(name) or ()]
    for one in asked:
        yield [str(word) for word in (one.get("exec") or {}).get("command") or ()]


def _env(name: str, value: str) -> object:
    return pod({"env": [{"name": name, "value": value}]})


def _run(*words: str) -> object:
    return pod({"command": list(words)})


CASES = (
    case("a switch", PASS, pod=_env("ALLOW_EMPTY_PASSWORD", "yes")),
    case("the name of a Secret", PASS, pod=_env("IMAGE_PULL_SECRET", "our-registry")),
    case("plain", PASS, pod=pod({"env": [{"name": "MODE", "value": "fast"}]})),
    case("a path", PASS, pod=pod({"env": [{"name": "TOKEN_FILE", "value": "/run/token"}]})),
    case("written", FAIL, pod=pod({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]})),
    case("a short one", FAIL, pod=_env("MYSQL_ROOT_PASSWORD", "root")),
    case("a key", FAIL, pod=_env("STRIPE_API_KEY", "4eC39HqLyjWDarjtT1zdp7dc")),
    case("in an address", FAIL, pod=_env("DATABASE_URL", "postgres://shop:hunter2@db/shop")),
    case("what tells of one", PASS, pod=_env("SECRET_NAME", "shop-db")),
    case("how long it has to be", PASS, pod=_env("PASSWORD_MIN_LENGTH", "12")),
    case("for how many seconds", PASS, pod=_env("TOKEN_TTL_SECONDS", "3600")),
    case("how long it is good", PASS, pod=_env("TOKEN_TTL", "3600")),
    case("from another variable", PASS, pod=_env("DB_PASSWORD", "$(PASSWORD)")),
    case("after an option", FAIL, pod=_run("redis-server", "--requirepass", "s3cr3tpassw0rd")),
    case("in an option", FAIL, pod=pod({"args": ["--db-password=hunter2hunter2"]})),
    case(
        "after an option, half of it in the arguments",
        FAIL,
        pod=pod({"command": ["run", "--api-key"], "args": ["4eC39HqLyjWDarjtT1zdp7dc"]}),
    ),
    case("in a script", FAIL, pod=_run("sh", "-c", "export DB_PASSWORD=hunter2hunter2\nrun")),
    case("in an address that is run", FAIL, pod=_run("migrate", "postgres://a:hunter2@db/shop")),
    case(
        "in what asks whether it lives",
        FAIL,
        pod=pod({"livenessProbe": {"exec": {"command": ["ping", "--password=hunter2hunter2"]}}}),
    ),
    case(
        "options that tell of one",
        PASS,
        pod=_run(
            "--token-file=/run/token",
            "--secret-namespace=cert-manager",
            "--secret-name=shop-tls",
            "--password=$(PASSWORD)",
            "--no-password",
            "database",
            "--token",
            "--verbose",
            "--image-pull-secret=our-registry",
            "--client-secret-env=CLIENT_SECRET",
            "--tls-secret",
            "shop-tls",
            "--tls-private-key-file",
            "/run/tls.key",
        ),
    ),
)

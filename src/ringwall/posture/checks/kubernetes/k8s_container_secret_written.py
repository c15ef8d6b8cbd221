"""No secret is written into a manifest.

Why: whoever reads the repository, or the object, has it.
Fix: put it into a Secret that comes from a store of secrets.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
)
from ringwall.posture.checks.kubernetes.containers import (
    judged,
    pod,
)
from ringwall.posture.checks.secrets import is_secret

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.HIGH,
    reads=("pod",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(
        it,
        _wrong,
        "has a secret written in its environment",
        "no secret is written in the environment",
    )


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return any(
        isinstance(one.get("value"), str)
        and is_secret(str(one.get("name", "")), one["value"], least=1)
        for one in container.get("env") or ()
    )


def _env(name: str, value: str) -> object:
    return pod({"env": [{"name": name, "value": value}]})


CASES = (
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
)

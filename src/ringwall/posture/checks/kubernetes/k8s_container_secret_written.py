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

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.HIGH,
    reads=("pod",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
    known_as=("trivy:KSV0109",),
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
        and one["value"]
        and not one["value"].startswith(("/", "$("))
        and any(
            word in str(one.get("name", "")).upper().split("_")
            for word in ("PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY")
        )
        for one in container.get("env") or ()
    )


CASES = (
    case("plain", PASS, pod=pod({"env": [{"name": "MODE", "value": "fast"}]})),
    case("a path", PASS, pod=pod({"env": [{"name": "TOKEN_FILE", "value": "/run/token"}]})),
    case("written", FAIL, pod=pod({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]})),
)

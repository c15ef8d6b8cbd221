"""Clusters of Kubernetes log who did what.

Why: what an intruder did in the cluster is written nowhere.
Fix: turn the logs `api`, `audit` and `authenticator` of the control plane on.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=LOGGED,
    known_as=(
        "prowler:eks_control_plane_logging_all_types_enabled",
        "securityhub:EKS.8",
        "checkov:CKV_AWS_37",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Scheduler and controller are of little use to find an intruder."""
    on = {
        kind
        for one in (it.read("described").get("logging") or {}).get("clusterLogging") or ()
        if one.get("enabled")
        for kind in one.get("types") or ()
    }
    missing = [one for one in ("api", "audit", "authenticator") if one not in on]
    if missing:
        return fails(f"{it.label} does not log: {', '.join(missing)}")
    return passes("it logs who did what")


def _logs(*types: str, enabled: bool = True) -> dict[str, object]:
    return {"logging": {"clusterLogging": [{"types": list(types), "enabled": enabled}]}}


CASES = (
    case("on", PASS, described=_logs("api", "audit", "authenticator")),
    case("not the audit", FAIL, described=_logs("api", "authenticator")),
    case("named, but off", FAIL, described=_logs("api", "audit", "authenticator", enabled=False)),
)

"""Pods do not share files as the group root.

Why: files of volumes are then open to whoever is in that group on the node.
Fix: set `fsGroup` to a number above 0.
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
from ringwall.posture.checks.kubernetes.containers import pod

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("trivy:KSV116",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    told = spec.get("securityContext") or {}
    if 0 in (told.get("supplementalGroups") or ()) or told.get("fsGroup") == 0:
        return fails(f"{it.label} is in the group root")
    return passes("it is not in the group root")


CASES = (
    case("not said", PASS, pod=pod()),
    case("root", FAIL, pod=pod(securityContext={"fsGroup": 0})),
)

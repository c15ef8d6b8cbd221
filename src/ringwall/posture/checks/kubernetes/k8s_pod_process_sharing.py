"""Containers of a pod do not see each other.

Why: a container beside reads the memory and the files of the others.
Fix: take `shareProcessNamespace: true` away.
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
    known_as=("polaris:shareProcessNamespace",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("shareProcessNamespace") is True:
        return fails(f"{it.label} shares processes among its containers")
    return passes("containers do not share processes")


CASES = (
    case("not said", PASS, pod=pod()),
    case("shared", FAIL, pod=pod(shareProcessNamespace=True)),
)

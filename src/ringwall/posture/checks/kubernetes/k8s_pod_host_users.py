"""Pods ask for users apart from those of the host.

Why: with users of its own, root in a container is nobody on the node.
Fix: set `hostUsers: false` where the cluster supports it.
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
    known_as=("kubernetes:user-namespaces",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("hostUsers") is not False:
        return fails(f"{it.label} has the users of the host")
    return passes("it has users of its own")


CASES = (
    case("own", PASS, pod=pod(hostUsers=False)),
    case("not said", FAIL, pod=pod()),
)

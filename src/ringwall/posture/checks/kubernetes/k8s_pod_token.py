"""Pods have no token that they do not need.

Why: a token of the cluster in each pod is what an intruder looks for first.
Fix: set `automountServiceAccountToken: false` where the pod does not speak to Kubernetes.
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
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("checkov:CKV_K8S_38",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("automountServiceAccountToken") is not False:
        return fails(f"{it.label} has a token of the cluster")
    return passes("no token is mounted")


CASES = (
    case("off", PASS, pod=pod(automountServiceAccountToken=False)),
    case("not said", FAIL, pod=pod()),
)

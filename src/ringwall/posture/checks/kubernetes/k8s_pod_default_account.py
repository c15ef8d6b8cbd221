"""Pods have an account of their own.

Why: what the default account is given, every pod of the namespace has.
Fix: make a ServiceAccount for it and name it in `serviceAccountName`.
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
    known_as=("trivy:KSV0118",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("serviceAccountName", spec.get("serviceAccount", "default")) in {
        None,
        "",
        "default",
    }:
        return fails(f"{it.label} uses the default account")
    return passes("it has an account of its own")


CASES = (
    case("own", PASS, pod=pod(serviceAccountName="shop")),
    case("not said", FAIL, pod=pod()),
    case("said", FAIL, pod=pod(serviceAccountName="default")),
)

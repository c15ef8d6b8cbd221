"""Namespaces enforce a pod security standard.

Why: nothing else stops a privileged pod that somebody puts there.
Fix: label it `pod-security.kubernetes.io/enforce: baseline`, or restricted.
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

CHECK = Check(
    judges="k8s-namespace",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("kubernetes:pod-security-admission",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    labels = it.read("listed").get("labels") or {}
    level = labels.get("pod-security.kubernetes.io/enforce")
    if level in {"baseline", "restricted"}:
        return passes(f"it enforces {level}")
    return fails(f"{it.label} enforces no pod security standard")


CASES = (
    case("baseline", PASS, listed={"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}),
    case("none", FAIL, listed={"labels": {}}),
    case(
        "privileged", FAIL, listed={"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}
    ),
)

"""Namespaces have network policies.

Why: without one every pod of the cluster reaches every other.
Fix: deny all by default, and allow what is needed.
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
    other,
    passes,
)

CHECK = Check(
    judges="k8s-namespace",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "k8s-network-policy.listed",
    ),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("checkov:CKV2_K8S_6",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    name = it.read("listed").get("name")
    policies = world.all("k8s-network-policy", account=it.account)
    if any(one.read("listed").get("namespace") == name for one in policies):
        return passes("it has a network policy")
    return fails(f"{it.label} has no network policy")


CASES = (
    case(
        "one",
        PASS,
        other("k8s-network-policy", listed={"namespace": "shop"}),
        listed={"name": "shop"},
    ),
    case(
        "none",
        FAIL,
        other("k8s-network-policy", listed={"namespace": "else"}),
        listed={"name": "shop"},
    ),
)

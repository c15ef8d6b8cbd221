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
        "k8s-network-policy.manifest",
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
    own = [one for one in policies if one.read("listed").get("namespace") == name]
    if any(_keeps_out(one) for one in own):
        return passes("it has a network policy")
    said = "network policies for what goes out alone" if own else "no network policy"
    return fails(f"{it.label} has {said}")


def _keeps_out(policy: Subject) -> bool:
    """Whether it is of what comes in, as it is unless it says otherwise."""
    kinds = (policy.read("manifest").get("spec") or {}).get("policyTypes")
    return not kinds or "Ingress" in kinds


CASES = (
    case(
        "one",
        PASS,
        other("k8s-network-policy", listed={"namespace": "shop"}, manifest={}),
        listed={"name": "shop"},
    ),
    case(
        "of what goes out",
        FAIL,
        other(
            "k8s-network-policy",
            listed={"namespace": "shop"},
            manifest={"spec": {"policyTypes": ["Egress"]}},
        ),
        listed={"name": "shop"},
    ),
    case(
        "none",
        FAIL,
        other("k8s-network-policy", listed={"namespace": "else"}),
        listed={"name": "shop"},
    ),
)

"""Network policies do not let in everybody.

Why: a rule without sources, or with the whole world, is no rule.
Fix: name the pods, namespaces or networks in `from`.
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
    judges="k8s-network-policy",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("kubernetes:network-policies",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what the manifest says."""
    spec = it.read("manifest").get("spec") or {}
    for rule in spec.get("ingress") or ():
        sources = rule.get("from")
        blocks = [(one.get("ipBlock") or {}).get("cidr") for one in sources or ()]
        if not sources or "0.0.0.0/0" in blocks or "::/0" in blocks:
            return fails(f"{it.label} lets in everybody")
    return passes("those who come in are named")


CASES = (
    case("named", PASS, manifest={"spec": {"ingress": [{"from": [{"podSelector": {}}]}]}}),
    case("nobody", PASS, manifest={"spec": {"policyTypes": ["Ingress"]}}),
    case("all", FAIL, manifest={"spec": {"ingress": [{}]}}),
    case(
        "the world",
        FAIL,
        manifest={"spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]}},
    ),
)

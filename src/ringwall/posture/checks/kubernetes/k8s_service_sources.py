"""Load balancers name who may come.

Why: without sources the whole internet reaches the service.
Fix: set `loadBalancerSourceRanges`, or make it internal.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
    judges="k8s-service",
    severity=Severity.MEDIUM,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=("kubernetes:load-balancer-source-ranges",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what the manifest says."""
    spec = it.read("manifest").get("spec") or {}
    if spec.get("type") != "LoadBalancer":
        return None
    sources = spec.get("loadBalancerSourceRanges") or ["0.0.0.0/0"]
    if {"0.0.0.0/0", "::/0"} & set(sources):
        return fails(f"{it.label} is open to the internet")
    return passes("those who may come are named")


CASES = (
    case(
        "named",
        PASS,
        manifest={"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}},
    ),
    case("all", FAIL, manifest={"spec": {"type": "LoadBalancer"}}),
    case("inside", NOT_JUDGED, manifest={"spec": {}}),
)

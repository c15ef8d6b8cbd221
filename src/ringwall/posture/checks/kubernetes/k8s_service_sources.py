"""Load balancers name who may come.

Why: without sources the whole internet reaches the service.
Fix: set `loadBalancerSourceRanges`, or make it internal.
"""

from typing import Any

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.sources import are_everybody

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


_SOURCES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_INSIDE = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": {"true", "0.0.0.0/0"},
    "service.beta.kubernetes.io/aws-load-balancer-scheme": {"internal"},
    "service.beta.kubernetes.io/azure-load-balancer-internal": {"true"},
    "networking.gke.io/load-balancer-type": {"internal"},
    "cloud.google.com/load-balancer-type": {"internal"},
}
"""By annotation what makes a balancer one that only the network reaches."""


def judge(it: Subject, world: World) -> Judgment | None:
    """By what the manifest says."""
    told = it.read("manifest")
    spec = told.get("spec") or {}
    if spec.get("type") != "LoadBalancer":
        return None
    notes = (told.get("metadata") or {}).get("annotations") or {}
    if any(str(notes.get(name)).lower() in wanted for name, wanted in _INSIDE.items()):
        return passes("it is within the network alone")
    said = [one.strip() for one in str(notes.get(_SOURCES) or "").split(",") if one.strip()]
    sources = spec.get("loadBalancerSourceRanges") or said or ["0.0.0.0/0"]
    if are_everybody({"cidr": one} for one in sources):
        return fails(f"{it.label} is open to the internet")
    return passes("those who may come are named")


def _noted(**notes: str) -> dict[str, Any]:
    prefix = "service.beta.kubernetes.io"
    annotations = {f"{prefix}/{key.replace('_', '-')}": one for key, one in notes.items()}
    return {"metadata": {"annotations": annotations}, "spec": {"type": "LoadBalancer"}}


def _from(*sources: str) -> dict[str, Any]:
    return {"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": list(sources)}}


CASES = (
    case("named", PASS, manifest=_from("10.0.0.0/8")),
    case("the world in two halves", FAIL, manifest=_from("0.0.0.0/1", "128.0.0.0/1")),
    case("what is no network", UNKNOWN, manifest=_from("${OFFICE}")),
    case("what is no network, beside the world", FAIL, manifest=_from("${OFFICE}", "::/0")),
    case("within", PASS, manifest=_noted(aws_load_balancer_internal="true")),
    case("not within", FAIL, manifest=_noted(aws_load_balancer_internal="false")),
    case("noted", PASS, manifest=_noted(load_balancer_source_ranges="10.0.0.0/8, 192.0.2.0/24")),
    case("noted, with all", FAIL, manifest=_noted(load_balancer_source_ranges="0.0.0.0/0")),
    case("all", FAIL, manifest={"spec": {"type": "LoadBalancer"}}),
    case("inside", NOT_JUDGED, manifest={"spec": {}}),
)

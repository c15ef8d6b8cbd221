"""Load balancers name who may come.

Why: without sources the whole internet reaches the service.
Fix: set `loadBalancerSourceRanges`, or make it internal.
"""

from collections.abc import Mapping
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
    UnknownError,
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
_AWS = "service.beta.kubernetes.io/aws-load-balancer"
_INSIDE = {
    f"{_AWS}-internal": {"true", "0.0.0.0/0"},
    f"{_AWS}-scheme": {"internal"},
    "service.beta.kubernetes.io/azure-load-balancer-internal": {"true"},
    "service.beta.kubernetes.io/do-loadbalancer-network": {"internal"},
    "service.beta.kubernetes.io/oci-load-balancer-internal": {"true"},
    "service.beta.kubernetes.io/openstack-internal-load-balancer": {"true"},
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": {"intranet"},
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": {"private"},
    "networking.gke.io/load-balancer-type": {"internal"},
    "cloud.google.com/load-balancer-type": {"internal"},
}
"""By annotation what makes a balancer one that only the network reaches."""
_CLASSES = {"service.k8s.aws/nlb", "eks.amazonaws.com/nlb", "tailscale"}
_TYPES = {"external", "nlb-ip"}
"""Classes, and types of AWS, whose balancers the network alone reaches where nothing is said."""


def judge(it: Subject, world: World) -> Judgment | None:
    """By what the manifest says."""
    told = it.read("manifest")
    spec = told.get("spec") or {}
    if spec.get("type") != "LoadBalancer":
        return None
    notes = (told.get("metadata") or {}).get("annotations") or {}
    if _is_inside(spec, notes):
        return passes("it is within the network alone")
    said = [one.strip() for one in str(notes.get(_SOURCES) or "").split(",") if one.strip()]
    sources = spec.get("loadBalancerSourceRanges") or said or ["0.0.0.0/0"]
    if are_everybody({"cidr": one} for one in sources):
        return fails(f"{it.label} is open to the internet")
    return passes("those who may come are named")


def _is_inside(spec: Mapping[str, Any], notes: Mapping[str, Any]) -> bool:
    said = {name: str(one).lower() for name, one in notes.items()}
    later = [name for name in (f"{_AWS}-scheme", *_INSIDE) if "${" in said.get(name, "")]
    if later:
        raise UnknownError(f"{later[0]} is filled in later")
    if said.get(f"{_AWS}-scheme") == "internet-facing":
        return False
    if any(said.get(name) in wanted for name, wanted in _INSIDE.items()):
        return True
    is_usual = spec.get("loadBalancerClass") in _CLASSES or said.get(f"{_AWS}-type") in _TYPES
    return is_usual and f"{_AWS}-internal" not in said


def _noted(**notes: str) -> dict[str, Any]:
    prefix = "service.beta.kubernetes.io"
    annotations = {f"{prefix}/{key.replace('_', '-')}": one for key, one in notes.items()}
    return {"metadata": {"annotations": annotations}, "spec": {"type": "LoadBalancer"}}


def _from(*sources: str) -> dict[str, Any]:
    return {"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": list(sources)}}


def _of_class(name: str, **notes: str) -> dict[str, Any]:
    told = _noted(**notes)
    return told | {"spec": {"type": "LoadBalancer", "loadBalancerClass": name}}


CASES = (
    case("of a class", PASS, manifest=_of_class("service.k8s.aws/nlb")),
    case(
        "of a class, and nobody knows how",
        UNKNOWN,
        manifest=_of_class("service.k8s.aws/nlb", aws_load_balancer_scheme="${SCHEME}"),
    ),
    case(
        "of a class, and open",
        FAIL,
        manifest=_of_class("service.k8s.aws/nlb", aws_load_balancer_scheme="internet-facing"),
    ),
    case(
        "of a class, and not within",
        FAIL,
        manifest=_of_class("service.k8s.aws/nlb", aws_load_balancer_internal="false"),
    ),
    case("of another class", FAIL, manifest=_of_class("metallb.io/it")),
    case("of a type", PASS, manifest=_noted(aws_load_balancer_type="external")),
    case("of another type", FAIL, manifest=_noted(aws_load_balancer_type="nlb")),
    case("of Oracle", PASS, manifest=_noted(oci_load_balancer_internal="true")),
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

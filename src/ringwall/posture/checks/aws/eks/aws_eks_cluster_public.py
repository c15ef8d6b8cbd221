"""Interfaces of Kubernetes clusters are not for everybody.

Why: a weakness of it, or a token that got out, is all it takes then.
Fix: switch public access off, or name the networks that may come.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.openings import is_open, known_of
from ringwall.posture.permissions.networks import Addresses

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.HIGH,
    reads=("described",),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "prowler:eks_cluster_not_publicly_accessible",
        "securityhub:EKS.1",
        "checkov:CKV_AWS_38",
        "checkov:CKV_AWS_39",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the networks that may come, taken together."""
    network = it.read("described").get("resourcesVpcConfig") or {}
    if network.get("endpointPublicAccess", True) is False:
        return passes("it is reached from its own network only")
    cidrs = network.get("publicAccessCidrs") or ["0.0.0.0/0"]
    if is_open(Addresses.of(known_of(cidrs))):
        return fails(f"everybody reaches the interface of {it.label}")
    return passes(f"only {', '.join(list(cidrs)[:3])} reach it from outside")


def _network(*cidrs: str) -> dict[str, object]:
    return {"resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": list(cidrs)}}


CASES = (
    case("private", PASS, described={"resourcesVpcConfig": {"endpointPublicAccess": False}}),
    case("an office", PASS, described=_network("52.1.2.0/24")),
    case("all", FAIL, described=_network("0.0.0.0/0")),
    case("all by halves", FAIL, described=_network("0.0.0.0/1", "128.0.0.0/1")),
    case("as it comes", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)

"""Nodes reach their cluster without the internet.

Why: what nodes and cluster say to each other leaves the network, and public access cannot be
closed.
Fix: turn private access of the endpoint on.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.LOW,
    reads=("described",),
    controls=PERIMETER,
    known_as=(
        "prowler:eks_cluster_private_nodes_enabled",
        "checkov:CKV_AWS_39",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if (it.read("described").get("resourcesVpcConfig") or {}).get("endpointPrivateAccess") is True:
        return passes("it is reached from inside")
    return fails(f"{it.label} is reached by the internet only")


CASES = (
    case("on", PASS, described={"resourcesVpcConfig": {"endpointPrivateAccess": True}}),
    case("off", FAIL, described={"resourcesVpcConfig": {"endpointPrivateAccess": False}}),
)

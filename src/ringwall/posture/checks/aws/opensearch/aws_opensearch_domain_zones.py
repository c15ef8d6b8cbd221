"""Search domains outlive the loss of a node.

Why: with a single node the index is gone.
Fix: use two data nodes or more, and zone awareness.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.LOW,
    reads=("described",),
    controls=RESILIENT,
    known_as=(
        "prowler:opensearch_service_domains_fault_tolerant_data_nodes",
        "securityhub:Opensearch.6",
        "checkov:CKV_AWS_318",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described").get("ClusterConfig") or {}
    if told.get("InstanceCount", 1) > 1 and told.get("ZoneAwarenessEnabled") is True:
        return passes("its nodes are in several zones")
    return fails(f"{it.label} has {told.get('InstanceCount', 1)} nodes, in one zone")


CASES = (
    case(
        "two", PASS, described={"ClusterConfig": {"InstanceCount": 2, "ZoneAwarenessEnabled": True}}
    ),
    case("two in one zone", FAIL, described={"ClusterConfig": {"InstanceCount": 2}}),
    case("one", FAIL, described={"ClusterConfig": {"InstanceCount": 1}}),
)

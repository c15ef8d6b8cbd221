"""Search domains have three dedicated masters.

Why: with fewer, the loss of one leaves nobody to say what is true, and the domain stands still.
Fix: turn dedicated masters on, three of them.
"""

from typing import Final

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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.LOW,
    reads=("described",),
    controls=RESILIENT,
    known_as=(
        "prowler:opensearch_service_domains_fault_tolerant_master_nodes",
        "securityhub:Opensearch.11",
        "checkov:CKV2_AWS_59",
    ),
)
MASTERS: Final = 3


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described").get("ClusterConfig") or {}
    count = told.get("DedicatedMasterCount", 0) if told.get("DedicatedMasterEnabled") is True else 0
    if count >= MASTERS:
        return passes(f"it has {count} dedicated masters")
    return fails(f"{it.label} has {count or 'no'} dedicated masters")


def _masters(count: int, *, on: bool = True) -> dict[str, object]:
    return {"ClusterConfig": {"DedicatedMasterEnabled": on, "DedicatedMasterCount": count}}


CASES = (
    case("three", PASS, described=_masters(3)),
    case("two", FAIL, described=_masters(2)),
    case("three that are off", FAIL, described=_masters(3, on=False)),
    case("none", FAIL, described={"ClusterConfig": {"InstanceCount": 3}}),
    case("may not be read", UNKNOWN, described=DENIED),
)

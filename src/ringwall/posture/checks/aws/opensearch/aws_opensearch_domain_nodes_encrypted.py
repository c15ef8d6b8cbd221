"""Nodes of search domains talk to each other encrypted.

Why: what is searched for and found crosses the network as it is.
Fix: turn node-to-node encryption on.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:opensearch_service_domains_node_to_node_encryption_enabled",
        "securityhub:Opensearch.3",
        "checkov:CKV_AWS_6",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described")
    if (told.get("NodeToNodeEncryptionOptions") or {}).get("Enabled") is True:
        return passes("its nodes talk encrypted")
    return fails(f"nodes of {it.label} talk in the clear")


CASES = (
    case("on", PASS, described={"NodeToNodeEncryptionOptions": {"Enabled": True}}),
    case("off", FAIL, described={"NodeToNodeEncryptionOptions": {"Enabled": False}}),
    case("nothing is said", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)

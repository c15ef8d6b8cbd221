"""Search domains are encrypted.

Why: its disks and snapshots can be read by whoever gets at them.
Fix: turn encryption at rest on.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=AT_REST,
    known_as=(
        "prowler:opensearch_service_domains_encryption_at_rest_enabled",
        "securityhub:Opensearch.1",
        "checkov:CKV_AWS_5",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described")
    if (told.get("EncryptionAtRestOptions") or {}).get("Enabled") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("on", PASS, described={"EncryptionAtRestOptions": {"Enabled": True}}),
    case("off", FAIL, described={"EncryptionAtRestOptions": {"Enabled": False}}),
    case("nothing is said", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)

"""Buckets let go of what is old.

Why: what was never deleted is what is lost in the end; old versions and broken uploads cost and
stay.
Fix: add lifecycle rules that expire objects or old versions, and abort uploads that were never
finished.
"""

from ringwall.posture.checking import (
    ABSENT,
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

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("lifecycle",),
    controls=(
        "nist-800-53r5 SI-12 partial",
        "iso-27001-2022 A.8.10 partial",
        "ccm-4 DSP-16 partial",
        "soc2 C1.2 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
        "pci-dss-4 3.2.1 supporting",
    ),
    known_as=("prowler:s3_bucket_lifecycle_enabled", "securityhub:S3.13", "checkov:CKV2_AWS_61"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Any rule that is on."""
    rules = it.read("lifecycle", [])
    on = [one for one in rules if one.get("Status") == "Enabled"]
    if on:
        return passes(f"{len(on)} lifecycle rules are on")
    return fails("its rules are all off" if rules else "it has no lifecycle rule")


CASES = (
    case("on", PASS, lifecycle=[{"ID": "a", "Status": "Enabled"}]),
    case("off", FAIL, lifecycle=[{"ID": "a", "Status": "Disabled"}]),
    case("none", FAIL, lifecycle=ABSENT),
    case("may not be read", UNKNOWN, lifecycle=DENIED),
)

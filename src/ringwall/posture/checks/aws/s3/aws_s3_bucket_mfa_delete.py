"""Versions are deleted with a second factor alone.

Why: stolen keys of an administrator could delete every version of everything at once.
Fix: have the root user turn MFA delete on, or lock objects (`aws-s3-bucket-object-lock`) and
accept this.
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("versioning", "object_lock"),
    controls=(
        "cis-aws-3.0 2.1.2 full",
        "cis-aws-5.0 2.1.2 full",
        "cis-aws-6.0 3.1.2 full",
        *KEPT,
        "nist-800-53r5 CP-9 supporting",
    ),
    known_as=(
        "prowler:s3_bucket_no_mfa_delete",
        "securityhub:S3.20",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """A lock in compliance mode is stricter: nobody deletes, with whatever factor."""
    versioning = it.read("versioning", {})
    if versioning.get("MFADelete") == "Enabled":
        return passes("deleting a version takes a second factor")
    lock = it.read("object_lock", {})
    rule = lock.get("Rule", {}).get("DefaultRetention", {})
    if rule.get("Mode") == "COMPLIANCE":
        return passes("a lock in compliance mode keeps every version")
    return fails("a version is deleted with a key alone")


CASES = (
    case("on", PASS, versioning={"Status": "Enabled", "MFADelete": "Enabled"}),
    case("off", FAIL, versioning={"Status": "Enabled"}, object_lock=ABSENT),
    case(
        "locked",
        PASS,
        versioning={"Status": "Enabled"},
        object_lock={"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}},
    ),
    case("the lock may not be read", UNKNOWN, versioning={}, object_lock=DENIED),
)

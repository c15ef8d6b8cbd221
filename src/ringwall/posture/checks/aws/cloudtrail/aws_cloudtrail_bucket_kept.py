"""What a trail wrote is not deleted with a key alone.

Why: whoever takes over an account deletes what tells of it.
Fix: lock the bucket's objects for some time, or ask for a second factor to delete versions.
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
from ringwall.posture.checks.aws.cloudtrail.buckets import bucket, bucket_of

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "aws-s3-bucket.versioning",
        "aws-s3-bucket.object_lock",
    ),
    controls=(
        "nist-800-53r5 AU-9 partial",
        "nist-800-53r5 AU-9(2) supporting",
        "pci-dss-4 10.3.2 partial",
        "iso-27001-2022 A.8.15 supporting",
        "soc2 CC7.2 supporting",
        "ccm-4 LOG-02 partial",
        "nist-csf-2.0 PR.DS-01 supporting",
        "nist-csf-2.0 RS.AN-07 supporting",
        "pci-dss-4 10.5.1 supporting",
    ),
    known_as=("prowler:cloudtrail_bucket_requires_mfa_delete",),
)


def judge(it: Subject, world: World) -> Judgment:
    """A lock by default is as good as a second factor, and better in compliance mode."""
    bucket = bucket_of(it, world)

    def locked() -> bool:
        rule = bucket.read("object_lock", {}).get("Rule") or {}
        return bool(rule.get("DefaultRetention"))

    def guarded() -> bool:
        told = bucket.read("versioning", {})
        return bool(told.get("Status") == "Enabled" and told.get("MFADelete") == "Enabled")

    if world.any_true(locked, guarded):
        return passes(f"what is in {bucket.label} is not deleted with a key alone")
    return fails(f"what is in {bucket.label} is deleted with a key alone")


LISTED = {"S3BucketName": "logs"}
LOCK = {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}}
FACTOR = {"Status": "Enabled", "MFADelete": "Enabled"}
CASES = (
    case("locked", PASS, bucket(versioning={"Status": "Enabled"}, object_lock=LOCK), listed=LISTED),
    case("a factor", PASS, bucket(versioning=FACTOR, object_lock=ABSENT), listed=LISTED),
    case(
        "a factor, and the lock may not be read",
        PASS,
        bucket(versioning=FACTOR, object_lock=DENIED),
        listed=LISTED,
    ),
    case(
        "versions alone",
        FAIL,
        bucket(versioning={"Status": "Enabled"}, object_lock=ABSENT),
        listed=LISTED,
    ),
    case(
        "a lock without a rule",
        FAIL,
        bucket(versioning={}, object_lock={"ObjectLockEnabled": "Enabled"}),
        listed=LISTED,
    ),
    case(
        "of another account",
        UNKNOWN,
        bucket("other", versioning={}, object_lock=ABSENT),
        listed=LISTED,
    ),
    case("may not be read", UNKNOWN, bucket(versioning={}, object_lock=DENIED), listed=LISTED),
)

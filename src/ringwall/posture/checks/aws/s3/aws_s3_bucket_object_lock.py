"""Buckets that keep logs lock them.

Why: whoever breaks in deletes the traces first.
Fix: make a bucket with object lock and a default retention for what trails and logs deliver.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("object_lock", "aws-cloudtrail-trail.listed"),
    controls=(
        *LOGGED,
        "nist-800-53r5 AU-9 partial",
        "nist-800-53r5 AU-11 supporting",
        "pci-dss-4 10.3.2 partial",
        "nist-csf-2.0 RS.AN-07 supporting",
        "pci-dss-4 10.5.1 supporting",
    ),
    known_as=("prowler:s3_bucket_object_lock", "securityhub:S3.15"),
)


def _bucket(trail: Subject) -> list[str]:
    return [trail.read("listed").get("S3BucketName", "")]


def judge(it: Subject, world: World) -> Judgment | None:
    """Of buckets that a trail writes to."""
    if not world.where("aws-cloudtrail-trail", _bucket, it.label):
        return None
    lock = it.read("object_lock", {})
    rule = lock.get("Rule", {}).get("DefaultRetention", {})
    if lock.get("ObjectLockEnabled") == "Enabled" and rule:
        time = f"{rule['Days']} days" if rule.get("Days") else f"{rule.get('Years')} years"
        return passes(f"what is written stays for {time}")
    return fails("a trail writes here, and what it writes can be deleted")


TRAIL = other("aws-cloudtrail-trail", "arn:aws:cloudtrail:::t", listed={"S3BucketName": "it"})
CASES = (
    case(
        "locked",
        PASS,
        TRAIL,
        object_lock={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
        },
    ),
    case("on without a rule", FAIL, TRAIL, object_lock={"ObjectLockEnabled": "Enabled"}),
    case("off", FAIL, TRAIL, object_lock=ABSENT),
    case("no trail writes here", NOT_JUDGED, object_lock=ABSENT),
    case("may not be read", UNKNOWN, TRAIL, object_lock=DENIED),
)

"""Who reads a trail is logged.

Why: who looks at what a trail has recorded, or takes it away, is seen nowhere else.
Fix: turn on server access logs of the trail's bucket, to another bucket.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.LOW,
    reads=(
        "listed",
        "aws-s3-bucket.logging",
    ),
    controls=(
        "cis-aws-3.0 3.4 full",
        "cis-aws-5.0 3.4 full",
        "cis-aws-6.0 4.4 full",
        *LOGGED,
        "nist-800-53r5 AU-9 supporting",
    ),
    known_as=(
        "prowler:cloudtrail_logs_s3_bucket_access_logging_enabled",
        "securityhub:CloudTrail.7",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """A bucket of another account is that one's to tell."""
    bucket = bucket_of(it, world)
    target = bucket.read("logging", {}).get("TargetBucket")
    if target:
        return passes(f"who reads {bucket.label} is logged to {target}")
    return fails(f"who reads {bucket.label} is not logged")


LISTED = {"S3BucketName": "logs"}
CASES = (
    case("logged", PASS, bucket(logging={"TargetBucket": "t"}), listed=LISTED),
    case("not", FAIL, bucket(logging=ABSENT), listed=LISTED),
    case("of another account", UNKNOWN, bucket("other", logging=ABSENT), listed=LISTED),
    case("may not be read", UNKNOWN, bucket(logging=DENIED), listed=LISTED),
)

"""Access to buckets is logged.

Why: after a leak nobody could say what was read, and by whom.
Fix: log to another bucket (server access logs), or have a trail record the bucket's data events
and accept this.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("logging", "aws-s3-bucket.logging"),
    controls=(
        *LOGGED,
        "pci-dss-4 10.2.1.1 partial",
    ),
    known_as=(
        "prowler:s3_bucket_server_access_logging_enabled",
        "securityhub:S3.9",
        "checkov:CKV_AWS_18",
    ),
)


def _target(bucket: Subject) -> list[str]:
    return [bucket.read("logging", {}).get("TargetBucket", "")]


def judge(it: Subject, world: World) -> Judgment:
    """A bucket that only takes the logs of others would log itself."""
    target = it.read("logging", {}).get("TargetBucket")
    if target:
        return passes(f"who reads it is logged to {target}")
    if world.where("aws-s3-bucket", _target, it.label):
        return passes("it takes the logs of other buckets")
    return fails("nobody records who reads it")


CASES = (
    case("logged", PASS, logging={"TargetBucket": "logs", "TargetPrefix": ""}),
    case(
        "takes logs",
        PASS,
        other("aws-s3-bucket", "arn:aws:s3:::b", logging={"TargetBucket": "it"}),
        logging=ABSENT,
    ),
    case("not logged", FAIL, logging=ABSENT),
    case("may not be read", UNKNOWN, logging=DENIED),
)

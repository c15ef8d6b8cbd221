"""What a trail writes is read by nobody outside.

Why: a trail tells of every name, role, address and habit of the account: a map for whoever attacks
it.
Fix: turn all of the bucket's public access block on, and take whoever is everybody out of its
policy.
"""

from typing import Any

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
    other,
)
from ringwall.posture.checks.aws.cloudtrail.buckets import bucket, bucket_of
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.s3.aws_s3_bucket_public import judge as judge_bucket

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.CRITICAL,
    reads=(
        "listed",
        "aws-s3-bucket.policy",
        "aws-s3-bucket.acl",
        "aws-s3-bucket.ownership",
        "aws-s3-bucket.public_access_block",
        "aws-account.s3_public_access_block",
        *READS,
    ),
    controls=(
        *NOT_PUBLIC,
        "nist-800-53r5 AU-9 partial",
        "pci-dss-4 10.3.1 partial",
    ),
    known_as=(
        "prowler:cloudtrail_logs_s3_bucket_is_not_publicly_accessible",
        "securityhub:CloudTrail.6",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As every bucket is judged."""
    bucket = bucket_of(it, world)
    found = judge_bucket(bucket, world)
    return found._replace(why=f"{bucket.label}: {found.why}")


LISTED = {"S3BucketName": "logs"}
OPEN = {
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]
}
SHUT = {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}
BARE: dict[str, Any] = {
    "policy": OPEN,
    "acl": {},
    "ownership": ABSENT,
    "public_access_block": ABSENT,
}
NO = other("aws-account", s3_public_access_block=ABSENT)
CASES = (
    case("closed", PASS, NO, bucket(**BARE | {"policy": ABSENT}), listed=LISTED),
    case("open", FAIL, NO, bucket(**BARE), listed=LISTED),
    case(
        "open, and blocked", PASS, NO, bucket(**BARE | {"public_access_block": SHUT}), listed=LISTED
    ),
    case(
        "open, and blocked by the account",
        PASS,
        other("aws-account", s3_public_access_block=SHUT),
        bucket(**BARE),
        listed=LISTED,
    ),
    case("of another account", UNKNOWN, NO, bucket("other", **BARE), listed=LISTED),
    case("may not be read", UNKNOWN, NO, bucket(**BARE | {"policy": DENIED}), listed=LISTED),
)

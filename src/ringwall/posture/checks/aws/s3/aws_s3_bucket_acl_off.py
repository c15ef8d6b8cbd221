"""Access lists are off.

Why: lists are a second, older way to give rights, one for each object, that nobody looks over.
Fix: set object ownership to `BucketOwnerEnforced`, after moving what lists give into the policy.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("ownership",),
    controls=(
        *NOT_PUBLIC,
        "nist-800-53r5 AC-6 supporting",
    ),
    known_as=("prowler:s3_bucket_acl_prohibited", "securityhub:S3.12", "checkov:CKV2_AWS_65"),
    remedy="aws-s3-acl-off",
)


def judge(it: Subject, world: World) -> Judgment:
    """By the bucket's ownership controls."""
    rules = it.read("ownership", {}).get("Rules", [])
    set_to = [one.get("ObjectOwnership") for one in rules]
    if "BucketOwnerEnforced" in set_to:
        return passes("the bucket's owner owns all, and lists count for nothing")
    return fails(f"ownership is {', '.join(map(str, set_to)) or 'not set'}")


CASES = (
    case("off", PASS, ownership={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}),
    case("preferred", FAIL, ownership={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}),
    case("not set", FAIL, ownership=ABSENT),
    case("may not be read", UNKNOWN, ownership=DENIED),
)

"""The account blocks public access to S3.

Why: the next bucket is made in haste; the account's block holds for it before anybody thinks of
it.
Fix: turn all four settings on for the account, after giving buckets that are meant to be public a
CDN in front.
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
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=("s3_public_access_block",),
    controls=(
        "cis-aws-3.0 2.1.4 supporting",
        "cis-aws-5.0 2.1.4 supporting",
        "cis-aws-6.0 3.1.4 supporting",
        *NOT_PUBLIC,
    ),
    known_as=("prowler:s3_account_level_public_access_blocks", "securityhub:S3.1"),
    remedy="aws-s3-account-block-public-access",
)
PARTS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def judge(it: Subject, world: World) -> Judgment:
    """All four parts."""
    settings = it.read("s3_public_access_block", {})
    off = [part for part in PARTS if settings.get(part) is not True]
    if off:
        return fails(f"{', '.join(off)} are off for the account")
    return passes("all four parts of the account's block are on")


ON = dict.fromkeys(PARTS, True)
CASES = (
    case("on", PASS, s3_public_access_block=ON),
    case("never set", FAIL, s3_public_access_block=ABSENT),
    case("half", FAIL, s3_public_access_block=ON | {"IgnorePublicAcls": False}),
    case("may not be read", UNKNOWN, s3_public_access_block=DENIED),
)

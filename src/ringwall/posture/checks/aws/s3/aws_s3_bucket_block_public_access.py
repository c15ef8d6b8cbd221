"""Buckets block public access.

Why: a policy or an access list that is written in haste makes a bucket public; the block has it
refused, whatever they say. It counts where the account or the bucket has all four of its parts on.
Fix: turn all four settings of the public access block on, best for the whole account.
"""

from collections.abc import Mapping
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
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.s3.blocks import account_block, unless_blocked

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=("public_access_block", "aws-account.s3_public_access_block"),
    controls=(
        "cis-aws-3.0 2.1.4 full",
        "cis-aws-5.0 2.1.4 full",
        "cis-aws-6.0 3.1.4 full",
        *NOT_PUBLIC,
        "nist-800-53r5 AC-6 supporting",
        "pci-dss-4 1.3.1 supporting",
    ),
    known_as=(
        "prowler:s3_bucket_level_public_access_block",
        "securityhub:S3.8",
        "checkov:CKV2_AWS_6",
    ),
    remedy="aws-s3-block-public-access",
)
PARTS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def judge(it: Subject, world: World) -> Judgment:
    """Each part may be on for the account or for the bucket: AWS takes the stricter of the two."""

    def blocked(settings: Mapping[str, Any]) -> bool:
        return all(settings.get(part) is True for part in PARTS)

    if world.any_true(
        lambda: blocked(it.read("public_access_block", {})),
        lambda: blocked(account_block(it, world)),
    ):
        return passes("all four parts of the public access block are on")
    both = [
        it.read("public_access_block", {}),
        account_block(it, world),
    ]
    off = [part for part in PARTS if not any(one.get(part) is True for one in both)]
    if not off:
        return passes("each part of the public access block is on, for the bucket or the account")
    return fails(
        f"{', '.join(off)} of the public access block are off for {it.label}"
        f"{unless_blocked(it, world) or ' and its account'}"
    )


ON = dict.fromkeys(PARTS, True)
HALF = ON | {"IgnorePublicAcls": False}
CASES = (
    case("on for the bucket", PASS, public_access_block=ON),
    case(
        "on for the account",
        PASS,
        other("aws-account", s3_public_access_block=ON),
        public_access_block=ABSENT,
    ),
    case(
        "half is on here and half there",
        PASS,
        other("aws-account", s3_public_access_block={"IgnorePublicAcls": True}),
        public_access_block=HALF,
    ),
    case(
        "one part is off",
        FAIL,
        other("aws-account", s3_public_access_block=ABSENT),
        public_access_block=HALF,
    ),
    case(
        "off, and the account denies to tell",
        UNKNOWN,
        other("aws-account", s3_public_access_block=DENIED),
        public_access_block=ABSENT,
    ),
)

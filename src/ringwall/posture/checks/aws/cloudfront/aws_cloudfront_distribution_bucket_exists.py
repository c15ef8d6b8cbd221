"""Buckets behind distributions exist.

Why: whoever makes a bucket of that name answers for your domain.
Fix: take the origin out, or make the bucket again.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.cloudfront.parts import bucket_of, origins
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.HIGH,
    reads=("config", "aws-s3-bucket.listed"),
    controls=HARDENED,
    known_as=(
        "prowler:cloudfront_distributions_s3_origin_non_existent_bucket",
        "securityhub:CloudFront.12",
    ),
)


def _label(bucket: Subject) -> list[str]:
    return [bucket.label]


def judge(it: Subject, world: World) -> Judgment:
    """By the buckets of the accounts that are judged together; code may use others' buckets."""
    missing = []
    for one in origins(it):
        name = bucket_of(str(one.get("DomainName") or ""))
        if name and not world.where("aws-s3-bucket", _label, name):
            missing.append(name)
    if missing and not it.account.isdigit():
        raise UnknownError(f"{', '.join(missing)} may be declared elsewhere, or by nobody")
    if missing:
        return fails(f"{it.label} leads to buckets that are not yours: {', '.join(missing)}")
    return passes("every bucket that it leads to is there")


def _to(domain: str) -> dict[str, object]:
    return {"Origins": {"Items": [{"DomainName": domain, "S3OriginConfig": {}}]}}


MINE = other("aws-s3-bucket", "arn:aws:s3:::shop.example", listed={})
CASES = (
    case("it is there", PASS, MINE, config=_to("shop.example.s3.eu-west-1.amazonaws.com")),
    case("its website", PASS, MINE, config=_to("shop.example.s3-website-eu-west-1.amazonaws.com")),
    case("it is not", FAIL, MINE, config=_to("gone.s3.amazonaws.com")),
    case("no bucket", PASS, config=_to("api.example.com")),
    case("denied", UNKNOWN, config=DENIED),
)

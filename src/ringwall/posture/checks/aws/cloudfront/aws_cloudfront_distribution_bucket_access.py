"""Buckets behind distributions are reached by the distribution alone.

Why: whoever goes to the bucket itself goes round all that the distribution does.
Fix: add an origin access control, and let the bucket's policy name the distribution.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.cloudfront.parts import bucket_of, called, origins
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.MEDIUM,
    reads=("config",),
    controls=PERIMETER,
    known_as=(
        "prowler:cloudfront_distributions_s3_origin_access_control",
        "securityhub:CloudFront.13",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each bucket."""
    for one in origins(it):
        identity = (one.get("S3OriginConfig") or {}).get("OriginAccessIdentity")
        if "S3OriginConfig" not in one and not bucket_of(str(one.get("DomainName") or "")):
            continue
        if not one.get("OriginAccessControlId") and not identity:
            return fails(f"{it.label} reaches {called(one)} as everybody could")
    return passes("buckets know the distribution by its name")


def _bucket(**more: object) -> dict[str, object]:
    return {
        "Origins": {"Items": [{"DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {}} | more]}
    }


CASES = (
    case("by a control", PASS, config=_bucket(OriginAccessControlId="E1")),
    case(
        "by an identity, as of old",
        PASS,
        config=_bucket(S3OriginConfig={"OriginAccessIdentity": "x"}),
    ),
    case("as everybody", FAIL, config=_bucket()),
    case(
        "a bucket's website, which everybody reaches",
        FAIL,
        config={
            "Origins": {
                "Items": [
                    {
                        "DomainName": "b.s3-website-eu-west-1.amazonaws.com",
                        "CustomOriginConfig": {},
                    }
                ]
            }
        },
    ),
    case("no bucket", PASS, config={"Origins": {"Items": [{"CustomOriginConfig": {}}]}}),
)

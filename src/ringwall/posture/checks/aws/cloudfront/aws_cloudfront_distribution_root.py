"""Distributions name the page of their root.

Why: whoever asks for nothing may get a list of all that is there.
Fix: set `DefaultRootObject`.
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
from ringwall.posture.checks.aws.cloudfront.parts import origins
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=HARDENED,
    known_as=(
        "prowler:cloudfront_distributions_default_root_object",
        "securityhub:CloudFront.1",
        "checkov:CKV_AWS_305",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Only a bucket lists what is in it."""
    told = it.read("config")
    target = (told.get("DefaultCacheBehavior") or {}).get("TargetOriginId")
    if told.get("DefaultRootObject"):
        return passes("it names the page of its root")
    if not any("S3OriginConfig" in one and one.get("Id") == target for one in origins(it)):
        return passes("its root is a program's to answer, and no bucket's")
    return fails(f"{it.label} names no page of its root")


BUCKET = {
    "Origins": {"Items": [{"Id": "o", "S3OriginConfig": {}}]},
    "DefaultCacheBehavior": {"TargetOriginId": "o"},
}
CASES = (
    case("named", PASS, config=BUCKET | {"DefaultRootObject": "index.html"}),
    case("not named", FAIL, config=BUCKET),
    case("a program", PASS, config={"Origins": {"Items": [{"Id": "o", "CustomOriginConfig": {}}]}}),
)

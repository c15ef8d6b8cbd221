"""Distributions have a web ACL.

Why: attempts that everybody knows come through to the program.
Fix: associate a web ACL of WAF.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=(
        "pci-dss-4 6.4.2 partial",
        *PERIMETER,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:cloudfront_distributions_using_waf",
        "securityhub:CloudFront.6",
        "checkov:CKV_AWS_68",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("config").get("WebACLId"):
        return passes("a web ACL stands before it")
    return fails(f"no web ACL stands before {it.label}")


CASES = (
    case("one", PASS, config={"WebACLId": "arn:aws:wafv2:x"}),
    case("none", FAIL, config={"WebACLId": ""}),
)

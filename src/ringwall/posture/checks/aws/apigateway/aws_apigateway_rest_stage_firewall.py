"""Stages of REST APIs have a web ACL.

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
    judges="aws-apigateway-rest-stage",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "pci-dss-4 6.4.2 partial",
        *PERIMETER,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:apigateway_restapi_waf_acl_attached",
        "securityhub:APIGateway.4",
        "checkov:CKV2_AWS_29",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("webAclArn"):
        return passes("a web ACL stands before it")
    return fails(f"no web ACL stands before {it.label}")


CASES = (
    case("one", PASS, listed={"webAclArn": "arn:aws:wafv2:x"}),
    case("none", FAIL, listed={}),
)

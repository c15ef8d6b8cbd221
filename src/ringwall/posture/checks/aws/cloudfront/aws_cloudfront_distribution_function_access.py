"""Functions behind distributions are reached by the distribution alone.

Why: whoever goes to the function's own address goes round all that the distribution does.
Fix: add an origin access control for Lambda, let the address ask for IAM, and its policy name the
distribution.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.cloudfront.parts import called, origins
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.MEDIUM,
    reads=("config",),
    controls=PERIMETER,
    known_as=("securityhub:CloudFront.16",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each origin that is the address of a function."""
    found = certain(origins(it), _is_open)
    if found:
        return fails(f"{it.label} reaches {called(found[0])} as everybody could")
    return passes("no function is reached as everybody could")


def _is_open(origin: Mapping[str, Any]) -> bool:
    if "S3OriginConfig" in origin or origin.get("OriginAccessControlId"):
        return False
    return ".lambda-url." in str(origin.get("DomainName") or "")


def _origin(domain: str, **more: object) -> dict[str, object]:
    return {"Origins": {"Items": [{"DomainName": domain, "CustomOriginConfig": {}} | more]}}


URL = "abc.lambda-url.eu-west-1.on.aws"
CASES = (
    case("by a control", PASS, config=_origin(URL, OriginAccessControlId="E1")),
    case("as everybody", FAIL, config=_origin(URL, OriginAccessControlId="")),
    case("no function", PASS, config=_origin("lambda-url.example.com")),
    case("may not be read", UNKNOWN, config=DENIED),
)

"""Distributions answer by HTTPS alone.

Why: what people send and get can be read and changed on the way.
Fix: set the viewer protocol policy of each behavior to `redirect-to-https` or `https-only`.
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
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.cloudfront.parts import behaviors
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.MEDIUM,
    reads=("config",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:cloudfront_distributions_https_enabled",
        "securityhub:CloudFront.3",
        "checkov:CKV_AWS_34",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each behavior."""
    for one in behaviors(it):
        if one.get("ViewerProtocolPolicy") == "allow-all":
            path = one.get("PathPattern", "all that no other path is for")
            return fails(f"{it.label} answers plain HTTP for {path}")
    return passes("every behavior redirects to HTTPS, or refuses")


CASES = (
    case(
        "redirected",
        PASS,
        config={"DefaultCacheBehavior": {"ViewerProtocolPolicy": "redirect-to-https"}},
    ),
    case("plain", FAIL, config={"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}),
    case(
        "plain for a path",
        FAIL,
        config={
            "DefaultCacheBehavior": {"ViewerProtocolPolicy": "https-only"},
            "CacheBehaviors": {
                "Items": [{"PathPattern": "/old/*", "ViewerProtocolPolicy": "allow-all"}]
            },
        },
    ),
    case("denied", UNKNOWN, config=DENIED),
)

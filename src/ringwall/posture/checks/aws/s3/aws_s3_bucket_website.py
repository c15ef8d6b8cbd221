"""Buckets are not websites of their own.

Why: a bucket's website speaks plain HTTP alone, and has to be public to work.
Fix: serve it through CloudFront with an origin access control, and take the website off the
bucket.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=("website",),
    controls=(
        *IN_TRANSIT,
        "nist-800-53r5 CM-7 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """One that only redirects gives nothing away."""
    website = it.read("website")
    if website is None:
        return passes("it is no website")
    if website.get("RedirectAllRequestsTo", {}).get("Protocol") == "https":
        return passes("it only redirects, to HTTPS")
    return fails("it is a website over plain HTTP")


CASES = (
    case("none", PASS, website=ABSENT),
    case(
        "redirects", PASS, website={"RedirectAllRequestsTo": {"HostName": "a", "Protocol": "https"}}
    ),
    case("a website", FAIL, website={"IndexDocument": {"Suffix": "index.html"}}),
    case("may not be read", UNKNOWN, website=DENIED),
)

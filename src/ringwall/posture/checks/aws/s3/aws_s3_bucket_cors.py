"""Pages of anywhere cannot change what is in a bucket.

Why: with a signed address, or a public bucket, any page that somebody opens may write here in
their browser.
Fix: name the origins of your own pages in the CORS rules, or leave out PUT, POST and DELETE.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("cors",),
    controls=(
        *HARDENED,
        "nist-800-53r5 AC-4 partial",
        "owasp-asvs 3.4.2 partial",
    ),
)
_ANY = {"*", "http://*", "https://*"}
_WRITE = {"PUT", "POST", "DELETE"}


def judge(it: Subject, world: World) -> Judgment:
    """A rule with `*` as an origin, and a method that changes."""
    for one in it.read("cors", []):
        methods = sorted(_WRITE & set(one.get("AllowedMethods", [])))
        if _ANY & set(one.get("AllowedOrigins", [])) and methods:
            return fails(f"pages of any origin may {', '.join(methods)}")
    return passes("pages of anywhere may read at most")


CASES = (
    case("none", PASS, cors=ABSENT),
    case("reads", PASS, cors=[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]),
    case("own", PASS, cors=[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["PUT"]}]),
    case("may not be read", UNKNOWN, cors=DENIED),
    case("any over TLS", FAIL, cors=[{"AllowedOrigins": ["https://*"], "AllowedMethods": ["PUT"]}]),
    case("any", FAIL, cors=[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"]}]),
)

"""Questions of public zones are logged.

Why: who looks for what before an attack is seen in its questions first.
Fix: make a query logging configuration.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-route53-zone",
    severity=Severity.INFORMATIONAL,
    reads=(
        "query_logging",
        "listed",
    ),
    controls=LOGGED,
    known_as=(
        "prowler:route53_public_hosted_zones_cloudwatch_logging_enabled",
        "securityhub:Route53.2",
        "checkov:CKV2_AWS_39",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of public zones."""
    if it.read("listed")["Config"].get("PrivateZone"):
        return None
    return (
        passes("questions are logged")
        if it.read("query_logging", [])
        else fails("no question is logged")
    )


PUBLIC = {"Config": {"PrivateZone": False}}
CASES = (
    case("logged", PASS, listed=PUBLIC, query_logging=[{"Id": "q"}]),
    case("not", FAIL, listed=PUBLIC, query_logging=[]),
    case("private", NOT_JUDGED, listed={"Config": {"PrivateZone": True}}, query_logging=ABSENT),
    case("may not be read", UNKNOWN, listed=PUBLIC, query_logging=DENIED),
)

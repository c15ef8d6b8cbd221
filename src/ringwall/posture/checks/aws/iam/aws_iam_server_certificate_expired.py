"""No certificate in IAM has ended.

Why: one that has ended is shown by mistake sooner or later, and people learn to click past it.
Fix: delete it; keep certificates in ACM, which renews them.
"""

from datetime import UTC, datetime, timedelta

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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-iam-server-certificate",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 1.19 full",
        "cis-aws-5.0 1.18 full",
        "cis-aws-6.0 2.18 full",
        *IN_TRANSIT,
        "nist-800-53r5 SC-17 partial",
    ),
    known_as=("prowler:iam_no_expired_server_certificates_stored", "securityhub:IAM.26"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its end."""
    told = it.read("listed")["Expiration"]
    end = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    left = (end - datetime.now(UTC)).days
    if left < 0:
        return fails(f"it ended {-left} days ago")
    return passes(f"it is good for {left} days")


def _in(days: int) -> dict[str, object]:
    return {"Expiration": datetime.now(UTC) + timedelta(days=days)}


CASES = (
    case("good", PASS, listed=_in(30)),
    case("over", FAIL, listed=_in(-3)),
    case("may not be read", UNKNOWN, listed=DENIED),
)

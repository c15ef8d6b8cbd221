"""Certificates are renewed in time.

Why: an expired certificate takes the service away from everybody at once.
Fix: have ACM renew it (validation by DNS), or import the next one.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-acm-certificate",
    severity=Severity.MEDIUM,
    reads=("certificate",),
    controls=(
        *IN_TRANSIT,
        "nist-800-53r5 SC-17 partial",
        "nist-800-53r5 SC-12 supporting",
    ),
    known_as=(
        "prowler:acm_certificates_expiration_check",
        "securityhub:ACM.1",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those in use."""
    told = it.read("certificate")
    if told.get("Status") not in {"ISSUED", "EXPIRED"} or not told.get("InUseBy"):
        return None
    end = told["NotAfter"]
    left = (
        (end if isinstance(end, datetime) else datetime.fromisoformat(str(end))) - datetime.now(UTC)
    ).days
    return passes(f"it is good for {left} days") if left > 30 else fails(f"it ends in {left} days")


def _certificate(days: int) -> dict[str, object]:
    end = datetime.now(UTC) + timedelta(days=days)
    return {"Status": "ISSUED", "InUseBy": ["arn:aws:elb"], "NotAfter": end}


CASES = (
    case("good", PASS, certificate=_certificate(90)),
    case("soon", FAIL, certificate=_certificate(7)),
    case("over", FAIL, certificate=_certificate(-3) | {"Status": "EXPIRED"}),
    case("unused", NOT_JUDGED, certificate=_certificate(7) | {"InUseBy": []}),
    case("may not be read", UNKNOWN, certificate=DENIED),
)

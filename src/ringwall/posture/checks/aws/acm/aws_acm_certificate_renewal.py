"""Renewal of certificates does not wait for somebody.

Why: AWS renews what it has issued by itself, until a record that proves the domain is taken away;
then it fails quietly, until the certificate has ended.
Fix: put the record that the certificate names back into the zone.
"""

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
from ringwall.posture.checks.aws.controls import IN_TRANSIT, RESILIENT

CHECK = Check(
    judges="aws-acm-certificate",
    severity=Severity.MEDIUM,
    reads=("certificate",),
    controls=(
        *IN_TRANSIT,
        *RESILIENT,
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that AWS renews, once it has begun to."""
    told = it.read("certificate").get("RenewalSummary")
    if not told:
        return None
    state = told.get("RenewalStatus")
    if state in {"FAILED", "PENDING_VALIDATION"}:
        return fails(f"its renewal is {state}", Severity.HIGH if state == "FAILED" else None)
    return passes(f"its renewal is {state}")


def _state(state: str) -> dict[str, object]:
    return {"RenewalSummary": {"RenewalStatus": state}}


CASES = (
    case("renewed", PASS, certificate=_state("SUCCESS")),
    case("under way", PASS, certificate=_state("PENDING_AUTO_RENEWAL")),
    case("failed", FAIL, certificate=_state("FAILED")),
    case("waits for somebody", FAIL, certificate=_state("PENDING_VALIDATION")),
    case("not yet", NOT_JUDGED, certificate={}),
    case("may not be read", UNKNOWN, certificate=DENIED),
)

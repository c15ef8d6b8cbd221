"""API keys end within a year.

Why: the longer a key is good, the more places it has been copied to.
Fix: rotate it (`ringwall key rotate`) with an earlier end.
"""

from datetime import datetime

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

CHECK = Check(
    judges="ringwall-key",
    severity=Severity.LOW,
    reads=("declared",),
    controls=(
        "nist-800-53r5 IA-5(1) partial",
        "nist-800-53r5 SC-12 supporting",
        "owasp-asvs 13.3.4 partial",
    ),
)
_DAYS = 366


def judge(it: Subject, world: World) -> Judgment:
    """From its making to the end that is signed into it."""
    key = it.read("declared")
    life = datetime.fromisoformat(key["expires"]) - datetime.fromisoformat(key["created"])
    if life.days > _DAYS:
        return fails(f"it is good for {life.days} days")
    return passes(f"it ends {life.days} days after it was made")


MADE = "2026-01-01T00:00:00+00:00"
CASES = (
    case("a year", PASS, declared={"created": MADE, "expires": "2027-01-01T00:00:00+00:00"}),
    case("ten years", FAIL, declared={"created": MADE, "expires": "2036-01-01T00:00:00+00:00"}),
)

"""Domains are renewed by themselves, in time.

Why: a domain that ends is somebody else's the next day, with all its mail.
Fix: turn on automatic renewal of the domain, and renew it now if it ends soon.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-route53domains-domain",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=RESILIENT,
)


def judge(it: Subject, world: World) -> Judgment:
    """Renewed by itself, and not about to end nevertheless."""
    told = it.read("listed")
    if it.is_declared and not told.get("AutoRenew"):
        return fails("nobody renews it")
    end = told["Expiry"]
    when = end if isinstance(end, datetime) else datetime.fromisoformat(str(end))
    left = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).days
    if left < 15:
        return fails(f"it ends in {left} days", Severity.HIGH)
    return (
        passes(f"it is good for {left} days")
        if told.get("AutoRenew")
        else fails("nobody renews it")
    )


def _domain(days: int, renewed: bool) -> dict[str, object]:
    return {"AutoRenew": renewed, "Expiry": datetime.now(UTC) + timedelta(days=days)}


CASES = (
    case("renewed", PASS, listed=_domain(200, True)),
    case("not renewed", FAIL, listed=_domain(200, False)),
    case("about to end nevertheless", FAIL, listed=_domain(3, True)),
    case("may not be read", UNKNOWN, listed=DENIED),
)

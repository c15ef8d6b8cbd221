"""Certificates are renewed long before they end.

Why: an expired certificate takes the service away from everybody at once.
Fix: see `ringwall cert list` for what keeps the new one from coming.
"""

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
    judges="ringwall-certificate",
    severity=Severity.HIGH,
    reads=("state",),
    controls=(
        "nist-800-53r5 SC-17 partial",
        "nist-800-53r5 SC-12 partial",
        "owasp-asvs 12.2.2 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the same judgment as `ringwall status`."""
    state = it.read("state")
    if state["judgment"] in {"ok", "renew-soon"}:
        return passes(f"{it.name} is good for {state['days_left']:.0f} days more")
    severity = Severity.CRITICAL if state["judgment"] == "expired" else None
    return fails(f"{it.name} is {state['judgment']}: it ends {state['not_after']}", severity)


def _state(judgment: str, days: float) -> dict[str, object]:
    return {"judgment": judgment, "days_left": days, "not_after": "2026-12-01T00:00:00+00:00"}


CASES = (
    case("young", PASS, state=_state("ok", 60)),
    case("due", PASS, state=_state("renew-soon", 29)),
    case("late", FAIL, state=_state("critical", 1)),
    case("over", FAIL, state=_state("expired", -1)),
)

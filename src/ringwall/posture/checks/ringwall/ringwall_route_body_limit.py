"""Requests have a bound that fits what they are for.

Why: who may send a gigabyte may send it a thousand times; what is parsed whole is held whole.
Fix: set `body_limit` of the route to what its largest honest request needs, 64 MiB at most.
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
    judges="ringwall-route",
    severity=Severity.LOW,
    reads=("declared", "sign_in"),
    controls=(
        "nist-800-53r5 SC-5 supporting",
        "owasp-asvs 5.2.1 partial",
        "owasp-asvs 15.2.2 supporting",
    ),
)
_MOST, _OF_STRANGERS = 64 * 2**20, 16 * 2**20


def judge(it: Subject, world: World) -> Judgment:
    """Less for those whom nobody knows."""
    limit = int(it.read("declared")["body_limit"])
    most = _OF_STRANGERS if it.read("sign_in") == "none" else _MOST
    if limit > most:
        return fails(f"bodies may have {limit / 2**20:.0f} MiB, more than {most / 2**20:.0f}")
    return passes(f"bodies have {limit / 2**20:.2f} MiB at most")


CASES = (
    case("as it comes", PASS, declared={"body_limit": 2**20}, sign_in="none"),
    case("large, of people known", PASS, declared={"body_limit": 50 * 2**20}, sign_in="required"),
    case("large, of anybody", FAIL, declared={"body_limit": 50 * 2**20}, sign_in="none"),
)

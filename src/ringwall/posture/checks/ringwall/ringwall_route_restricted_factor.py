"""Restricted data asks for a second factor.

Why: a password is guessed, fished or reused; of all data this is the worst to lose that way.
Fix: set `factor: mfa` (or passkey) at the route, or have a policy ask for it and accept this.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.MEDIUM,
    reads=("declared", "sign_in", "ringwall-service.declared"),
    controls=(
        "nist-800-53r5 IA-2(1) partial",
        "nist-800-53r5 IA-2(2) partial",
        "owasp-asvs 6.3.3 partial",
        "owasp-asvs 7.5.3 partial",
        "soc2 C1.1 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of routes to services whose data is restricted."""
    route = it.read("declared")
    service = world.need(f"ringwall-service/{route['service']}").read("declared")
    if service["classification"] != "restricted" or it.read("sign_in") == "none":
        return None
    if route["factor"] is None:
        return fails(f"{route['path']} leads to restricted data for a password alone")
    return passes(f"{route['path']} asks for {route['factor']}")


SAFE = other("ringwall-service", "billing", declared={"classification": "restricted"})
OPEN = other("ringwall-service", "billing", declared={"classification": "internal"})
ROUTE = {"path": "/pay", "service": "billing"}
CASES = (
    case("two factors", PASS, SAFE, declared=ROUTE | {"factor": "mfa"}, sign_in="required"),
    case("a password", FAIL, SAFE, declared=ROUTE | {"factor": None}, sign_in="required"),
    case("other data", NOT_JUDGED, OPEN, declared=ROUTE | {"factor": None}, sign_in="required"),
)

"""Confidential data is not open to all.

Why: an address that asks for nothing is read by scanners within hours.
Fix: ask for `sign_in: required`, or say truly in `services` how bad it is when its data gets out.
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
    other,
    passes,
)

CHECK = Check(
    judges="ringwall-route",
    severity=Severity.HIGH,
    reads=("declared", "sign_in", "ringwall-service.declared"),
    controls=(
        "nist-800-53r5 AC-3 partial",
        "nist-800-53r5 AC-22 partial",
        "nist-csf-2.0 PR.AA-05 partial",
        "owasp-asvs 8.2.1 partial",
        "owasp-asvs 14.2.4 supporting",
        "soc2 C1.1 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Ringwall's word for it is the service's classification."""
    if it.read("sign_in") != "none":
        return passes("whoever comes this way is known")
    route = it.read("declared")
    service = world.need(f"ringwall-service/{route['service']}").read("declared")
    if service["classification"] in {"confidential", "restricted"}:
        return fails(
            f"{route['path']} of {route['service']} ({service['classification']}) is open to all"
        )
    return passes(f"what is open is {service['classification']}")


def _service(classification: str) -> object:
    return other("ringwall-service", "orders", declared={"classification": classification})


ROUTE = {"path": "/orders", "service": "orders"}
CASES = (
    case("signed in", PASS, _service("restricted"), declared=ROUTE, sign_in="required"),  # type: ignore[arg-type]
    case("public data", PASS, _service("public"), declared=ROUTE, sign_in="none"),  # type: ignore[arg-type]
    case("open", FAIL, _service("restricted"), declared=ROUTE, sign_in="none"),  # type: ignore[arg-type]
)

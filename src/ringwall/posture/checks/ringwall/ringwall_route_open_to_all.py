"""Nobody changes anything without having signed in.

Why: what is open to everyone is found by everyone; of what was changed nobody can be asked.
Fix: take `sign_in: none` off the route, or its methods that change something.
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
    severity=Severity.MEDIUM,
    reads=("declared", "sign_in", "ringwall-service.declared"),
    controls=(
        "nist-800-53r5 AC-14 partial",
        "nist-800-53r5 AC-3 partial",
        "owasp-asvs 8.2.1 supporting",
    ),
)
_CHANGE = ("POST", "PUT", "PATCH", "DELETE")


def judge(it: Subject, world: World) -> Judgment:
    """Worse where the service has data that may not get out."""
    route = it.read("declared")
    if it.read("sign_in") != "none":
        return passes("whoever comes this way is known")
    methods = [one for one in _CHANGE if one in route["methods"]]
    if not methods:
        return passes("what is open to all only reads")
    service = world.need(f"ringwall-service/{route['service']}").read("declared")
    kind = service["classification"]
    severity = Severity.HIGH if kind in {"confidential", "restricted"} else None
    return fails(f"{', '.join(methods)} {route['path']} is open to all, to {kind} data", severity)


def _route(*methods: str) -> dict[str, object]:
    return {"methods": list(methods), "path": "/orders", "service": "orders"}


ORDERS = other("ringwall-service", "orders", declared={"classification": "confidential"})
CASES = (
    case("signed in", PASS, ORDERS, declared=_route("POST"), sign_in="required"),
    case("only reads", PASS, ORDERS, declared=_route("GET"), sign_in="none"),
    case("open", FAIL, ORDERS, declared=_route("GET", "POST"), sign_in="none"),
)

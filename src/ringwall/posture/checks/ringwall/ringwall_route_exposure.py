"""Only services that are meant for the internet are reached from it.

Why: a service that was built for the inside has never seen hostile input.
Fix: take the route away, or say `exposure: internet` (or `partner`) at the service and look it
over.
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
    reads=("declared", "ringwall-service.declared"),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "nist-800-53r5 CM-8 supporting",
        "nist-csf-2.0 ID.AM-03 partial",
        "owasp-asvs 13.4.5 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """What the inventory says of the service against what the edge does."""
    route = it.read("declared")
    service = world.need(f"ringwall-service/{route['service']}").read("declared")
    if service["exposure"] == "internal":
        hosts = ", ".join(route["hosts"])
        return fails(f"{route['service']} is internal, and {hosts}{route['path']} leads to it")
    return passes(f"{route['service']} is meant for the {service['exposure']}")


ROUTE = {"path": "/pay", "service": "billing", "hosts": ["api.example.com"]}
CASES = (
    case(
        "meant for it",
        PASS,
        other("ringwall-service", "billing", declared={"exposure": "internet"}),
        declared=ROUTE,
    ),
    case(
        "an inside one",
        FAIL,
        other("ringwall-service", "billing", declared={"exposure": "internal"}),
        declared=ROUTE,
    ),
)

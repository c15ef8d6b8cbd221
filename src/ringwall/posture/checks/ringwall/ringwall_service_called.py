"""Every service is reached by somebody.

Why: what nobody calls nobody misses, updates or watches; an attacker finds it all the same.
Fix: take it out of `services` and switch it off, or give it a route or a caller.
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
    judges="ringwall-service",
    severity=Severity.LOW,
    reads=("declared", "ringwall-route.declared", "ringwall-service.declared"),
    controls=(
        "nist-800-53r5 CM-7 partial",
        "nist-800-53r5 CM-8 supporting",
        "owasp-asvs 15.2.3 supporting",
    ),
)


def _services(route: Subject) -> list[str]:
    return [route.read("declared")["service"]]


def _calls(service: Subject) -> list[str]:
    return list(service.read("declared")["calls"])


def judge(it: Subject, world: World) -> Judgment:
    """By a route of the edge, or by another service."""
    it.read("declared")
    routes = world.where("ringwall-route", _services, it.label)
    if routes:
        return passes(f"the route {routes[0].label} leads to it")
    callers = [one for one in world.where("ringwall-service", _calls, it.label) if one.id != it.id]
    if callers:
        return passes(f"{callers[0].label} calls it")
    return fails(f"no route leads to {it.label}, and no service calls it")


CASES = (
    case(
        "a route",
        PASS,
        other("ringwall-route", "r", declared={"service": "orders"}),
        name="orders",
        declared={"calls": []},
    ),
    case(
        "another service",
        PASS,
        other("ringwall-service", "web", declared={"calls": ["orders"]}),
        name="orders",
        declared={"calls": []},
    ),
    case("itself alone", FAIL, name="orders", declared={"calls": ["orders"]}),
)

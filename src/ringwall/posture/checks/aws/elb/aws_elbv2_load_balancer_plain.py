"""Load balancers pass nothing on that is not encrypted.

Why: what people send and get can be read and changed on the way.
Fix: add a listener with HTTPS or TLS, and have the plain one redirect to it.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.elb.listeners import redirects

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listed", "listeners"),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elbv2_ssl_listeners",
        "securityhub:ELB.1",
        "checkov:CKV_AWS_2",
        "checkov:CKV_AWS_2",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its listeners. TCP at 443 is TLS that ends behind it; inside it is less bad."""
    if it.read("listed").get("Type") == "gateway":
        return None
    is_inside = it.read("listed").get("Scheme") == "internal"
    for one in it.read("listeners", ()):
        plain = one.get("Protocol") in {"HTTP", "TCP", "TCP_UDP"} and one.get("Port") not in {
            443,
            8443,
        }
        if plain and not redirects(one):
            told = f"{it.label} answers {one.get('Protocol')} at {one.get('Port')}"
            return fails(told, Severity.LOW if is_inside or one["Protocol"] != "HTTP" else None)
    return passes("what is not encrypted is redirected to what is")


def _listener(protocol: str, port: int, **action: object) -> dict[str, object]:
    return {"Protocol": protocol, "Port": port, "DefaultActions": [{"Type": "forward"} | action]}


REDIRECT = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS"}}
ALB = {"Type": "application", "Scheme": "internet-facing"}
CASES = (
    case("encrypted", PASS, listed=ALB, listeners=[_listener("HTTPS", 443)]),
    case("redirected", PASS, listed=ALB, listeners=[_listener("HTTP", 80, **REDIRECT)]),
    case(
        "redirected to plain HTTP",
        FAIL,
        listed=ALB,
        listeners=[_listener("HTTP", 80, Type="redirect", RedirectConfig={"Protocol": "HTTP"})],
    ),
    case("plain", FAIL, listed=ALB, listeners=[_listener("HTTP", 80)]),
    case(
        "plain, inside",
        FAIL,
        listed=ALB | {"Scheme": "internal"},
        listeners=[_listener("HTTP", 80)],
    ),
    case(
        "TLS that ends behind it",
        PASS,
        listed=ALB | {"Type": "network"},
        listeners=[_listener("TCP", 443)],
    ),
    case("for appliances", NOT_JUDGED, listed={"Type": "gateway"}, listeners=[]),
    case("denied", UNKNOWN, listed=ALB, listeners=DENIED),
)

"""Load balancers pass nothing on that is not encrypted.

Why: what people send and get can be read and changed on the way.
Fix: add a listener with HTTPS or TLS, and have the plain one redirect to it.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.elb.listeners import forwards, redirects

LISTENER = "aws-elbv2-listener"
CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listed", "listeners", f"{LISTENER}.listed", f"{LISTENER}.rules"),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elbv2_ssl_listeners",
        "prowler:elbv2_nlb_tls_termination_enabled",
        "securityhub:ELB.1",
        "securityhub:ELB.18",
        "checkov:CKV_AWS_2",
    ),
)
PROOFS = "/.well-known/acme-challenge/"


def judge(it: Subject, world: World) -> Judgment | None:
    """By its listeners and their rules. TCP at 443 is TLS that ends behind it.

    Inside of a network it is less bad.
    """
    listed = it.read("listed")
    if listed.get("Type") == "gateway":
        return None
    is_inside = listed.get("Scheme") == "internal"
    less = Severity.LOW if is_inside else None
    for one in it.read("listeners", ()):
        if not _is_plain(one):
            continue
        told = f"{it.label} answers {one.get('Protocol')} at {one.get('Port')}"
        if not redirects(one):
            return fails(told, less if one["Protocol"] == "HTTP" else Severity.LOW)
        spared = _spared(it, world, one)
        if spared:
            return fails(f"{told} for {spared}", less)
    return passes("what is not encrypted is redirected to what is")


def _is_plain(listener: Mapping[str, Any]) -> bool:
    protocol, port = listener.get("Protocol"), listener.get("Port")
    return protocol == "HTTP" or (protocol in {"TCP", "TCP_UDP"} and port not in {443, 8443})


def _spared(it: Subject, world: World, listener: Mapping[str, Any]) -> str:
    """What a rule sends on before all else is redirected, but for proofs of owning a name."""
    if not it.name.startswith("arn:"):
        return ""
    arn = str(listener.get("ListenerArn"))
    for rule in world.need(f"{LISTENER}/{arn}").read("rules", ()):
        paths = [
            str(path)
            for one in rule.get("Conditions") or ()
            if one.get("Field") == "path-pattern"
            for path in (one.get("PathPatternConfig") or {}).get("Values")
            or one.get("Values")
            or ()
        ]
        is_proof = bool(paths) and all(path.startswith(PROOFS) for path in paths)
        if forwards(rule.get("Actions") or ()) and not rule.get("IsDefault") and not is_proof:
            return ", ".join(paths) or f"what its rule {rule.get('Priority')} is for"
    return ""


def _listener(protocol: str, port: int, **action: object) -> dict[str, object]:
    return {"Protocol": protocol, "Port": port, "DefaultActions": [{"Type": "forward"} | action]}


REDIRECT = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS"}}
ALB = {"Type": "application", "Scheme": "internet-facing"}
ME = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/1"
FORWARD = {"Actions": [{"Type": "forward", "TargetGroupArn": "t"}], "Priority": "1"}
PROOF = {"Field": "path-pattern", "PathPatternConfig": {"Values": [f"{PROOFS}*"]}}
RULED: dict[str, Any] = {
    "name": ME,
    "listed": ALB,
    "listeners": [_listener("HTTP", 80, **REDIRECT) | {"ListenerArn": "l"}],
}


def _ruled(rule: Any) -> Other:
    rules = rule if rule is DENIED else [rule]
    return other(LISTENER, "l", listed={"ListenerArn": "l"}, rules=rules)


CASES = (
    case("encrypted", PASS, listed=ALB, listeners=[_listener("HTTPS", 443)]),
    case("redirected", PASS, listed=ALB, listeners=[_listener("HTTP", 80, **REDIRECT)]),
    case(
        "redirected to plain HTTP",
        FAIL,
        listed=ALB,
        listeners=[_listener("HTTP", 80, Type="redirect", RedirectConfig={"Protocol": "HTTP"})],
    ),
    case("plain, where TLS usually is", FAIL, listed=ALB, listeners=[_listener("HTTP", 443)]),
    case("a rule sends some on", FAIL, _ruled(FORWARD), **RULED),
    case("a rule sends proofs on", PASS, _ruled(FORWARD | {"Conditions": [PROOF]}), **RULED),
    case("a rule redirects, too", PASS, _ruled({"Actions": [REDIRECT]}), **RULED),
    case("the last rule is what it does anyway", PASS, _ruled({"IsDefault": True}), **RULED),
    case("its rules may not be read", UNKNOWN, _ruled(DENIED), **RULED),
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

"""Classic load balancers pass nothing on that is not encrypted.

Why: what people send and get can be read and changed on the way.
Fix: give it listeners with HTTPS or TLS alone; better, move to an application load balancer.
"""

from collections.abc import Mapping
from typing import Any

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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-elb-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elb_ssl_listeners",
        "securityhub:ELB.3",
        "checkov:CKV_AWS_127",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """It cannot redirect: what is plain stays plain."""
    told = it.read("listed")
    for one in told.get("ListenerDescriptions") or ():
        listener = one["Listener"]
        if _is_plain(listener):
            severity = Severity.LOW if told.get("Scheme") == "internal" else None
            return fails(
                f"{it.label} answers {listener['Protocol']} at {listener.get('LoadBalancerPort')}",
                severity,
            )
    return passes("it passes on what is encrypted alone")


def _is_plain(listener: Mapping[str, Any]) -> bool:
    protocol, port = listener.get("Protocol"), listener.get("LoadBalancerPort")
    return protocol == "HTTP" or (protocol == "TCP" and port != 443)


def _listener(protocol: str, port: int) -> dict[str, object]:
    return {
        "ListenerDescriptions": [{"Listener": {"Protocol": protocol, "LoadBalancerPort": port}}]
    }


CASES = (
    case("HTTPS", PASS, listed=_listener("HTTPS", 443)),
    case("TLS that ends behind it", PASS, listed=_listener("TCP", 443)),
    case("HTTP", FAIL, listed=_listener("HTTP", 80)),
    case("HTTP, where TLS usually is", FAIL, listed=_listener("HTTP", 443)),
    case("HTTP, inside", FAIL, listed=_listener("HTTP", 80) | {"Scheme": "internal"}),
)

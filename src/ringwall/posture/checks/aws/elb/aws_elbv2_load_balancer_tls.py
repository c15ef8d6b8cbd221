"""Load balancers speak TLS 1.2 or later.

Why: older versions can be broken by whoever stands in between.
Fix: choose `ELBSecurityPolicy-TLS13-1-2-Res-2021-06` or a later one.
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
from ringwall.posture.checks.aws.elb.listeners import is_strong

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listeners",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elbv2_insecure_ssl_ciphers",
        "securityhub:ELB.17",
        "checkov:CKV_AWS_103",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By the policy of each listener."""
    several = [one for one in it.read("listeners", ()) if one.get("Protocol") in {"HTTPS", "TLS"}]
    if not several:
        return None
    for one in several:
        if not is_strong(one.get("SslPolicy") or ""):
            return fails(
                f"port {one.get('Port')} of {it.label} has {one.get('SslPolicy') or 'no policy'}"
            )
    return passes("no listener speaks anything older than TLS 1.2")


def _tls(policy: str) -> list[dict[str, object]]:
    return [{"Protocol": "HTTPS", "Port": 443, "SslPolicy": policy}]


CASES = (
    case("1.3 and 1.2", PASS, listeners=_tls("ELBSecurityPolicy-TLS13-1-2-2021-06")),
    case("1.2", PASS, listeners=_tls("ELBSecurityPolicy-TLS-1-2-Ext-2018-06")),
    case("as it was once", FAIL, listeners=_tls("ELBSecurityPolicy-2016-08")),
    case(
        "its name says 1.3, it takes 1.0",
        FAIL,
        listeners=_tls("ELBSecurityPolicy-TLS13-1-0-2021-06"),
    ),
    case("no TLS", NOT_JUDGED, listeners=[{"Protocol": "TCP"}]),
    case("denied", UNKNOWN, listeners=DENIED),
)

"""Classic load balancers have certificates of ACM.

Why: one that was given to IAM by hand ends on a day that everybody has forgotten, and its key lay
on somebody's disk.
Fix: have ACM issue it, or import it there, and give it to the listener.
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

CHECK = Check(
    judges="aws-elb-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elb_ssl_listeners_use_acm_certificate",
        "securityhub:ELB.2",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of each listener that speaks TLS, by the ARN of its certificate."""
    several = [
        one["Listener"]
        for one in it.read("listed").get("ListenerDescriptions") or ()
        if one["Listener"].get("Protocol") in {"HTTPS", "SSL"}
    ]
    if not several:
        return None
    for one in several:
        if ":acm:" not in str(one.get("SSLCertificateId") or ""):
            return fails(f"port {one.get('LoadBalancerPort')} of {it.label} has none of ACM")
    return passes("its certificates are of ACM")


def _with(certificate: str, protocol: str = "HTTPS") -> dict[str, object]:
    one = {"Protocol": protocol, "LoadBalancerPort": 443, "SSLCertificateId": certificate}
    return {"ListenerDescriptions": [{"Listener": one}]}


CASES = (
    case("of ACM", PASS, listed=_with("arn:aws:acm:eu-west-1:111122223333:certificate/a")),
    case("of IAM", FAIL, listed=_with("arn:aws:iam::111122223333:server-certificate/acm")),
    case(
        "of IAM, and TLS without HTTP",
        FAIL,
        listed=_with("arn:aws:iam::111122223333:server-certificate/a", "SSL"),
    ),
    case("no TLS", NOT_JUDGED, listed=_with("", "TCP")),
    case("may not be read", UNKNOWN, listed=DENIED),
)

"""Classic load balancers speak TLS 1.2 or later.

Why: older versions can be broken by whoever stands in between.
Fix: choose `ELBSecurityPolicy-TLS-1-2-2017-01`, or move to an application load balancer.
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
    reads=("listed", "policies"),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elb_insecure_ssl_ciphers",
        "securityhub:ELB.8",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By the protocols that its policies have on."""
    used = {
        name
        for one in it.read("listed").get("ListenerDescriptions") or ()
        if one["Listener"].get("Protocol") in {"HTTPS", "SSL"}
        for name in one.get("PolicyNames") or ()
    }
    if not used:
        return None
    for one in it.read("policies", ()):
        if one["PolicyName"] not in used or one.get("PolicyTypeName") != "SSLNegotiationPolicyType":
            continue
        on = {
            each["AttributeName"]
            for each in one.get("PolicyAttributeDescriptions") or ()
            if each.get("AttributeValue") == "true"
        }
        old = sorted(
            on & {"Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1"}
        )
        if old:
            return fails(
                f"{it.label} speaks {', '.join(name.removeprefix('Protocol-') for name in old)}"
            )
    return passes("it speaks nothing older than TLS 1.2")


MINE = {"ListenerDescriptions": [{"Listener": {"Protocol": "HTTPS"}, "PolicyNames": ["p"]}]}


def _policy(**attributes: str) -> list[dict[str, object]]:
    several = [
        {"AttributeName": name.replace("_", "-"), "AttributeValue": value}
        for name, value in attributes.items()
    ]
    return [
        {
            "PolicyName": "p",
            "PolicyTypeName": "SSLNegotiationPolicyType",
            "PolicyAttributeDescriptions": several,
        }
    ]


CASES = (
    case("old ones are off", PASS, listed=MINE, policies=_policy(Protocol_TLSv1="false")),
    case("an old one is on", FAIL, listed=MINE, policies=_policy(Protocol_TLSv1="true")),
    case("no TLS", NOT_JUDGED, listed={"ListenerDescriptions": []}, policies=[]),
    case("denied", UNKNOWN, listed=MINE, policies=DENIED),
)

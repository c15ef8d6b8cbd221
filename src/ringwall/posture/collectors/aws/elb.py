"""Load balancers: of the second generation, and classic ones."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first, joined
from ringwall.posture.snapshot.snapshot import LISTED, Seen

BALANCER: Final = "aws-elbv2-load-balancer"
CLASSIC: Final = "aws-elb-load-balancer"


def _classic(seen: Seen) -> Mapping[str, Any]:
    return {"LoadBalancerName": seen.found.label}


def _guarded(seen: Seen) -> Mapping[str, Any] | None:
    """Only application load balancers can have a web ACL."""
    is_one = seen.aspects[LISTED].value.get("Type") == "application"
    return {"ResourceArn": seen.found.name} if is_one else None


def _attributes(pages: list[Mapping[str, Any]]) -> Any:
    return {one["Key"]: one.get("Value") for page in pages for one in page.get("Attributes") or ()}


def _of(
    aspect: str, call: str, pick: Callable[[list[Mapping[str, Any]]], Any], **more: Any
) -> Detail:
    return Detail(
        kind=BALANCER,
        aspect=aspect,
        call=f"elbv2:{call}",
        arguments=lambda seen: {"LoadBalancerArn": seen.found.name},
        pick=pick,
        **more,
    )


LISTINGS: Final = (
    described(
        BALANCER,
        "elbv2:DescribeLoadBalancers",
        "LoadBalancers",
        "LoadBalancerArn",
        "LoadBalancerName",
    ),
    described(
        CLASSIC,
        "elb:DescribeLoadBalancers",
        "LoadBalancerDescriptions",
        "elasticloadbalancing:loadbalancer/{LoadBalancerName}",
        "LoadBalancerName",
    ),
)
DETAILS: Final = (
    _of("attributes", "DescribeLoadBalancerAttributes", _attributes),
    _of("listeners", "DescribeListeners", joined("Listeners")),
    Detail(
        kind=BALANCER,
        aspect="web_acl",
        call="wafv2:GetWebACLForResource",
        arguments=_guarded,
        pick=first("WebACL"),
        also=("wafv2:GetWebACL",),
    ),
    Detail(
        kind=CLASSIC,
        aspect="attributes",
        call="elb:DescribeLoadBalancerAttributes",
        arguments=_classic,
        pick=first("LoadBalancerAttributes"),
    ),
    Detail(
        kind=CLASSIC,
        aspect="policies",
        call="elb:DescribeLoadBalancerPolicies",
        arguments=_classic,
        pick=joined("PolicyDescriptions"),
    ),
)

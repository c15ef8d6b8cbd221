"""Load balancers: of the second generation, with what they send on to, and classic ones."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import (
    Batches,
    Detail,
    Item,
    Listing,
    Where,
    described,
    first,
    joined,
)
from ringwall.posture.snapshot.snapshot import LISTED, Seen

BALANCER: Final = "aws-elbv2-load-balancer"
LISTENER: Final = "aws-elbv2-listener"
TARGETS: Final = "aws-elbv2-target-group"
CLASSIC: Final = "aws-elb-load-balancer"


def _classic(seen: Seen) -> Mapping[str, Any]:
    return {"LoadBalancerName": seen.found.label}


def _guarded(seen: Seen) -> Mapping[str, Any] | None:
    """Only application load balancers can have a web ACL."""
    is_one = seen.aspects[LISTED].value.get("Type") == "application"
    return {"ResourceArn": seen.found.name} if is_one else None


def _listeners(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """What is told of each, and to its load balancer all it has: there are no more than a page."""
    balancer = str(where.asked["LoadBalancerArn"])
    name = balancer.split("/")[-2]
    told = list(page.get("Listeners") or ())
    yield Item(kind=BALANCER, name=balancer, label=name, aspects={"listeners": told})
    for one in told:
        label = f"{name}:{one.get('Port')}"
        yield Item(kind=LISTENER, name=one["ListenerArn"], label=label, aspects={"listed": one})


def _ruled(seen: Seen) -> Mapping[str, Any] | None:
    """Listeners of network load balancers have no rules but what they do by default."""
    has_rules = ":listener/app/" in seen.found.name
    return {"ListenerArn": seen.found.name} if has_rules else None


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
    Listing(
        kinds=(LISTENER,),
        told=(f"{BALANCER}.listeners",),
        call="elbv2:DescribeListeners",
        read=_listeners,
        arguments={"PageSize": 400},
        batches=Batches(
            kind=BALANCER,
            most=1,
            arguments=lambda some: {"LoadBalancerArn": some[0].found.name},
        ),
    ),
    described(
        TARGETS,
        "elbv2:DescribeTargetGroups",
        "TargetGroups",
        "TargetGroupArn",
        "TargetGroupName",
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
    Detail(
        kind=LISTENER,
        aspect="rules",
        call="elbv2:DescribeRules",
        arguments=_ruled,
        pick=joined("Rules"),
    ),
    Detail(
        kind=TARGETS,
        aspect="targets",
        call="elbv2:DescribeTargetHealth",
        arguments=lambda seen: {"TargetGroupArn": seen.found.name},
        pick=joined("TargetHealthDescriptions"),
    ),
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

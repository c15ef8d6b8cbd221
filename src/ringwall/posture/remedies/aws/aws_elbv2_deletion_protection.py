"""Protect a load balancer from being deleted."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-elbv2-load-balancer-deletion-protection",)
_KEY: Final = "deletion_protection.enabled"


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    before = str(it.read("attributes", {}).get(_KEY, "false"))
    return set_and_back(
        "elbv2:ModifyLoadBalancerAttributes",
        {"LoadBalancerArn": it.name},
        {"Attributes": [{"Key": _KEY, "Value": "true"}]},
        {"Attributes": [{"Key": _KEY, "Value": before}]},
        change="deletion protection: off → on",
        words=f"protect the load balancer {it.label} from being deleted",
        warning="whoever deletes it has to take the protection off first",
        terraform=argument("aws_lb", it.label, {"enable_deletion_protection": True}),
        keys={"attributes": (_KEY,)},
    )

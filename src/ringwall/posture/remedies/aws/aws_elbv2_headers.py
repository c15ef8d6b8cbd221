"""Have a load balancer drop headers that are not valid."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-elbv2-load-balancer-headers",)
_KEY: Final = "routing.http.drop_invalid_header_fields.enabled"


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    before = str(it.read("attributes", {}).get(_KEY, "false"))
    return set_and_back(
        "elbv2:ModifyLoadBalancerAttributes",
        {"LoadBalancerArn": it.name},
        {"Attributes": [{"Key": _KEY, "Value": "true"}]},
        {"Attributes": [{"Key": _KEY, "Value": before}]},
        change="headers that are not valid: passed on → dropped",
        words=f"have the load balancer {it.label} drop headers that are not valid",
        warning="header names with other signs than letters, digits and hyphens are lost",
        terraform=argument("aws_lb", it.label, {"drop_invalid_header_fields": True}),
        keys={"attributes": (_KEY,)},
    )

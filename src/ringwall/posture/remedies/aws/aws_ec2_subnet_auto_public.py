"""Have a subnet give no public addresses by itself."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-ec2-subnet-auto-public",)


def plan(it: Subject, world: World) -> Draft:
    """What runs keeps its address."""
    subnet = it.read("listed")["SubnetId"]
    return set_and_back(
        "ec2:ModifySubnetAttribute",
        {"SubnetId": subnet},
        {"MapPublicIpOnLaunch": {"Value": False}},
        {"MapPublicIpOnLaunch": {"Value": True}},
        change="public addresses: for all that is started → for what asks for one",
        words=f"have the subnet {it.label} give no public addresses by itself",
        warning="what is started here next, and needs the internet, has to ask for an address",
        terraform=argument("aws_subnet", it.label, {"map_public_ip_on_launch": False}),
        keys={"listed": ("MapPublicIpOnLaunch", "SubnetId")},
        makes={"listed": {"MapPublicIpOnLaunch": False, "SubnetId": subnet}},
    )

"""In which network something is: by its subnet, or in the one that an account comes with."""

from typing import Any, Final

from ringwall.posture.code.aws.declaring import ident
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Existing, Reference
from ringwall.posture.snapshot.partial import Unknown

NETWORKS: Final = ("aws_vpc", "aws_default_vpc")
SUBNETS: Final = ("aws_subnet", "aws_default_subnet")
DEFAULT_VPC: Final = "the default network"
"""What a region comes with, where no code declares it: an instance without a subnet is there."""


def here(code: Resources, value: Any, *types: str) -> Any:
    """What another resource is named by: one of these types by its address, whatever its id."""
    it = code.pointed(value, *types, by="id")
    return ident(value) if it is None else it.address


def default_network(code: Resources, root: str) -> Any:
    """The network that all is in that names none."""
    several = list(code.of("aws_default_vpc"))
    if not several:
        return f"{root}:{DEFAULT_VPC}" if root else DEFAULT_VPC
    if len(several) == 1 and code.is_alone:
        return several[0].address
    return Unknown("each region has a default network, and which one it is in is not known")


def network(code: Resources, value: Any) -> Any:
    """The network that an argument names."""
    if value is None:
        return Unknown("its network is not written")
    it = code.pointed(value, *NETWORKS, by="id")
    if it is not None:
        return it.address
    other = code.at(value.address) if isinstance(value, Reference) else None
    if other is not None and other.type in SUBNETS:
        return network_of(code, other)
    return Unknown(value.why) if isinstance(value, Reference) else value


def network_of(code: Resources, subnet: Instance) -> Any:
    """The network of a subnet that is declared."""
    if subnet.type == "aws_default_subnet":
        return default_network(code, subnet.root)
    return network(code, subnet.get("vpc_id"))


def subnet_of(code: Resources, value: Any) -> Instance | None:
    """The subnet that an argument names, if it is declared here."""
    return code.pointed(value, *SUBNETS, by="id")


def is_placed(one: Instance) -> bool:
    """Whether an instance, its interfaces or its template say where it is, or may say it."""
    said = ("subnet_id", "network_interface", "primary_network_interface", "launch_template")
    return any(one.get(name) not in (None, [], "") for name in said)


def type_of(code: Resources, value: Any) -> str:
    """The type of what is named, be it here or there already; ``""`` where it is not known."""
    if isinstance(value, Existing):
        return value.type
    it = code.at(value.address) if isinstance(value, Reference) else None
    return "" if it is None else it.type

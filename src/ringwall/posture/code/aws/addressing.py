"""Which public addresses an instance gets: by itself, by its subnet, or given to it afterwards."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.posture.code.aws.placing import is_placed, subnet_of, type_of
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

SOME_ADDRESS: Final = {"Ipv6Address": "2001:db8::1"}
"""Stands for one that is known only once it is there."""
_GIVING: Final = (
    ("aws_eip", "instance"),
    ("aws_eip", "instance_id"),
    ("aws_eip", "network_interface"),
    ("aws_eip_association", "instance_id"),
    ("aws_eip_association", "network_interface_id"),
)
"""What gives an address to an instance, and where it names that or its interface."""


def is_public(code: Resources, one: Instance, *, is_spare: bool) -> bool | Unknown:
    """Whether it gets a public address of version 4; ``is_spare`` is whether any may be its."""
    unknown = Unknown("its public address is known only once it is there")
    given = [each for type_, argument in _GIVING for each in code.pointing(type_, argument, one)]
    if any(not each.doubt for each in given):
        return True
    asked = one.get("associate_public_ip_address")
    if asked is None:
        asked = _usual(code, one)
    if asked is True or (asked is False and not given and not is_spare):
        return bool(asked)
    return unknown


def _usual(code: Resources, one: Instance) -> Any:
    """Whether it gets one where it does not say so; ``None`` where nobody knows."""
    its = subnet_of(code, one.get("subnet_id"))
    if its is not None:
        given = its.get("map_public_ip_on_launch", default=its.type == "aws_default_subnet")
        return None if given is False and one.blocks("launch_template") else given
    if is_placed(one) or any(code.of("aws_default_subnet")):
        return None
    return True  # the subnets of the network that a region comes with give them


def spare_addresses(code: Resources) -> Iterator[Instance]:
    """Addresses of which nobody knows what has them."""
    taken = {
        address.address
        for one in code.of("aws_nat_gateway", "aws_eip_association")
        if isinstance(address := one.get("allocation_id"), Reference)
    }
    for one in code.of("aws_eip", "aws_eip_association"):
        if one.address not in taken and not _is_given(code, one):
            yield one


def _is_given(code: Resources, one: Instance) -> bool:
    """Whether it says which instance has it: no other one does."""
    said = [one.get(argument) for type_, argument in _GIVING if type_ == one.type]
    return any(
        each if isinstance(each, str) else type_of(code, each) == "aws_instance" for each in said
    )


def of_version_6(code: Resources, one: Instance) -> bool | Unknown:
    """Whether it gets an address of version 6, all of which are public: by itself or its subnet."""
    for argument in ("ipv6_addresses", "ipv6_address_count"):
        said = one.get(argument)
        if said:
            return said if isinstance(said, Unknown) else True
    its = subnet_of(code, one.get("subnet_id"))
    given = its.get("assign_ipv6_address_on_creation", default=False) if its else False
    return given if isinstance(given, bool | Unknown) else given == "true"

"""One account in which ways are looked for, and what could not be seen in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from ringwall.core.observations import Fact, UnknownError
from ringwall.posture.checking import Subject, World
from ringwall.posture.permissions.accounts import Account

INSTANCE: Final = "aws-ec2-instance"
FUNCTION: Final = "aws-lambda-function"
SUBNET: Final = "aws-ec2-subnet"


class Looking:
    """What is known of an account as ways through it are made.

    ``untold`` gets the reads that leave a step open; ``blind`` gets what hides which steps there
    are: where something is in it, that no way was found says nothing.
    """

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self.untold: list[Fact] = []
        self.blind: list[UnknownError] = []

    def all(self, kind: str) -> list[Subject]:
        """All of a kind; none, and that is noted, where not all could be listed."""
        try:
            return self.world.all(kind, account=self.account.id)
        except UnknownError as error:
            self.hidden(error)
            return []

    def hidden(self, error: UnknownError) -> None:
        """Note that for this it is not known which steps there are."""
        self.blind.append(error)

    def unsure(self, error: UnknownError) -> str:
        """Note that for this a step may be one or not; gives the reason."""
        self.untold += error.facts
        return error.why

    @contextmanager
    def each(self) -> Iterator[None]:
        """What is looked at within; if it cannot be read that is noted, and it goes on."""
        try:
            yield
        except UnknownError as error:
            self.hidden(error)

    @cached_property
    def instances(self) -> dict[str, Subject]:
        """Instances by id."""
        return {one.name.rpartition("/")[2]: one for one in self.all(INSTANCE)}

    @cached_property
    def addressed(self) -> dict[tuple[str, str], tuple[Subject, Any]]:
        """Instances, each with the interface, by VPC and private address."""
        return {
            (str(interface.get("VpcId")), str(each.get("PrivateIpAddress"))): (one, interface)
            for one in self.instances.values()
            for interface in one.read("listed").get("NetworkInterfaces") or ()
            for each in (interface, *(interface.get("PrivateIpAddresses") or ()))
        }

    @cached_property
    def functions(self) -> dict[str, Subject]:
        """Functions by ARN."""
        return {one.name: one for one in self.all(FUNCTION)}

    def function(self, arn: str) -> Subject | None:
        """A function by its ARN, of whichever version or alias."""
        return self.functions.get(":".join(arn.split(":")[:7]))

    @cached_property
    def subnets(self) -> dict[str, Subject]:
        """Subnets by id."""
        return {str(one.read("listed").get("SubnetId")): one for one in self.all(SUBNET)}

    def network(self, subnet: str) -> str:
        """The VPC that a subnet is in; ``UnknownError`` where that is not known."""
        found = self.subnets.get(subnet)
        if found is None:
            raise UnknownError(f"the subnet {subnet} is not known")
        return str(found.read("listed").get("VpcId"))

    def cidrs(self, subnets: list[str]) -> list[str]:
        """The addresses of these subnets; ``UnknownError`` where one is not known."""
        found = []
        for one in subnets:
            listed = self.subnets[one].read("listed") if one in self.subnets else None
            if listed is None:
                raise UnknownError(f"the subnet {one} is not known")
            found += [str(listed["CidrBlock"])] if listed.get("CidrBlock") else []
            found += [
                str(each["Ipv6CidrBlock"])
                for each in listed.get("Ipv6CidrBlockAssociationSet") or ()
            ]
        return found

"""Tables of routes, those too that networks come with, and which subnets go by which.

What nobody can tell of a table makes nothing pass: a route of a table that is not known may be one
of each, and an association that may not be there, or names a table that is not here, stands for a
table of its own, of which the subnet alone is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    default,
    known,
    presence,
    unsure,
)
from ringwall.posture.code.aws.launched import launched
from ringwall.posture.code.aws.placing import (
    NETWORKS,
    SUBNETS,
    default_network,
    here,
    is_placed,
    network,
    type_of,
)
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Existing, Reference
from ringwall.posture.snapshot.partial import Unknown

TABLE: Final = "aws-ec2-route-table"
KINDS: Final = (TABLE,)
_ROUTES: Final = "aws_route"
_JOINING: Final = "aws_route_table_association"
_MAKING_MAIN: Final = "aws_main_route_table_association"
_ATTACHED: Final = "aws_internet_gateway_attachment"
_OWN: Final = "aws_default_route_table"
_DESTINATIONS: Final = {
    "cidr_block": "DestinationCidrBlock",
    "ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}
_TARGETS: Final = {
    "nat_gateway_id": "NatGatewayId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
    "network_interface_id": "NetworkInterfaceId",
    "instance_id": "InstanceId",
    "local_gateway_id": "LocalGatewayId",
    "core_network_arn": "CoreNetworkArn",
}
_GATEWAYS: Final = {
    "aws_internet_gateway": "igw",
    "aws_carrier_gateway": "cagw",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_nat_gateway": "nat",
    "aws_vpn_gateway": "vgw",
    "aws_vpc_endpoint": "vpce",
}
"""What the id of a gateway begins with, by which everybody tells what it is."""
_USUAL: Final = "docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html"
_DEFAULT: Final = "docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html"
_OUT: Final = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-", "State": "active"}
"""The route that the network has which a region comes with."""


def components(code: Resources) -> Iterator[Collected]:
    """All tables that are declared, and those that networks come with."""
    for _ in code.of(*_GATEWAYS, _ATTACHED):
        pass  # routes tell of them all that there is to know
    yield from _Reading(code).components()


@dataclass(frozen=True, slots=True)
class _Made:
    """A table that a network comes with; ``one`` is the network, or whatever needs it."""

    one: Instance
    network: str
    address: str
    is_default: bool


class _Reading:
    """The tables of one code, by whatever names them."""

    def __init__(self, code: Resources) -> None:
        self.code = code
        self.tables = list(code.of("aws_route_table", _OWN))
        self.networks = {one.address: self._network(one) for one in self.tables}
        self.made = list(self._made())
        self.named: dict[str, str] = {}
        """The address of a table, by addresses and ids."""
        for one in self.tables:
            self._name(one.address, one.address, one.get("id"))
            if one.type == _OWN and isinstance(its := self.networks[one.address], str):
                self._name(one.address, its, one.get("default_route_table_id"))
        for each in self.made:
            self._name(each.address, each.network, each.one.get("default_route_table_id"))
        self.routes, self.stray = self._grouped(_ROUTES)
        self.joined, self.loose = self._grouped(_JOINING)
        self.mains, self.doubtful = self._grouped(_MAKING_MAIN)
        self.replaced = list(self._replaced())

    def _name(self, address: str, *keys: Any) -> None:
        for key in keys:
            if isinstance(key, str) and key:
                self.named.setdefault(key, address)

    def _network(self, table: Instance) -> Any:
        """The network that a table is in: that of a default one is known by what it names."""
        said = table.get("vpc_id")
        if said is not None or table.type != _OWN:
            return network(self.code, said)
        named = table.get("default_route_table_id")
        if isinstance(named, str):
            its = [
                one.address
                for one in self.code.of(*NETWORKS)
                if named in (one.get("default_route_table_id"), one.get("main_route_table_id"))
            ]
            return its[0] if its else Unknown("the network of its table is none of this code")
        return network(self.code, named)

    def _made(self) -> Iterator[_Made]:
        """Those that no code writes."""
        written = [self.networks[one.address] for one in self.tables if one.type == _OWN]
        for one in self.code.of(*NETWORKS):
            if one.address not in written:
                address = f"{one.address}.main_route_table"
                yield _Made(one, one.address, address, one.type == "aws_default_vpc")
        machines = [launched(self.code, one) for one in self.code.of("aws_instance")]
        nowhere = [one for one in machines if not is_placed(one)]
        nowhere += self.code.of("aws_default_subnet")
        if nowhere and not any(self.code.of("aws_default_vpc")):
            its = default_network(self.code, nowhere[0].root)
            if its not in written:
                yield _Made(nowhere[0], its, f"{its}.main_route_table", is_default=True)

    def _grouped(self, type_: str) -> tuple[dict[str, list[Instance]], list[Instance]]:
        """What speaks of each table; and what may speak of any, or of one that is not here."""
        found: dict[str, list[Instance]] = {}
        others: list[Instance] = []
        for one in self.code.of(type_):
            table = self._named_by(one.get("route_table_id"))
            is_sure = table is not None and (type_ == _ROUTES or not one.doubt)
            if table is not None and is_sure:
                found.setdefault(table, []).append(one)
            else:
                others.append(one)
        return found, others

    def _named_by(self, value: Any) -> str | None:
        key = value.address if isinstance(value, Reference) else value
        return self.named.get(key) if isinstance(key, str) else None

    def _replaced(self) -> Iterator[tuple[Any, Instance]]:
        """Each network that has another main table than it came with, and by what."""
        for table, several in self.mains.items():
            for one in several:
                its = network(self.code, one.get("vpc_id"))
                yield (self.networks.get(table, its) if isinstance(its, Unknown) else its), one

    def components(self) -> Iterator[Collected]:
        """Each table, and what stands for those that are not known."""
        for one in self.tables:
            yield self._written(one)
        for made in self.made:
            yield self._usual(made)
        for one in (*self.loose, *self.doubtful):
            if not _is_of_gateway(one):
                yield self._elsewhere(one)

    def _written(self, one: Instance) -> Collected:
        its = self.networks[one.address]
        mains = self.mains.get(one.address, [])
        if isinstance(its, Unknown) and mains:
            its = network(self.code, mains[0].get("vpc_id"))
        is_main: Any = bool(mains)
        if one.type == _OWN and not is_main:
            is_main = self._is_main(its)
        routes = self._routes(one.address, one.blocks("route"))
        if one.doubt and one.type == _OWN and isinstance(routes, list):
            routes = [*routes, Unknown(one.doubt)]  # else it is as its network brings it
        listed = self._listed(one.address, its, is_main, routes)
        return component(TABLE, one, _name(one), {"listed": known(listed, one)})

    def _usual(self, made: _Made) -> Collected:
        """A table as AWS makes it, with what is added to it."""
        routes = [*([_OUT] if made.is_default else []), *self._routes(made.address, [])]
        routes += [
            Unknown(f"{one.written} may be the table of this network")
            for one in self.tables
            if one.type == _OWN and isinstance(self.networks[one.address], Unknown)
        ]
        listed = self._listed(made.address, made.network, self._is_main(made.network), routes)
        told = default(listed, _DEFAULT if made.is_default else _USUAL)
        unread = next(self.code.of("module"), None)
        if unread is not None:  # and may be given its subnets
            told = unsure(f"{unread.written} is not read, and may change it")
        one = replace(made.one, address=made.address)
        return component(TABLE, one, made.address, {"listed": told}, tags={})

    def _is_main(self, its: Any) -> Any:
        """Whether the table that a network came with still is its main one."""
        if any(said == its for said, _ in self.replaced if isinstance(said, str)):
            return False
        perhaps = [one for said, one in self.replaced if isinstance(said, Unknown)] + [
            one
            for one in self.doubtful
            if isinstance(network(self.code, one.get("vpc_id")), Unknown)
        ]
        if perhaps:
            return Unknown(f"{perhaps[0].written} may make another one the main table")
        return True

    def _elsewhere(self, one: Instance) -> Collected:
        """A table of which is known, or may be, who goes by it, and no more."""
        why = Unknown(one.doubt or f"{one.written} names a table that is not here")
        who: dict[str, Any] = {"Main": True}
        if one.type == _JOINING:
            who = {"SubnetId": here(self.code, one.get("subnet_id"), *SUBNETS)}
        listed = {
            "RouteTableId": why,
            "VpcId": network(self.code, one.get("vpc_id")),
            "Associations": [who],
            "Routes": why,
        }
        return component(TABLE, one, one.written, {"listed": known(listed, one)})

    def _listed(self, address: str, its: Any, is_main: Any, routes: Any) -> dict[str, Any]:
        subnets = [
            here(self.code, one.get("subnet_id"), *SUBNETS)
            for one in self.joined.get(address, ())
            if not _is_of_gateway(one)
        ]
        subnets.sort(key=lambda one: isinstance(one, Unknown))
        main = [] if is_main is False else [{"Main": is_main}]
        return {
            "RouteTableId": address,
            "VpcId": its,
            "Associations": [*({"SubnetId": one} for one in subnets), *main],
            "Routes": routes,
        }

    def _routes(self, address: str, blocks: Any) -> Any:
        """Those within a table, and those beside it; what may be of it is not known."""
        if isinstance(blocks, Unknown):
            return blocks
        beside = [self._route(one.values, one.doubt) for one in self.routes.get(address, ())]
        beside += [
            self._route(one.values, f"{one.written} is a route of an unknown table")
            for one in self.stray
            if isinstance(one.get("route_table_id"), Unknown)
        ]
        within = [one if isinstance(one, Unknown) else self._route(one) for one in blocks]
        return [*within, *beside]

    def _route(self, told: Mapping[str, Any], doubt: str = "") -> dict[str, Any]:
        """A route as EC2 tells it; of one that may not be there is known what it does not say."""
        made = {
            new: told[old].address if isinstance(told[old], Reference) else told[old]
            for old, new in (_DESTINATIONS | _TARGETS).items()
            if told.get(old) not in (None, "")
        }
        for old, new in (
            ("vpc_endpoint_id", "GatewayId"),
            ("gateway_id", "GatewayId"),
            ("carrier_gateway_id", "CarrierGatewayId"),
        ):
            if told.get(old) not in (None, ""):
                made[new] = _gateway(self.code, told[old], old)
        if doubt:
            return {name: Unknown(doubt) for name in made}
        return made | {"State": "active"}


def _gateway(code: Resources, value: Any, argument: str) -> Any:
    """The id of a gateway, as far as it tells of which kind it is."""
    if not isinstance(value, Unknown):
        return value
    if argument == "vpc_endpoint_id" and presence(value) is True:
        return "vpce-"
    prefix = _GATEWAYS.get(type_of(code, value))
    if prefix is None or not isinstance(value, Reference | Existing):
        return Unknown(value.why)
    return f"{prefix}-({value.address})"


def _is_of_gateway(one: Instance) -> bool:
    """Whether an association is about what comes in by a gateway, and of no subnet."""
    is_set = one.get("gateway_id") not in (None, "")
    return one.type == _JOINING and is_set and one.get("subnet_id") in (None, "")


def _name(one: Instance) -> Any:
    tags = one.get("tags")
    return tags.get("Name") if isinstance(tags, dict) else None

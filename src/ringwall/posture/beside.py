"""What may connect to what within networks: from what the internet comes to, over security groups.

More is taken to be open than is: network lists, routes within a network and closed ports count for
nothing, and what has an address in a network and is not known to be quiet is taken for something
that the internet comes to. So what is not come to by this is shut for certain.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking.reading import World
from ringwall.posture.checks.aws.exposure import GROUP, TABLE, cidrs_of, public_versions
from ringwall.posture.checks.aws.openings import sources_of
from ringwall.posture.checks.aws.ways.looking import FUNCTION, INSTANCE
from ringwall.posture.permissions.networks import WORLD, Addresses, Intervals

INTERFACE: Final = "aws-ec2-network-interface"
_PREFIXES: Final = "aws-ec2-prefix-list"
_GATEWAYS: Final = ("igw-", "cagw-")
_OUTWARD: Final = ("NatGatewayId", "EgressOnlyInternetGatewayId")
"""What a route may lead to from where nothing comes that did not begin here."""
_QUIET: Final = frozenset({"nat_gateway", "natGateway", "vpc_endpoint"})
"""Kinds of interfaces that begin nothing of their own, and let in nobody who was not let in."""
_QUIET_OF: Final = {"amazon-rds": "RDSNetworkInterface", "amazon-elasticache": "ElastiCache"}
"""How what services say of their interfaces begins that only answer; a proxy's passes on."""
HOSTED: Final = (["ecs"], ["eks"])
"""Services of containers, that may run on instances and send from their addresses."""
_BALANCING: Final = "amazon-elb"
_NOBODY: Final = Addresses()


@dataclass(frozen=True, slots=True)
class Let:
    """Whom security groups let in, by address and by group; ``doubt`` is who else may be, if so."""

    addresses: Addresses = _NOBODY
    groups: frozenset[str] = frozenset()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Interface:
    """What is in a network. ``loud`` is why the internet may come to it, empty where it does not.

    ``groups`` are empty where none stands before it; ``place`` is what runs there, where that is
    an instance.
    """

    network: str
    groups: frozenset[str]
    addresses: Addresses
    label: str
    loud: str = ""
    place: str = ""


@dataclass(slots=True)
class _Routes:
    """Where the routes of a network lead."""

    led: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    is_main_led: bool = False
    has_main: bool = False
    beyond: Addresses = _NOBODY
    doubt: str = ""


class Networks:
    """The networks of an account, and what in them may be come to.

    ``near`` are the places that the internet comes to, or may; ``called`` the functions that are
    called by somebody of whom it is not read who comes to them. ``UnknownError`` where groups,
    routes, interfaces, instances or functions are not known.

    ``places`` are the instances that may be come to, also within the networks; ``is_hosting`` is
    whether containers may be, of which it is not known in which interface they are.
    """

    def __init__(self, world: World, account: str, near: set[str], called: set[str]) -> None:
        self._world, self._account, self._near = world, account, near
        self._rules = {
            str(listed.get("GroupId")): listed
            for listed in (one.read("listed") for one in world.all(GROUP, account=account))
        }
        self._lets: dict[frozenset[str], Let] = {}
        self._routes = self._read_routes()
        self.places: set[str] = set()
        self.is_hosting = False
        self._calling: list[_Interface] = []
        self._loud = self._loud_functions(near | called)
        self._come_to: dict[str, str] = {}  # groups, each with what has them that is come to
        self._heard: dict[str, list[tuple[Addresses, str]]] = {}  # what sends from several
        self._owners: dict[tuple[str, int, int], str] = {}  # what sends from an address of its own
        self._sending: dict[str, list[Addresses]] = {}
        self._whole: dict[str, Addresses] = {}
        self._told: dict[tuple[str, frozenset[str]], str] = {}
        self._spread([*self._of_instances(), *self._of_others(), *self._calling])

    def why_direct(self, network: str, groups: Collection[str], subnets: Collection[str]) -> str:
        """Why strangers may come to a public address in these subnets; empty where none does."""
        let = self._let(frozenset(groups))
        if not groups or not subnets:
            return "it has a public address, and its network is not known"
        if not let.doubt and not let.addresses.public:
            return ""
        if not any(self._is_led(network, one) for one in subnets):
            return ""
        return let.doubt or "it has a public address, and its security groups let in strangers"

    def why_beside(self, network: str, groups: Collection[str]) -> str:
        """Why something that is come to may connect to what is here; empty where nothing does."""
        held = frozenset(groups)
        if not network or not held:
            return "its network and security groups are not known"
        routes = self._routes.get(network)
        if routes is None:
            return f"the routes of {network} are not known"
        if (network, held) not in self._told:
            self._told[network, held] = self._admits(network, held)
        return self._told[network, held]

    def _admits(self, network: str, groups: frozenset[str]) -> str:
        if not groups:
            is_any = bool(self._whole.get(network))
            return f"something in {network} that is come to may connect to it" if is_any else ""
        let = self._let(groups)
        if let.doubt:
            return let.doubt
        for one in let.groups:
            if one in self._come_to:
                return f"its security groups let in {self._come_to[one]}"
        if not let.addresses:
            return ""
        if doubt := self._routes.get(network, _Routes()).doubt:
            return doubt
        met = _meeting(let.addresses, self._whole.get(network, _NOBODY))
        if met is None:
            return ""
        label = self._owners.get((network, *met), "")
        if not label:
            version, number = met
            several = self._heard[network]
            label = next(who for some, who in several if number in _of_version(some, version))
        return f"its security groups let in {label}"

    def _spread(self, several: Iterable[_Interface]) -> None:
        """Note all that may be come to, from what is come to on."""
        for network, routes in self._routes.items():
            if routes.beyond:
                label = f"what {network} has routes to, of which it is not read who comes to it"
                self._hear(network, routes.beyond, label)
        waiting: dict[tuple[str, frozenset[str]], list[_Interface]] = {}
        for one in several:
            if one.loud:
                self._note(one, one.loud)
            else:
                waiting.setdefault((one.network, one.groups), []).append(one)
        while True:
            self._whole = {
                network: Addresses.union(several) for network, several in self._sending.items()
            }
            found = [key for key in waiting if self._admits(*key)]
            if not found:
                return
            for one in (one for key in found for one in waiting.pop(key)):
                self._note(one, f"{one.label}, which may be connected to")

    def _note(self, one: _Interface, label: str) -> None:
        """It is come to: what lets in its groups or addresses lets it in."""
        if one.place:
            self.places.add(one.place)
        for group in one.groups:
            self._come_to.setdefault(group, label)
        self._hear(one.network, one.addresses, label)

    def _hear(self, network: str, addresses: Addresses, label: str) -> None:
        """From these addresses something may come."""
        self._sending.setdefault(network, []).append(addresses)
        is_wide = False
        for version in (4, 6):
            for first, last in _of_version(addresses, version).parts:
                if first == last:
                    self._owners.setdefault((network, version, first), label)
                else:
                    is_wide = True
        if is_wide:
            self._heard.setdefault(network, []).append((addresses, label))

    def _let(self, groups: frozenset[str]) -> Let:
        found = self._lets.get(groups)
        if found is None:
            if len(groups) == 1:
                found = self._let_by(next(iter(groups)))
            else:
                each = [self._let(frozenset({one})) for one in sorted(groups)]
                found = Let(
                    Addresses.union(one.addresses for one in each),
                    frozenset().union(*(one.groups for one in each)),
                    next((one.doubt for one in each if one.doubt), ""),
                )
            self._lets[groups] = found
        return found

    def _let_by(self, group: str) -> Let:
        listed = self._rules.get(group)
        if listed is None:
            return Let(doubt=f"the security group {group} is not known")
        cidrs: list[str] = []
        named: set[str] = set()
        for rule in listed.get("IpPermissions") or ():
            try:
                cidrs += sources_of(rule, self._listed_in)
            except UnknownError as error:
                return Let(doubt=error.why)
            for pair in rule.get("UserIdGroupPairs") or ():
                other = str(pair.get("GroupId") or "")
                if other not in self._rules:
                    return Let(doubt=f"{group} lets in {other}, a group of another account")
                named.add(other)
        return Let(Addresses.of(cidrs), frozenset(named))

    def _listed_in(self, identifier: str) -> list[str]:
        """The networks of a list; those of AWS's own services are not read."""
        for one in self._world.all(_PREFIXES, account=self._account):
            listed = one.read("listed")
            if listed.get("PrefixListId") == identifier and listed.get("OwnerId") != "AWS":
                return cidrs_of(self._world, identifier)
        raise UnknownError(f"the addresses of the prefix list {identifier} are not read")

    def _read_routes(self) -> dict[str, _Routes]:
        found: dict[str, _Routes] = {}
        for table in self._world.all(TABLE, account=self._account):
            listed = table.read("listed")
            routes = found.setdefault(str(listed.get("VpcId") or ""), _Routes())
            if str(listed.get("OwnerId") or self._account) != self._account:
                routes.doubt = f"what else is in {listed.get('VpcId')} is not read: it is shared"
            is_led = False
            for route in listed.get("Routes") or ():
                if route.get("State", "active") != "active":
                    continue
                gateway = str(route.get("GatewayId") or route.get("CarrierGatewayId") or "")
                is_led = is_led or gateway.startswith((*_GATEWAYS, "vpce-"))
                if _leads_beyond(route, gateway):
                    self._add_beyond(routes, route)
            for one in listed.get("Associations") or ():
                if one.get("Main"):
                    routes.has_main, routes.is_main_led = True, is_led
                elif one.get("SubnetId"):
                    (routes.led if is_led else routes.apart).add(str(one["SubnetId"]))
        return found

    def _add_beyond(self, routes: _Routes, route: Mapping[str, Any]) -> None:
        keys = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
        cidrs = [str(route[key]) for key in keys if route.get(key)]
        try:
            if route.get("DestinationPrefixListId"):
                cidrs += self._listed_in(str(route["DestinationPrefixListId"]))
        except UnknownError as error:
            routes.doubt = error.why
        routes.beyond = routes.beyond | Addresses.of(cidrs)

    def _is_led(self, network: str, subnet: str) -> bool:
        """Whether a gateway of the internet may lead into a subnet."""
        routes = self._routes.get(network)
        if routes is None or routes.doubt or subnet in routes.led:
            return True
        return subnet not in routes.apart and (routes.is_main_led or not routes.has_main)

    def _loud_functions(self, come_to: set[str]) -> dict[tuple[str, str], str | None]:
        """Of functions in networks, by network and group: why they are come to, or ``None``."""
        found: dict[tuple[str, str], str | None] = {}
        for one in self._world.all(FUNCTION, account=self._account):
            config = one.read("listed").get("VpcConfig") or {}
            several = config.get("SecurityGroupIds") or ()
            if not several:
                continue
            network, loud = str(config.get("VpcId") or ""), ""
            if one.name in come_to:
                loud = f"the function {one.label}, which may be come to"
                # Its interfaces come and go; from which addresses it sends is not known then.
                groups = frozenset(map(str, several))
                self._calling.append(_Interface(network, groups, WORLD, one.label, loud))
            for group in several:
                found[network, str(group)] = loud or found.get((network, str(group)))
        return found

    def _of_instances(self) -> Iterator[_Interface]:
        hosting = any(place.split(":")[2:3] in HOSTED for place in self._near)
        for one in self._world.all(INSTANCE, account=self._account):
            loud = f"{one.label}, on which containers that are come to may run" if hosting else ""
            if one.name in self._near:
                loud = f"{one.label}, which the internet comes to, or may"
            for told in one.read("listed").get("NetworkInterfaces") or ():
                yield self._made(told, one.label, loud, one.name)

    def _of_others(self) -> Iterator[_Interface]:
        known = {
            one.name.rpartition("/")[2] for one in self._world.all(INSTANCE, account=self._account)
        }
        for one in self._world.all(INTERFACE, account=self._account):
            told = one.read("listed")
            if str((told.get("Attachment") or {}).get("InstanceId") or "") not in known:
                label = str(told.get("Description") or told.get("NetworkInterfaceId") or one.label)
                yield self._made(told, label, self._why_loud(told, label))

    def _why_loud(self, told: Mapping[str, Any], label: str) -> str:
        """Why the internet may come to an interface that is not an instance's."""
        kind, owner = str(told.get("InterfaceType") or ""), str(told.get("RequesterId") or "")
        said = str(told.get("Description") or "")
        answers = owner in _QUIET_OF and said.startswith(_QUIET_OF[owner])
        if kind in _QUIET or (kind == "interface" and answers):
            return ""
        if kind == "interface" and owner == _BALANCING:
            return f"{label}, which is public" if public_versions(told) else ""
        if kind == "lambda":
            network = str(told.get("VpcId") or "")
            keys = [(network, group) for group in _groups(told)]
            known = [self._loud[key] for key in keys if key in self._loud]
            if known:
                return next((one for one in known if one), "")
        self.is_hosting = True
        return f"{label}, of which it is not known who comes to it"

    def _made(self, told: Mapping[str, Any], label: str, loud: str, place: str = "") -> _Interface:
        network, groups = str(told.get("VpcId") or ""), _groups(told)
        is_passing = str(told.get("InterfaceType") or "") in _QUIET
        is_asked = not loud and groups and not is_passing and public_versions(told)
        if is_asked and self.why_direct(network, groups, [str(told.get("SubnetId") or "")]):
            loud = f"{label}, which has a public address"
        return _Interface(network, groups, _addresses(told), label, loud, place)


def _groups(told: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(one["GroupId"]) for one in told.get("Groups") or ())


def _leads_beyond(route: Mapping[str, Any], gateway: str) -> bool:
    """Whether a route leads to another network, or over something that passes on."""
    if gateway == "local" or gateway.startswith(_GATEWAYS):
        return False
    if gateway.startswith("vpce-") and route.get("DestinationPrefixListId"):
        return False  # an endpoint of S3 or DynamoDB, which begin nothing
    return not any(route.get(one) for one in _OUTWARD)


def _addresses(told: Mapping[str, Any]) -> Addresses:
    """From where it may send: what passes on others' packets, from everywhere."""
    passes_on = told.get("InterfaceType") not in {None, "interface", "lambda", *_QUIET}
    if passes_on or told.get("SourceDestCheck") is False:
        return WORLD
    several = [told, *(told.get("PrivateIpAddresses") or ())]
    own = [str(one["PrivateIpAddress"]) for one in several if one.get("PrivateIpAddress")]
    own += [str(one["Ipv6Address"]) for one in told.get("Ipv6Addresses") or ()]
    own += [str(one["Ipv4Prefix"]) for one in told.get("Ipv4Prefixes") or ()]
    own += [str(one["Ipv6Prefix"]) for one in told.get("Ipv6Prefixes") or ()]
    return Addresses.of(own) if own else WORLD


def _of_version(addresses: Addresses, version: int) -> Intervals:
    return addresses.v4 if version == 4 else addresses.v6


def _meeting(some: Addresses, others: Addresses) -> tuple[int, int] | None:
    """An address that two sets have in common, with its version before it."""
    for version in (4, 6):
        left, right = _of_version(some, version).parts, _of_version(others, version).parts
        at = 0
        for first, last in left:
            at = bisect_left(right, first, lo=at, key=lambda part: part[1])
            if at < len(right) and right[at][0] <= last:
                return version, max(first, right[at][0])
    return None

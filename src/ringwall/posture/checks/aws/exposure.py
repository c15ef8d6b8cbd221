"""What the internet can reach: an address, a route, and lists that let it through on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.defaults import of_region
from ringwall.posture.checks.aws.openings import is_open, open_ports
from ringwall.posture.permissions.networks import Addresses, Intervals

GROUP: Final = "aws-ec2-security-group"
TABLE: Final = "aws-ec2-route-table"
ACL: Final = "aws-ec2-network-acl"
_LIST_READS: Final = ("aws-ec2-prefix-list.listed", "aws-ec2-prefix-list.entries")
GROUP_READS: Final = (f"{GROUP}.listed", *_LIST_READS)
ROUTE_READS: Final = (
    f"{TABLE}.listed",
    *_LIST_READS,
    "aws-region.vpc_block_public_access",
    "aws-region.vpc_block_public_access_exclusions",
)
READS: Final = tuple(dict.fromkeys((*GROUP_READS, *ROUTE_READS, f"{ACL}.listed")))
"""What a check reads that asks what can be reached."""
ALL: Final = Intervals(((0, 65535),))
_UNGUARDED: Final = [
    {
        "IpProtocol": "-1",
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
    }
]


def open_behind(entries: Iterable[Mapping[str, Any]]) -> Intervals:
    """The ports of TCP at which a network list by itself lets the internet in."""
    return open_ports(_UNGUARDED, lambda _: (), entries=entries)


def _group_ids(group: Subject) -> list[Any]:
    return [group.read("listed").get("GroupId")]


def _list_ids(prefixes: Subject) -> list[Any]:
    return [prefixes.read("listed").get("PrefixListId")]


class _Unsure(NamedTuple):
    """Stands for the subnets and networks of a table or list of which not all are known."""

    account: str


def _as_far_as_known(it: Subject, keys: Callable[[Subject], Iterator[Any]]) -> list[Any]:
    """Of a cloud whatever account may be meant, for networks are shared; of code its own alone."""
    found: list[Any] = []
    try:
        for one in keys(it):
            found.append(one)  # noqa: PERF402 - those before what is not known stay
    except UnknownError:
        found.append(_Unsure(it.account if it.is_declared else ""))
    return found


def _subnets_of(table: Subject) -> Iterator[Any]:
    for one in table.read("listed").get("Associations") or ():
        if one.get("SubnetId"):
            yield one["SubnetId"]


def _main_in(table: Subject) -> Iterator[Any]:
    listed = table.read("listed")
    if any(one.get("Main") for one in listed.get("Associations") or ()):
        yield listed.get("VpcId")


def _by_subnet(table: Subject) -> list[Any]:
    return _as_far_as_known(table, _subnets_of)


def _main_of(table: Subject) -> list[Any]:
    return _as_far_as_known(table, _main_in)


def cidrs_of(world: World, identifier: str) -> list[str]:
    """The networks in a prefix list; none in one of AWS, which holds addresses of its services."""
    several = world.where("aws-ec2-prefix-list", _list_ids, identifier)
    if not several:
        raise UnknownError(f"the prefix list {identifier} is not known")
    return [entry["Cidr"] for one in several for entry in one.read("entries") or ()]


def rules_of(world: World, groups: Iterable[str], way: str = "IpPermissions") -> list[Any]:
    """The rules of these security groups, which add up."""
    found: list[Any] = []
    for identifier in groups:
        several = world.where(GROUP, _group_ids, identifier)
        if not several:
            raise UnknownError(f"the security group {identifier} is not known")
        for one in several:
            found += one.read("listed").get(way) or ()
    return found


def group_named(world: World, identifier: str) -> list[Subject]:
    """The security group of this id; none where it is not there."""
    return world.where(GROUP, _group_ids, identifier)


def opened_by(
    world: World,
    group: Subject,
    protocol: str = "tcp",
    *,
    narrowed: Callable[..., list[Mapping[str, Any]]] | None = None,
) -> Intervals:
    """The ports that one security group by itself opens to the internet.

    ``narrowed`` is :func:`openings.certain`, which leaves rules out of which something is not
    known, for no rule closes what another opens, or :func:`openings.possible`, which takes them
    as wide as they may be.
    """
    rules = group.read("listed").get("IpPermissions") or ()

    def networks(identifier: str) -> list[str]:
        return cidrs_of(world, identifier)

    if narrowed is not None:
        rules = narrowed(rules, networks, protocol)
    return open_ports(rules, networks, protocol=protocol)


def _sought(  # noqa: PLR0917 - the two ways to ask for a key, one as far as it is known
    world: World,
    it: Subject,
    kind: str,
    by: Callable[[Subject], list[Any]],
    told: Callable[[Subject], Iterator[Any]],
    key: str,
) -> list[Subject]:
    """What has a key that only one can have; ``UnknownError`` where one may have it."""
    if found := world.where(kind, by, key):
        return found
    for one in world.where(kind, by, _Unsure(it.account if it.is_declared else "")):
        list(told(one))  # which says what is not known of it
    return []


def _table(world: World, it: Subject, subnet: str, vpc: str) -> list[Subject]:
    """The table of a subnet, which has one: its own, else the main one of its network."""
    for by, told, key in ((_by_subnet, _subnets_of, subnet), (_main_of, _main_in, vpc)):
        if found := _sought(world, it, TABLE, by, told, key):
            return found
    raise UnknownError(f"the routes of {subnet or 'the default network'} are not known")


class _Routed(NamedTuple):
    """The addresses that are reached through an internet gateway, or by a firewall before one."""

    straight: Addresses
    inspected: Addresses

    @property
    def is_straight(self) -> bool:
        """Whether the internet comes without being looked at."""
        return is_open(self.straight)

    @property
    def whole(self) -> Addresses:
        """Where nothing leads straight to the internet, what a firewall stands before as well."""
        return self.straight if self.is_straight else self.straight | self.inspected


def _routed(world: World, it: Subject, subnet: str, vpc: str) -> _Routed:
    found: dict[bool, list[str]] = {True: [], False: []}
    for table in _table(world, it, subnet, vpc):
        for route in table.read("listed").get("Routes") or ():
            gateway = str(route.get("GatewayId") or route.get("CarrierGatewayId") or "")
            leads = gateway.startswith(("igw-", "cagw-"))
            is_way = leads or gateway.startswith("vpce-")
            if is_way and route.get("State", "active") == "active":
                found[leads] += _destinations(route)
                prefixes = route.get("DestinationPrefixListId")
                if leads and prefixes:  # others are those of AWS, of its services' endpoints
                    found[leads] += cidrs_of(world, str(prefixes))
    return _Routed(Addresses.of(found[True]), Addresses.of(found[False]))


def _destinations(route: Mapping[str, Any]) -> list[str]:
    keys = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
    return [str(route[key]) for key in keys if route.get(key)]


def _inspected(subnet: str) -> UnknownError:
    return UnknownError(
        f"what comes from the internet to {subnet} goes through an endpoint of a firewall,"
        " and what that lets through is not read"
    )


def is_blocked(world: World, it: Subject, subnet: str, vpc: str) -> bool:
    """Whether the region blocks what comes from internet gateways, and does not spare this."""
    options = of_region(it, world, "vpc_block_public_access")
    if options.get("InternetGatewayBlockMode", "off") == "off":
        return False
    for one in world.region(it).read("vpc_block_public_access_exclusions", ()):
        is_on = not str(one.get("State", "")).startswith(("delete", "disable"))
        spares = one.get("InternetGatewayExclusionMode") == "allow-bidirectional"
        if is_on and spares and str(one.get("ResourceArn", "")).endswith((f"/{subnet}", f"/{vpc}")):
            return False
    return True


def is_public_subnet(world: World, it: Subject, subnet: str, vpc: str) -> bool:
    """Whether the internet has a way to addresses in a subnet."""
    routed = _routed(world, it, subnet, vpc)
    if not is_open(routed.whole) or is_blocked(world, it, subnet, vpc):
        return False
    if not routed.is_straight:
        raise _inspected(subnet)
    return True


def _guarded_by(acl: Subject) -> Iterator[Any]:
    for one in acl.read("listed").get("Associations") or ():
        yield one.get("SubnetId")


def _lists(acl: Subject) -> list[Any]:
    return _as_far_as_known(acl, _guarded_by)


def reachable(
    world: World,
    it: Subject,
    *,
    subnet: str,
    vpc: str,
    groups: Iterable[str] | None,
    protocol: str = "tcp",
    versions: Iterable[int] = (4, 6),
    ports: Intervals = ALL,
) -> Intervals:
    """Which of these ports the internet reaches at what has public addresses in a subnet.

    ``versions`` are those of which it has public addresses; ``groups`` is ``None`` for what no
    security group stands before.
    """
    has = set(versions)
    if not has:
        return Intervals()
    way = _routed(world, it, subnet, vpc)
    routed = way.whole

    def only(addresses: Addresses) -> Addresses:
        four = addresses.v4 if 4 in has and is_open(Addresses(v4=routed.v4)) else Intervals()
        six = addresses.v6 if 6 in has and is_open(Addresses(v6=routed.v6)) else Intervals()
        return Addresses(four, six)

    if not is_open(routed):
        return Intervals()
    rules = _UNGUARDED if groups is None else rules_of(world, groups)
    lists = _sought(world, it, ACL, _lists, _guarded_by, subnet)
    entries = lists[0].read("listed").get("Entries") if lists else None
    found = open_ports(
        rules, lambda one: cidrs_of(world, one), protocol=protocol, entries=entries, only=only
    )
    found = found & ports
    if not found.parts or is_blocked(world, it, subnet, vpc):
        return Intervals()
    if not way.is_straight:
        raise _inspected(subnet)
    return found


def public_versions(interface: Mapping[str, Any]) -> set[int]:
    """Of which versions a network interface has public addresses, its secondary ones too."""
    several = [interface, *(interface.get("PrivateIpAddresses") or ())]
    found = {4 for one in several if (one.get("Association") or {}).get("PublicIp")}
    return found | ({6} if interface.get("Ipv6Addresses") else set())


def interface_reach(
    world: World,
    it: Subject,
    interface: Mapping[str, Any],
    ports: Intervals = ALL,
    *,
    protocol: str = "tcp",
) -> Intervals:
    """Which of these ports the internet reaches at a network interface, as EC2 describes it."""
    versions = public_versions(interface)
    if not versions:
        return Intervals()
    return reachable(
        world,
        it,
        subnet=str(interface.get("SubnetId") or ""),
        vpc=str(interface.get("VpcId") or ""),
        groups=[one["GroupId"] for one in interface.get("Groups") or ()],
        protocol=protocol,
        versions=versions,
        ports=ports,
    )


def instance_reach(
    world: World, it: Subject, ports: Iterable[int] | None = None, *, protocol: str = "tcp"
) -> Intervals:
    """Which of these ports the internet reaches at an instance, by any of its interfaces."""
    found = Intervals()
    wanted = ALL if ports is None else Intervals.of((one, one) for one in ports)
    for one in it.read("listed").get("NetworkInterfaces") or ():
        found = found | interface_reach(world, it, one, wanted, protocol=protocol)
    return found

"""What all checks of single ports of security groups have in common: the judgment and the cases."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.exposure import GROUP_READS, cidrs_of, opened_by
from ringwall.posture.checks.aws.openings import certain, ports_of, possible, sources_of, those_in
from ringwall.posture.checks.aws.scenes import LIST_RULE, prefix_list, rule
from ringwall.posture.permissions.networks import Addresses, Intervals

INTERFACE: Final = "aws-ec2-network-interface"
READS: Final = ("listed", *(one for one in GROUP_READS if "prefix" in one), f"{INTERFACE}.listed")


def groups_of(interface: Subject) -> list[Any]:
    """The security groups that a network interface has: an index."""
    return [one.get("GroupId") for one in interface.read("listed").get("Groups") or ()]


def users_of(world: World, group: Subject) -> list[Subject]:
    """The network interfaces that have a security group."""
    return world.where(INTERFACE, groups_of, group.read("listed").get("GroupId"))


def is_unused(world: World, group: Subject) -> bool:
    """Whether it is known that nothing has it. No verdict stands on it, only how bad it is."""
    with world.aside():
        try:
            return not users_of(world, group)
        except UnknownError:
            return False


class Opened(NamedTuple):
    """Which ports are open for certain, which may be, and why the two are not the same."""

    certain: Intervals
    possible: Intervals
    unknown: UnknownError | None = None


def opened(world: World, group: Subject, *, tcp_only: bool = False) -> Opened:
    """The ports of TCP, and of UDP, that it opens to the internet.

    A rule of which something is not known opens no more than it names: what the others open is
    open, and what none of them can open is closed.
    """
    protocols = ("tcp",) if tcp_only else ("tcp", "udp")

    def of(narrowed: Callable[..., list[Mapping[str, Any]]] | None = None) -> Intervals:
        found = Intervals()
        for one in protocols:
            found = found | opened_by(world, group, one, narrowed=narrowed)
        return found

    try:
        found = of()
    except UnknownError as error:
        return Opened(of(certain), of(possible), error)
    return Opened(found, found)


def by_rules(it: Subject, world: World, ports: Intervals) -> str:
    """Which rules open it that code writes apart from their group; empty where none does."""
    found: list[str] = []
    rules = it.read("listed").get("IpPermissions") or ()

    def networks(identifier: str) -> list[str]:
        return cidrs_of(world, identifier)

    for protocol in ("tcp", "udp"):
        for one in certain(rules, networks, protocol):
            by, reach = one.get("DeclaredBy"), ports_of(one, protocol)
            if not by or by in found or reach is None:
                continue
            is_open = Addresses.of(sources_of(one, networks)).share > 0
            if is_open and any(low <= reach[1] and reach[0] <= high for low, high in ports.parts):
                found.append(by)
    return f", by {', '.join(found[:3])}" if found else ""


def judge_ports(
    it: Subject, world: World, ports: Mapping[int, str], *, tcp_only: bool = False
) -> Judgment:
    """Whether a security group opens one of these ports; less bad where nothing has the group."""
    its = opened(world, it, tcp_only=tcp_only)
    found = those_in(ports, its.certain)
    if not found:
        if its.unknown is not None and those_in(ports, its.possible):
            raise its.unknown
        return passes("none of these ports is open to the internet")
    by = by_rules(it, world, Intervals.of((one, one) for one in ports if one in its.certain))
    told = f"{it.label} opens {', '.join(found)} to the internet{by}"
    if is_unused(world, it):
        return fails(f"{told}; nothing has this group now", Severity.LOW)
    return fails(told)


def _listed(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"GroupId": "sg-1", "IpPermissions": list(rules)}


def cases_of(port: int, protocol: str = "tcp") -> tuple[Case, ...]:
    """The cases of a check of a port: what is open, what only looks so, what is not known."""
    used = other(INTERFACE, listed={"Groups": [{"GroupId": "sg-1"}]})
    return (
        case("nothing is let in", PASS, used, listed=_listed()),
        case("the world", FAIL, used, listed=_listed(rule(protocol, port, port, ["0.0.0.0/0"]))),
        case("by version 6", FAIL, used, listed=_listed(rule(protocol, port, port, ["::/0"]))),
        case("nothing has it", FAIL, listed=_listed(rule(protocol, port, port, ["::/0"]))),
        case(
            "two halves of the world",
            FAIL,
            used,
            listed=_listed(
                rule(protocol, port, port, ["0.0.0.0/1"]),
                rule(protocol, port - 1, port + 1, ["128.0.0.0/1"]),
            ),
        ),
        case("all protocols", FAIL, used, listed=_listed(rule("-1", -1, -1, ["0.0.0.0/0"]))),
        case(
            "beside other ports only",
            PASS,
            used,
            listed=_listed(rule("tcp", 80, 80, ["0.0.0.0/0"]), rule("icmp", -1, -1, ["0.0.0.0/0"])),
        ),
        case(
            "inside networks, however many",
            PASS,
            used,
            listed=_listed(
                rule("-1", -1, -1, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"])
            ),
        ),
        case(
            "another group",
            PASS,
            used,
            listed=_listed({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2"}]}),
        ),
        case(
            "a list of prefixes",
            FAIL,
            used,
            prefix_list("0.0.0.0/1", "128.0.0.0/1"),
            listed=_listed(LIST_RULE),
        ),
        case(
            "a list of AWS's own",
            PASS,
            used,
            prefix_list(owner="AWS"),
            listed=_listed(LIST_RULE),
        ),
        case(
            "a list that is denied",
            UNKNOWN,
            used,
            prefix_list(entries=DENIED),
            listed=_listed(LIST_RULE),
        ),
        case("the groups are denied", UNKNOWN, used, listed=DENIED),
    )

"""Which ports rules open to the internet: of security groups, and of network lists before them.

Rules add up: two that let in half of the world each let in the world, and so does a list of
prefixes. What counts is the share of the internet that comes through, not how it is written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.permissions.networks import Addresses, Intervals, let_through

OPEN_AT: Final = 1 / 16
"""The share of the internet's addresses from which on something is open to it."""
Rules = Iterable[Mapping[str, Any]]
CidrsOf = Callable[[str], Iterable[str]]
_LAST: Final = 65535
_EVERYBODY: Final = ("0.0.0.0/0", "::/0")
_NUMBERS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def is_open(addresses: Addresses) -> bool:
    """Whether enough of the internet is in it to call it the internet."""
    return addresses.share >= OPEN_AT


@lru_cache(maxsize=4096)
def _of(cidrs: frozenset[str]) -> Addresses:
    return Addresses.of(cidrs)


def sources_of(rule: Mapping[str, Any], cidrs_of: CidrsOf) -> list[str]:
    """The networks that a rule of a security group names; ``cidrs_of`` gives a prefix list's."""
    found = [one["CidrIp"] for one in rule.get("IpRanges") or () if one.get("CidrIp")]
    found += [one["CidrIpv6"] for one in rule.get("Ipv6Ranges") or () if one.get("CidrIpv6")]
    for one in rule.get("PrefixListIds") or ():
        found += cidrs_of(one["PrefixListId"])
    return found


def ports_of(rule: Mapping[str, Any], protocol: str) -> tuple[int, int] | None:
    """The ports of a protocol that a rule speaks of, ``None`` where it speaks of another one."""
    said = str(rule.get("IpProtocol", "-1")).lower()
    if said in {"-1", "all"}:
        return 0, _LAST
    if _NUMBERS.get(said, said) != protocol:
        return None
    first = rule.get("FromPort")
    if first is None or first == -1:
        return 0, _LAST
    last = rule.get("ToPort")
    return int(first), int(first if last is None else last)


def certain(
    rules: Sequence[Mapping[str, Any]], cidrs_of: CidrsOf, protocol: str
) -> list[Mapping[str, Any]]:
    """The rules of which the ports are known, for those networks that are known."""
    found: list[Mapping[str, Any]] = []
    for at in range(len(rules)):
        try:
            rule = rules[at]
            reach = ports_of(rule, protocol)
        except UnknownError:
            continue
        try:
            sources_of(rule, cidrs_of)
        except UnknownError:
            if reach is None:
                continue
            rule = {
                "IpProtocol": protocol,
                "FromPort": reach[0],
                "ToPort": reach[1],
                "IpRanges": [{"CidrIp": one} for one in _known_sources(rule, cidrs_of)],
                "DeclaredBy": rule.get("DeclaredBy"),
            }
        found.append(rule)
    return found


def known_of(values: Sequence[Any]) -> list[Any]:
    """Those of a list that are known, where others that are not only add to them."""
    found = []
    for at in range(len(values)):
        with suppress(UnknownError):
            found.append(values[at])
    return found


def _known_sources(rule: Mapping[str, Any], cidrs_of: CidrsOf) -> list[str]:
    """The networks that a rule lets in for certain."""
    found: list[str] = []
    for name in ("IpRanges", "Ipv6Ranges", "PrefixListIds"):
        with suppress(UnknownError):
            for one in known_of(rule.get(name) or ()):
                with suppress(UnknownError):
                    found += sources_of({name: [one]}, cidrs_of)
    return found


def possible(
    rules: Sequence[Mapping[str, Any]], cidrs_of: CidrsOf, protocol: str
) -> list[Mapping[str, Any]]:
    """The rules as wide as they may be: what is not known of one lets in everybody, at all ports.

    What they do not open is open by none of them.
    """
    found: list[Mapping[str, Any]] = []
    for at in range(len(rules)):
        made: dict[str, Any] = {"IpProtocol": protocol}
        try:
            reach = ports_of(rules[at], protocol)
            if reach is None:
                continue
            made |= {"FromPort": reach[0], "ToPort": reach[1]}
        except UnknownError:
            made |= {"IpProtocol": "-1"}
        try:
            cidrs = sources_of(rules[at], cidrs_of)
        except UnknownError:
            cidrs = [*_EVERYBODY]
        made["IpRanges"] = [{"CidrIp": one} for one in cidrs]
        found.append(made)
    return found


def reach_of(rule: Mapping[str, Any], protocol: str, cidrs_of: CidrsOf) -> tuple[int, int] | None:
    """As :func:`ports_of`, and ``None`` where a rule lets in no network, whatever its ports are."""
    try:
        return ports_of(rule, protocol)
    except UnknownError:
        if sources_of(rule, cidrs_of):
            raise
        return None


def open_ports(
    rules: Rules,
    cidrs_of: CidrsOf,
    *,
    protocol: str = "tcp",
    entries: Rules | None = None,
    only: Callable[[Addresses], Addresses] = lambda addresses: addresses,
) -> Intervals:
    """The ports at which rules let in the internet, behind a network list's ``entries``.

    ``only`` leaves those addresses that have a way to it.
    """
    several = [
        (reach, sources_of(rule, cidrs_of))
        for rule in rules
        if (reach := reach_of(rule, protocol, cidrs_of)) is not None
    ]
    lists = list(entries) if entries is not None else None
    edges = {0} | {edge for (first, last), _ in several for edge in (first, last + 1)}
    for one in lists or ():
        reach = one.get("PortRange")
        if reach:
            edges |= {int(reach["From"]), int(reach["To"]) + 1}
    begins = sorted(edge for edge in edges if 0 <= edge <= _LAST)
    found = []
    for first, last in zip(begins, [*(one - 1 for one in begins[1:]), _LAST], strict=True):
        named = [cidr for (low, high), cidrs in several if low <= first <= high for cidr in cidrs]
        addresses = only(_of(frozenset(named)))
        if lists is not None and is_open(addresses):
            addresses = addresses & let_through(lists, port=first, protocol=protocol)
        if is_open(addresses):
            found.append((first, last))
    return Intervals.of(found)


def those_in(ports: Mapping[int, str], opened: Intervals) -> list[str]:
    """The ports with their names that are open, such as ``22 (SSH)``."""
    return [f"{port} ({name})" for port, name in sorted(ports.items()) if port in opened]

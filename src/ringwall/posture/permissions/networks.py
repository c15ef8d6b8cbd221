"""Sets of addresses and ports as unions of intervals: two halves of the world are the world.

Version 4 and version 6 are apart; an IPv4-mapped address of version 6 (RFC 4291, section 2.5.5.2)
is the address of version 4.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
    summarize_address_range,
)
from typing import Any, Final

_LAST: Final = {4: 2**32 - 1, 6: 2**128 - 1}
_NOBODYS: Final = {
    4: "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
    " 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3",
    6: "::/3 4000::/2 8000::/1 2001:db8::/32 3fff::/20",
}
"""Who comes from the internet comes from none of these: IANA's special-purpose registries."""
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of whole numbers: sorted intervals, ends included, that neither meet nor touch."""

    parts: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, several: Iterable[Interval]) -> "Intervals":
        """The union of intervals that may overlap."""
        found: list[list[int]] = []
        for first, last in sorted(several):
            if first > last:
                continue
            if found and first <= found[-1][1] + 1:
                found[-1][1] = max(found[-1][1], last)
            else:
                found.append([first, last])
        return cls(tuple((first, last) for first, last in found))

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.parts, (number, _LAST[6] + 1)) - 1
        return place >= 0 and self.parts[place][0] <= number <= self.parts[place][1]

    def __or__(self, other: "Intervals") -> "Intervals":
        return Intervals.of((*self.parts, *other.parts))

    def __sub__(self, other: "Intervals") -> "Intervals":
        found: list[Interval] = []
        for first, last in self.parts:
            begin = first
            for low, high in other.parts:
                if high < begin or low > last:
                    continue
                if low > begin:
                    found.append((begin, low - 1))
                begin = high + 1
            if begin <= last:
                found.append((begin, last))
        return Intervals(tuple(found))

    def __and__(self, other: "Intervals") -> "Intervals":
        return self - (self - other)

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def size(self) -> int:
        """How many numbers are in it."""
        return sum(last - first + 1 for first, last in self.parts)

    def covers(self, other: "Intervals") -> bool:
        """Whether all of another is in it."""
        return not (other - self).parts


def ports(several: Iterable[Interval]) -> Intervals:
    """A set of ports; ``(-1, -1)`` is how AWS writes all of them."""
    return Intervals.of((0, 65535) if first == -1 else (first, last) for first, last in several)


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses of both versions."""

    v4: Intervals = Intervals()
    v6: Intervals = Intervals()

    @classmethod
    def of(cls, networks: Iterable[str | IPv4Network | IPv6Network]) -> "Addresses":
        """The union of networks and single addresses. ``ValueError`` names the one that is none."""
        found: dict[int, list[Interval]] = {4: [], 6: []}
        for one in networks:
            version, interval = interval_of(one)
            found[version].append(interval)
        return cls(Intervals.of(found[4]), Intervals.of(found[6]))

    @classmethod
    def union(cls, several: Iterable["Addresses"]) -> "Addresses":
        """All of them together."""
        parts = list(several)
        return cls(
            Intervals.of(part for one in parts for part in one.v4.parts),
            Intervals.of(part for one in parts for part in one.v6.parts),
        )

    def __contains__(self, address: str) -> bool:
        version, (first, _) = interval_of(address)
        return first in (self.v4 if version == 4 else self.v6)

    def __or__(self, other: "Addresses") -> "Addresses":
        return Addresses(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: "Addresses") -> "Addresses":
        return Addresses(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: "Addresses") -> "Addresses":
        return Addresses(self.v4 - other.v4, self.v6 - other.v6)

    def __bool__(self) -> bool:
        return bool(self.v4.parts or self.v6.parts)

    @property
    def public(self) -> "Addresses":
        """Those of them that somebody on the internet can come from."""
        return self & PUBLIC

    @property
    def is_world(self) -> bool:
        """Whether everybody on the internet is in it, by version 4 or by version 6."""
        return self.v4.covers(PUBLIC.v4) or self.v6.covers(PUBLIC.v6)

    @property
    def share(self) -> float:
        """How much of the internet is in it, 0 to 1, by the version of which it is more."""
        four = (self.v4 & PUBLIC.v4).size / PUBLIC.v4.size
        six = (self.v6 & PUBLIC.v6).size / PUBLIC.v6.size
        return max(four, six)

    def networks(self) -> Iterator[IPv4Network | IPv6Network]:
        """The fewest networks that are together the same, in order."""
        for first, last in self.v4.parts:
            yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
        for first, last in self.v6.parts:
            yield from summarize_address_range(IPv6Address(first), IPv6Address(last))

    def __str__(self) -> str:
        return ", ".join(map(str, self.networks())) or "no address"


def interval_of(network: str | IPv4Network | IPv6Network) -> tuple[int, Interval]:
    """The version of a network, its first and its last address. ``ValueError`` where it is none."""
    found = ip_network(network, strict=False)
    first, last = int(found.network_address), int(found.broadcast_address)
    if isinstance(found, IPv6Network) and first >> 32 == 0xFFFF and found.prefixlen >= 96:
        return 4, (first & 0xFFFFFFFF, last & 0xFFFFFFFF)
    return found.version, (first, last)


WORLD: Final = Addresses(Intervals(((0, _LAST[4]),)), Intervals(((0, _LAST[6]),)))
PUBLIC: Final = WORLD - Addresses.of(" ".join(_NOBODYS.values()).split())


def is_world(cidrs: Iterable[str]) -> bool:
    """Whether networks together are everybody on the internet, by version 4 or by version 6."""
    return Addresses.of(cidrs).is_world


def open_to(
    permissions: Iterable[Mapping[str, Any]], *, port: int, protocol: str = "tcp"
) -> Addresses:
    """Whom a security group lets in at a port: its ``IpPermissions`` as AWS answers them."""
    found: list[str] = []
    for rule in permissions:
        if _is_about(rule, port, protocol):
            found += [one["CidrIp"] for one in rule.get("IpRanges", ()) if "CidrIp" in one]
            found += [one["CidrIpv6"] for one in rule.get("Ipv6Ranges", ()) if "CidrIpv6" in one]
    return Addresses.of(found)


def _is_about(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
    if rule.get("IpProtocol") == "-1":
        return True
    first = rule.get("FromPort", -1)
    in_reach = first == -1 or first <= port <= rule.get("ToPort", first)
    return rule.get("IpProtocol") == protocol and in_reach


def let_through(
    entries: Iterable[Mapping[str, Any]], *, port: int, protocol: str = "tcp", egress: bool = False
) -> Addresses:
    """Whom a network ACL lets through at a port: ``Entries`` as AWS answers them.

    The entry of the lowest number that speaks of an address decides; who is in none is refused.
    """
    number = {"tcp": "6", "udp": "17", "icmp": "1"}.get(protocol, protocol)
    passed, judged = Addresses(), Addresses()
    for one in sorted(entries, key=lambda one: int(one["RuleNumber"])):
        if bool(one.get("Egress")) is not egress or str(one.get("Protocol")) not in {"-1", number}:
            continue
        reach = one.get("PortRange")
        if str(one["Protocol"]) != "-1" and reach and not reach["From"] <= port <= reach["To"]:
            continue
        some = Addresses.of(one[key] for key in ("CidrBlock", "Ipv6CidrBlock") if one.get(key))
        if one.get("RuleAction") == "allow":
            passed = passed | (some - judged)
        judged = judged | some
    return passed

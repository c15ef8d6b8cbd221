"""Which requests pour into which bucket: rate-limit actions and the entries they have to equal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from ringwall.gateway.availability.config import Exempt
from ringwall.gateway.availability.limiting import By, Limit
from ringwall.gateway.availability.meeting import LONGEST_PATH, LOOKS, MASKS
from ringwall.gateway.config import Network, RoutePurpose
from ringwall.gateway.envoy.resources import Json

LIMITED: Final[Json] = {"key": "limited", "value": "limited"}
"""The entry of a key for those who are not exempt."""
_LIMIT, _PERSON, _NOBODY, _WEIGHT = "limit", "person", "nobody", "weight"
_LIMITS, _ROUTE, _COST = "limits", "limited-route", "cost"
_HEADERS: Final[Mapping[By, str]] = {
    By.USER: "x-ringwall-user",
    By.SESSION: "x-ringwall-session",
    By.PROGRAM: "x-ringwall-client",
    By.TENANT: "x-ringwall-tenant",
}
_EVERYBODY: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))

NOTHING_SHOWN: Final[Sequence[Json]] = (
    {"name": "authorization", "present_match": False},
    {"name": "x-api-key", "present_match": False},
    {
        "name": "cookie",
        "string_match": {"contains": "__Host-ringwall"},
        "invert_match": True,
        "treat_missing_header_as_empty": True,
    },
)
"""How a request looks in which the Lua filter would find nothing."""

Part = tuple[Json, Json]
"""An action, and the entry that it makes."""


@dataclass(frozen=True, slots=True)
class Key:
    """One kind of bucket: the entries of its descriptors, and what pours how much into it."""

    entries: tuple[Json, ...]
    rate_limits: tuple[Json, ...]


def told_of(limits: Sequence[str], *, cost: int, route: str | None) -> Json:
    """What :class:`Counting` reads of a route's metadata: limits of its own, cost, its name."""
    told: Json = {}
    if limits:
        told[_LIMITS] = {name: name for name in limits}
    if cost > 1:
        told[_COST] = {str(cost): _WEIGHT}
    if route is not None:
        told[_ROUTE] = route
    return told


def limits_at(entry: Json) -> tuple[str, ...]:
    """The limits of its own that an entry of a route table was told (:func:`told_of`)."""
    told = entry.get("metadata", {}).get("filter_metadata", {}).get("ringwall", {})
    return tuple(told.get(_LIMITS, ()))


class Counting:
    """Makes keys for limits, no two of them of the same names: the wrong one would be met.

    Where that would be, the limit's own name comes first.
    """

    def __init__(
        self, exempt: Exempt, *, known: bool, costs: Sequence[int], apart: Sequence[Json] = ()
    ) -> None:
        """``known`` where it is known who asks; ``costs`` are those of routes that cost more.

        With ``apart``, matchers of headers, those whom all of them match have buckets of their own.
        So they have always of Ringwall's own pages, where the edge cannot tell who is signed in:
        one who floods them would shut out everybody at the same address.
        """
        self._exempt, self._known, self._costs, self._apart = exempt, known, costs, apart
        self._taken: set[tuple[str, ...]] = set()

    def of(self, name: str, limit: Limit) -> list[Key]:
        """The kinds of buckets of a limit; who asks is the person or program, or the address."""
        return [self._key(name, limit, parts) for parts in self._kinds(limit)]

    def whose(self, limit: Limit) -> list[list[Json]]:
        """The actions that tell whose bucket of a limit is meant, and nothing of its name."""
        return [[action for action, _ in parts] for parts in self._kinds(limit)]

    def _kinds(self, limit: Limit) -> list[list[Part]]:
        rest = [part for by in limit.by if by is not By.ASKER for part in _parts(by)]
        begun = list(self._conditions())
        apart = NOTHING_SHOWN if limit.purpose is RoutePurpose.PAGES else self._apart
        if apart:
            nothing, something = (
                _if_headers("shown", value, apart, expect=expect)
                for value, expect in (("nothing", True), ("something", False))
            )
            return [[*begun, *rest, nothing], [*begun, *rest, something]]
        if By.ASKER not in limit.by:
            return [[*begun, *rest]]
        known = _from_header(_HEADERS[By.USER], By.ASKER.value)
        return [[*begun, known, *rest], [*begun, _IF_NOBODY, _masked(By.ADDRESS), *rest]]

    def _key(self, name: str, limit: Limit, parts: list[Part]) -> Key:
        if limit.is_of_some_routes:
            parts = [_from_route((_LIMITS, name), _LIMIT, name), *parts]
        elif tuple(entry["key"] for _, entry in parts) in self._taken:
            parts = [_fixed(_LIMIT, name), *parts]
        self._taken.add(tuple(entry["key"] for _, entry in parts))
        if not self._costs:
            return Key(tuple(entry for _, entry in parts), (_pouring(parts),))
        weighted = [
            _pouring([_from_route((_COST, str(cost)), _WEIGHT, _WEIGHT), *parts], cost - 1)
            for cost in self._costs
        ]
        parts = [_fixed(_WEIGHT, _WEIGHT), *parts]
        return Key(tuple(entry for _, entry in parts), (_pouring(parts), *weighted))

    def _conditions(self) -> Iterable[Part]:
        """What has to hold for anything to be counted."""
        if self._exempt.networks:
            yield unless_from(self._exempt.networks), LIMITED
        if not self._known:
            return
        if self._exempt.programs:
            exact = "|".join(map(_quoted, sorted(self._exempt.programs)))
            yield _unless(_HEADERS[By.PROGRAM], exact, "program-limited")
        if self._exempt.roles:
            roles = "|".join(map(_quoted, sorted(self._exempt.roles)))
            yield _unless("x-ringwall-roles", f"(?:.*,)?(?:{roles})(?:,.*)?", "role-limited")


def _parts(by: By) -> list[Part]:
    if by in MASKS:
        return [_masked(by)]
    if by in (By.USER, By.SESSION):
        return [_IF_A_PERSON, _from_header(_HEADERS[by], by.value)]
    if by in _HEADERS:
        return [_from_header(_HEADERS[by], by.value)]
    if by is By.ROUTE:
        return [_from_route((_ROUTE,), _ROUTE, None)]
    if by is By.REQUEST:
        return [_IF_A_LOOK, _of_format(By.REQUEST.value, f"%REQ(:PATH):{LONGEST_PATH}%")]
    return [_fixed(By.ALL.value, By.ALL.value)]


def _pouring(parts: Sequence[Part], tokens: int = 1) -> Json:
    made: Json = {"actions": [action for action, _ in parts]}
    return made if tokens == 1 else {**made, "hits_addend": {"number": tokens}}


def _fixed(key: str, value: str) -> Part:
    action = {"generic_key": {"descriptor_key": key, "descriptor_value": value}}
    return action, {"key": key, "value": value}


def _masked(by: By) -> Part:
    v4, v6 = MASKS[by]
    mask = {"v4_prefix_mask_len": v4, "v6_prefix_mask_len": v6}
    return {"masked_remote_address": mask}, {"key": "masked_remote_address"}


def _from_header(header: str, key: str) -> Part:
    return {"request_headers": {"header_name": header, "descriptor_key": key}}, {"key": key}


def _from_route(path: Sequence[str], key: str, value: str | None) -> Part:
    """What a route says, and nothing where it says nothing; some one ``value``, or whatever."""
    action: Json = {
        "metadata": {
            "descriptor_key": key,
            "metadata_key": {"key": "ringwall", "path": [{"key": one} for one in path]},
            "source": "ROUTE_ENTRY",
        }
    }
    return action, {"key": key} if value is None else {"key": key, "value": value}


def unless_from(networks: Sequence[Network]) -> Json:
    """The action that makes :data:`LIMITED` of whoever is not from these networks."""
    told = {"descriptor_key": LIMITED["key"], "descriptor_value": LIMITED["value"]}
    matcher = {"ranges": [_range(one) for one in networks], "invert_match": True}
    return {"remote_address_match": {**told, "address_matcher": matcher}}


def _range(network: Network) -> Json:
    return {"address_prefix": str(network.network_address), "prefix_len": network.prefixlen}


def _of_format(key: str, value: str) -> Part:
    """What a format makes; this action alone takes one, so that it asks for any address at all."""
    told = {"descriptor_key": key, "descriptor_value": value}
    matcher = {"ranges": [_range(one) for one in _EVERYBODY]}
    return {"remote_address_match": {**told, "address_matcher": matcher}}, {"key": key}


def _quoted(text: str) -> str:
    """Text in RE2: names hold letters, digits and a few signs, of which the dot has a meaning."""
    return text.replace(".", r"\.").replace("|", r"\|").replace("+", r"\+")


def _unless(header: str, pattern: str, key: str) -> Part:
    matcher = {"name": header, "string_match": {"safe_regex": {"regex": pattern}}}
    return _if_header(key, matcher, expect=False)


def _if_header(key: str, matcher: Json, *, expect: bool = True) -> Part:
    return _if_headers(key, key, [matcher], expect=expect)


def _if_headers(key: str, value: str, matchers: Sequence[Json], *, expect: bool) -> Part:
    """For requests of which all matchers are true, or where it is not ``expect`` that they are."""
    told = {"descriptor_key": key, "descriptor_value": value, "headers": list(matchers)}
    action = {"header_value_match": told if expect else {**told, "expect_match": False}}
    return action, {"key": key, "value": value}


_IF_A_PERSON: Final = _if_header(_PERSON, {"name": "x-ringwall-strength", "present_match": True})
"""Programs are their own subject too: only of people it is said how surely they were proven."""
_IF_A_LOOK: Final = _if_header(
    "look", {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(LOOKS)}}}
)
_IF_NOBODY: Final = _if_header(
    _NOBODY, {"name": _HEADERS[By.USER], "present_match": True}, expect=False
)

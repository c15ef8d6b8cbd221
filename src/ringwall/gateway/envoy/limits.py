"""Limits as filters that count requests: by address before anybody is known, then by who it is.

All are ECDS resources (``local_ratelimit``): a new limit drains no listener, and what routes say
changes no bucket. Every connection manager, and so every host, counts for itself, over all workers
(ADR 0016).

A request pours into every bucket that is about it, and is refused by the first that is empty. The
buckets of a limit are remembered up to a number, and who is forgotten has a full one again: what an
attacker gains by many addresses the parent of them all counts, that of the network.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ringwall.gateway.availability.config import Availability, Tell
from ringwall.gateway.availability.limiting import Limit, Rate, When
from ringwall.gateway.config import Route, RoutePurpose
from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.buckets import bucket
from ringwall.gateway.envoy.counting import Counting, told_of
from ringwall.gateway.envoy.resources import Json, extension, typed

PURPOSE_FILTER: Final = "ringwall.purpose"
"""The limits of some routes, such as that of sign-in, and those of all together, before anybody is
known. It stands in the chain for the routes that have such limits, and is the same in peace and in
alarm: nobody has the double of these, or a full bucket because an attack begins."""
ADDRESS_FILTER: Final = "ringwall.address"
APART_FILTER: Final = "ringwall.address-apart"
"""The same while an attack is under way: who shows nothing is counted apart from who shows a cookie
or a key, so that a flood leaves people at the same address what they had."""
IDENTITY_FILTER: Final = "ringwall.identity"
ALARM_FILTER: Final = "ringwall.alarm"
"""The limits that hold only while an attack is under way, after it is known who asks."""
TYPE: Final = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"

_ALWAYS: Final[Json] = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_FEWEST: Final = 100
"""Buckets that a host remembers of a limit at least."""
PAGES: Final[Mapping[RoutePurpose, tuple[str, ...]]] = {
    RoutePurpose.SIGN_IN: ("/accounts/login", "/accounts/2fa/authenticate", "/sign-on"),
    RoutePurpose.SIGN_UP: ("/accounts/signup", "/invitations/", "/first"),
    RoutePurpose.RESET: ("/accounts/password/reset", "/recover"),
}
"""What is sent to Ringwall's own host of sign-in for which purpose, by the beginning of the path.
Every page of it has the purpose of pages besides."""


class EdgeLimits:
    """The limits of one edge: which filters they need, and what routes say about them."""

    def __init__(
        self,
        availability: Availability,
        *,
        routes: Collection[Route],
        hosts: int,
        signs_in: bool,
    ) -> None:
        """``routes`` of all hosts, of which there are ``hosts``.

        Where nobody ``signs_in``, whoever asks is an address.
        """
        purposes = {route.purpose for route in routes} | (
            {*PAGES, RoutePurpose.PAGES} if signs_in else set()
        )
        named = {route.name for route in routes}
        self._availability, self._hosts = availability, hosts
        self._costs = sorted({route.cost for route in routes} - {1})
        self._limits = {
            name: limit if signs_in else limit.of_nobody()
            for name, limit in availability.in_force().items()
            if (signs_in or not limit.of_nobody().asks_who)
            and (
                not limit.is_of_some_routes
                or limit.purpose in purposes
                or not named.isdisjoint(limit.routes)
            )
        }

    def of_addresses(self) -> dict[str, Limit]:
        """Those that every request meets, and before anybody is known, by name."""
        return {
            name: one
            for name, one in self._always().items()
            if not one.asks_who and one.is_everywhere
        }

    def of_purposes(self) -> dict[str, Limit]:
        """The others of before anybody is known."""
        return {
            name: one
            for name, one in self._always().items()
            if not one.asks_who and not one.is_everywhere
        }

    @property
    def counts_all_together(self) -> bool:
        """Whether all requests meet :data:`PURPOSE_FILTER`, not those of some routes alone."""
        return any(not one.is_of_some_routes for one in self.of_purposes().values())

    def of_people(self) -> dict[str, Limit]:
        """Those that need to know who asks, if anybody can be known."""
        return {name: one for name, one in self._always().items() if one.asks_who}

    def of_alarm(self) -> dict[str, Limit]:
        """Those that hold only while an attack is under way."""
        return {name: one for name, one in self._limits.items() if one.when is When.ALARM}

    def _always(self) -> dict[str, Limit]:
        return {name: one for name, one in self._limits.items() if one.when is When.ALWAYS}

    def at(self, route: Route, entries: Sequence[Json]) -> list[Json]:
        """The entries of a route, which say to the two filters what it meets besides the usual."""
        told = self._told(route.name, (route.purpose,), route.cost)
        if not told:
            return list(entries)
        asks = any(one.is_of(route.name, route.purpose) for one in self.of_people().values())
        has = any(one.is_of(route.name, route.purpose) for one in self.of_purposes().values())
        return [_counted(one, told, asks=asks, has=has) for one in entries]

    def at_page(self, entry: Json, *purposes: RoutePurpose) -> Json:
        """The same of a page of Ringwall's own, which is no route of the configuration."""
        has = any(
            one.is_of("", purpose) for one in self.of_purposes().values() for purpose in purposes
        )
        return _counted(entry, self._told("", purposes, 1), asks=False, has=has)

    def _told(self, route: str, purposes: Sequence[RoutePurpose | None], cost: int) -> Json:
        names = [
            name
            for name, one in self._limits.items()
            if any(one.is_of(route, purpose) for purpose in purposes)
        ]
        is_counted = any(one.counts_routes for one in self._limits.values())
        return told_of(names, cost=cost, route=route if is_counted else None)

    def has(self, name: str) -> bool:
        """Whether a filter has anything to count."""
        return bool(self._by_filter()[name])

    def filters(self) -> dict[str, Json]:
        """The ECDS resources, by name."""
        found = self._by_filter()
        return {name: self._resource(name, limits) for name, limits in found.items() if limits}

    def _by_filter(self) -> dict[str, dict[str, Limit]]:
        return {
            PURPOSE_FILTER: self.of_purposes(),
            ADDRESS_FILTER: self.of_addresses(),
            IDENTITY_FILTER: self.of_people(),
            ALARM_FILTER: self.of_alarm(),
        }

    def apart(self, nothing_shown: Sequence[Json]) -> Json:
        """That of the limits of addresses: ``nothing_shown`` says who has buckets apart.

        They are other buckets than those of peace, and full when the alarm is raised.
        """
        return self._resource(APART_FILTER, self.of_addresses(), apart=nothing_shown)

    def _resource(
        self, name: str, limits: Mapping[str, Limit], *, apart: Sequence[Json] = ()
    ) -> Json:
        counts = Counting(
            self._availability.exempt,
            known=name in {IDENTITY_FILTER, ALARM_FILTER},
            costs=self._costs,
            apart=apart,
        )
        keys = [
            (limit, key) for called, limit in limits.items() for key in counts.of(called, limit)
        ]
        return counting(
            name,
            keys=keys_each(self._availability.keys, self._hosts),
            rate_limits=[action for _, key in keys for action in key.rate_limits],
            descriptors=[
                {
                    "entries": list(key.entries),
                    "token_bucket": bucket(Rate.of(limit.rate), limit.burst),
                }
                for limit, key in keys
            ],
            tells=self._availability.tell is not Tell.NOTHING,
        )


def counting(
    name: str,
    *,
    keys: int,
    rate_limits: Sequence[Json],
    descriptors: Sequence[Json],
    tells: bool = False,
) -> Json:
    """The ECDS resource of a filter that counts requests; ``keys`` of each limit are remembered.

    With ``tells`` answers say how much is left.
    """
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": name,
        "typed_config": typed(
            TYPE,
            stat_prefix=name.replace(".", "_"),
            filter_enabled=_ALWAYS,
            filter_enforced=_ALWAYS,
            # For whom no limit is: nothing else is counted for them.
            token_bucket=bucket(Rate(10_000_000, 1), 10_000_000),
            always_consume_default_token_bucket=False,
            enable_retry_after_header=True,
            **({"enable_x_ratelimit_headers": "DRAFT_VERSION_03"} if tells else {}),
            max_dynamic_descriptors=keys,
            rate_limits=list(rate_limits),
            descriptors=list(descriptors),
        ),
    }


def _counted(entry: Json, told: Json, *, asks: bool, has: bool) -> Json:
    """An entry that says ``told``; where it ``asks``, whoever it is meets limits of people.

    Where it ``has`` limits of its own that ask for nobody, their filter is there.
    """
    already = entry.get("metadata", {}).get("filter_metadata", {}).get("ringwall", {})
    found = {**entry, "metadata": {"filter_metadata": {"ringwall": {**already, **told}}}}
    filters = found.get("typed_per_filter_config", {})
    if asks and IDENTITY_FILTER in filters:
        filters = {name: one for name, one in filters.items() if name != IDENTITY_FILTER}
        found["typed_per_filter_config"] = filters
    if has:
        found["typed_per_filter_config"] = {**filters, PURPOSE_FILTER: http.with_filter()}
    return found


def keys_each(keys: int, hosts: int) -> int:
    """How many buckets each host remembers, so that all of them together stay below ``keys``.

    In halves, so that one more host seldom empties the buckets of the others.
    """
    return max(_FEWEST, keys >> max(0, hosts - 1).bit_length())


def saying(tell: Tell) -> list[Json]:
    """The filter that says the draft's ``RateLimit`` instead of Envoy's three headers, if asked."""
    if tell is not Tell.DRAFT:
        return []
    return [
        extension(
            "ringwall.ratelimit",
            "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            mutations={
                "response_mutations": [
                    {
                        "append": {
                            "header": {"key": "ratelimit", "value": _DRAFT},
                            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                        }
                    },
                    *({"remove": one} for one in _USUAL),
                ]
            },
        )
    ]


_USUAL: Final = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_DRAFT: Final = (
    '"limit";r=%RESPONSE_HEADER(x-ratelimit-remaining)%;t=%RESPONSE_HEADER(x-ratelimit-reset)%'
)

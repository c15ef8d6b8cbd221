"""Limits as two filters that count requests: by address before anybody is known, then by who it is.

Both are ECDS resources (``local_ratelimit``): a new limit drains no listener, and what routes say
changes no bucket. Every connection manager, and so every host, counts for itself, over all workers
(ADR 0016).

A request pours into every bucket that is about it, and is refused by the first that is empty. The
buckets of a limit are remembered up to a number, and who is forgotten has a full one again: what an
attacker gains by many addresses the parent of them all counts, that of the network.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.availability.limiting import OF_ADDRESSES, By, Limit, Rate
from ringwall.gateway.config import Network
from ringwall.gateway.envoy.buckets import bucket
from ringwall.gateway.envoy.resources import Json, typed

ADDRESS_FILTER: Final = "ringwall.address"
APART_FILTER: Final = "ringwall.address-apart"
"""The same while an attack is under way: who shows nothing is counted apart from who shows a cookie
or a key, so that a flood leaves people at the same address what they had."""
IDENTITY_FILTER: Final = "ringwall.identity"
TYPE: Final = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"

_ALWAYS: Final[Json] = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_FEWEST: Final = 100
"""Buckets that a host remembers of a limit at least."""
_LIMIT, _PERSON, _SHOWN = "limit", "person", "shown"
LIMITED: Final[Json] = {"key": "limited", "value": "limited"}
"""The entry of a key for those who are not exempt."""

_MASKS: Final[Mapping[By, tuple[int, int]]] = {By.ADDRESS: (32, 64), By.NETWORK: (24, 48)}
_HEADERS: Final[Mapping[By, str]] = {
    By.USER: "x-ringwall-user",
    By.PROGRAM: "x-ringwall-client",
    By.TENANT: "x-ringwall-tenant",
}


def by_address(availability: Availability, *, hosts: int) -> Json | None:
    """The ECDS resource of the limits of addresses; ``None`` where there are none."""
    return _resource(ADDRESS_FILTER, availability, hosts, addresses=True)


def by_address_apart(
    availability: Availability, *, hosts: int, nothing_shown: Sequence[Json]
) -> Json | None:
    """That of the limits of addresses, twice: ``nothing_shown`` says to whom the first is for."""
    return _resource(APART_FILTER, availability, hosts, addresses=True, nothing_shown=nothing_shown)


def by_identity(availability: Availability, *, hosts: int) -> Json | None:
    """That of the limits of people, programs and tenants."""
    return _resource(IDENTITY_FILTER, availability, hosts, addresses=False)


def are_there(availability: Availability, *, addresses: bool) -> bool:
    """Whether there are limits of addresses, or of people, at all."""
    return bool(_of(availability, addresses=addresses))


def whose(limit: Limit, exempt: Sequence[Network]) -> list[Json]:
    """The actions that tell whose bucket of a limit a request pours into, if any at all."""
    actions, _ = _Counted(exempt).by("", limit)
    return actions


def keys_each(keys: int, hosts: int) -> int:
    """How many buckets each host remembers, so that all of them together stay below ``keys``.

    In halves, so that one more host seldom empties the buckets of the others.
    """
    return max(_FEWEST, keys >> max(0, hosts - 1).bit_length())


def _of(availability: Availability, *, addresses: bool) -> dict[str, Limit]:
    return {
        called: limit
        for called, limit in availability.in_force().items()
        if (limit.by in OF_ADDRESSES) == addresses
    }


def _resource(
    name: str,
    availability: Availability,
    hosts: int,
    *,
    addresses: bool,
    nothing_shown: Sequence[Json] = (),
) -> Json | None:
    found = _of(availability, addresses=addresses)
    if not found:
        return None
    counted = _Counted(availability.exempt.networks)
    keys = [(limit, *counted.by(called, limit)) for called, limit in found.items()]
    if nothing_shown:
        keys = [one for key in keys for one in _apart(*key, nothing_shown)]
    return counting(
        name,
        keys=keys_each(availability.keys, hosts),
        rate_limits=[{"actions": actions} for _, actions, _ in keys],
        descriptors=[
            {"entries": entries, "token_bucket": bucket(Rate.of(limit.rate), limit.burst)}
            for limit, _, entries in keys
        ],
    )


def counting(
    name: str, *, keys: int, rate_limits: Sequence[Json], descriptors: Sequence[Json]
) -> Json:
    """The ECDS resource of a filter that counts requests; ``keys`` of each limit are remembered."""
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
            max_dynamic_descriptors=keys,
            rate_limits=rate_limits,
            descriptors=descriptors,
        ),
    }


def _apart(
    limit: Limit, actions: list[Json], entries: list[Json], nothing_shown: Sequence[Json]
) -> list[tuple[Limit, list[Json], list[Json]]]:
    """A limit for those who show nothing, and the same once more for those who show something."""
    found = []
    for shows, value in ((False, "nothing"), (True, "something")):
        match = {
            "descriptor_key": _SHOWN,
            "descriptor_value": value,
            "expect_match": not shows,
            "headers": list(nothing_shown),
        }
        entry = {"key": _SHOWN, "value": value}
        found.append((limit, [*actions, {"header_value_match": match}], [*entries, entry]))
    return found


class _Counted:
    """What makes a request's key for a limit, and the entries of the keys that the limit is for.

    No two limits may have keys of the same names, or the wrong one would be met: where that would
    be, the limit's own name comes first.
    """

    def __init__(self, exempt: Sequence[Network]) -> None:
        self._exempt = exempt
        self._taken: set[tuple[str, ...]] = set()

    def by(self, name: str, limit: Limit) -> tuple[list[Json], list[Json]]:
        """Actions and entries."""
        actions, entries = self._of(limit)
        names = tuple(entry["key"] for entry in entries)
        if names in self._taken:
            key = {"descriptor_key": _LIMIT, "descriptor_value": name}
            actions = [{"generic_key": key}, *actions]
            entries = [{"key": _LIMIT, "value": name}, *entries]
        self._taken.add(names)
        return actions, entries

    def _of(self, limit: Limit) -> tuple[list[Json], list[Json]]:
        actions: list[Json] = []
        entries: list[Json] = []
        if self._exempt:
            actions.append(unless_from(self._exempt))
            entries.append(LIMITED)
        if limit.by in OF_ADDRESSES:
            v4, v6 = _MASKS[limit.by]
            mask = {"v4_prefix_mask_len": v4, "v6_prefix_mask_len": v6}
            actions.append({"masked_remote_address": mask})
            entries.append({"key": "masked_remote_address"})
            return actions, entries
        if limit.by is By.USER:
            actions.append(_IF_A_PERSON)
            entries.append({"key": _PERSON, "value": _PERSON})
        header = {"header_name": _HEADERS[limit.by], "descriptor_key": limit.by.value}
        actions.append({"request_headers": header})
        entries.append({"key": limit.by.value})
        return actions, entries


def unless_from(networks: Sequence[Network]) -> Json:
    """The action that makes :data:`LIMITED` of whoever is not from these networks."""
    ranges = [
        {"address_prefix": str(one.network_address), "prefix_len": one.prefixlen}
        for one in networks
    ]
    return {
        "remote_address_match": {
            "descriptor_key": LIMITED["key"],
            "descriptor_value": LIMITED["value"],
            "address_matcher": {"ranges": ranges, "invert_match": True},
        }
    }


_IF_A_PERSON: Final[Json] = {
    "header_value_match": {
        "descriptor_key": _PERSON,
        "descriptor_value": _PERSON,
        "headers": [{"name": "x-ringwall-strength", "present_match": True}],
    }
}
"""Programs are their own subject too: only of people it is said how surely they were proven."""

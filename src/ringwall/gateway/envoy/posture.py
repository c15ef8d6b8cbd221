"""What the edge has besides while an attack is under way, and the route table that switches it on.

In peace the filters stand in the chain, but are not there at all. In alarm a table of the same
routes differs from that of peace in three things. It switches the filters on. Routes where nobody
is asked who there is find out all the same who is known, so that strict limits and questions meet
strangers alone; services are told nothing of it, and nobody is refused for it. And routes that are
not to be challenged, or vital and so not held to the strict limit, say so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.config import Network, Priority, Route
from ringwall.gateway.envoy import http, limits, signed_in
from ringwall.gateway.envoy.challenge import (
    CHALLENGE_FILTER,
    CHALLENGE_TYPE,
    PASSED_HEADER,
    challenge_filter,
    page_reply,
)
from ringwall.gateway.envoy.counting import NOTHING_SHOWN
from ringwall.gateway.envoy.nobody import NOBODY_FILTER, nobody_filter
from ringwall.gateway.envoy.resources import Folder, Json
from ringwall.gateway.envoy.salting import Asking
from ringwall.gateway.envoy.shedding import (
    SHED_FILTER,
    SHED_TYPE,
    shed_by,
    shed_filter,
    shed_reply,
)
from ringwall.gateway.envoy.signed_in import Verifying, protected_hosts

_FILTERS: Final = "typed_per_filter_config"
_TAKEN: Final = "request_headers_to_remove"


@dataclass(frozen=True, slots=True)
class Alarm:
    """The alarm of one edge. ``asking`` is what the challenge's questions are made with."""

    availability: Availability
    counted: limits.EdgeLimits
    asking: Asking
    verifying: Verifying | None

    @property
    def counts_apart(self) -> bool:
        """Whether those who show nothing have limits apart; where nobody signs in all are alike."""
        return self.verifying is not None and self.counted.has(limits.ADDRESS_FILTER)

    def resources(self, *, hosts: int) -> dict[str, Json]:
        """The ECDS resources, by name; ``hosts`` of the edge share what is remembered."""
        found: dict[str, Json] = {}
        exempt = self.availability.exempt.networks
        if self.counts_apart:
            found[limits.APART_FILTER] = self.counted.apart(NOTHING_SHOWN)
        if self.availability.challenge is not None:
            found[CHALLENGE_FILTER] = challenge_filter(
                self.availability.challenge, asking=self.asking, exempt=exempt
            )
        found[SHED_FILTER] = shed_filter(exempt)
        if self.availability.nobody is not None:
            keys = limits.keys_each(self.availability.keys, hosts)
            found[NOBODY_FILTER] = nobody_filter(self.availability.nobody, exempt=exempt, keys=keys)
        return found

    def before_who(self, folder: Folder) -> list[Json]:
        """What stands in the chain before it is found out who is asking."""
        return [_standby(folder, limits.APART_FILTER, limits.TYPE)] if self.counts_apart else []

    def after_who(self, folder: Folder) -> list[Json]:
        """What stands there after that.

        The challenge comes first, so that strict limits spare who has passed it.
        """
        found: list[Json] = []
        if self.availability.challenge is not None:
            found.append(_standby(folder, CHALLENGE_FILTER, CHALLENGE_TYPE))
        if self.availability.nobody is not None:
            found.append(_standby(folder, NOBODY_FILTER, limits.TYPE))
        if self.counted.has(limits.ALARM_FILTER):
            found.append(_standby(folder, limits.ALARM_FILTER, limits.TYPE))
        found.append(_standby(folder, SHED_FILTER, SHED_TYPE))
        return found

    def replies(self) -> list[Json]:
        """The local-reply mappers of what the edge says in alarm."""
        challenge = self.availability.challenge
        return [shed_reply(), *([] if challenge is None else [page_reply(challenge)])]

    def table(self, table: Json, routes: Sequence[Route]) -> Json:
        """A route table as it is in alarm; nothing of the given one is changed."""
        on = {
            one["name"]: http.with_filter()
            for one in (*self.before_who(_ANY), *self.after_who(_ANY))
        }
        if self.counts_apart:
            on[limits.ADDRESS_FILTER] = http.without_filter()
        tokens_for = () if self.verifying is None else protected_hosts(self.verifying)
        unchallenged = {one.name for one in routes if not one.challenge}
        if self.availability.challenge is None:
            unchallenged = set()
        spared = {name: [CHALLENGE_FILTER] for name in unchallenged}
        for one in routes:
            if one.priority is Priority.VITAL:  # such as what health checks ask
                spared.setdefault(one.name, []).append(NOBODY_FILTER)
        priorities = {one.name: one.priority for one in routes}
        exempt = self.availability.exempt.networks
        hosts = [
            _shed(_host(one, on, spared, tokens_for), priorities, exempt)
            for one in table["virtual_hosts"]
        ]
        taken = [*table.get(_TAKEN, ()), PASSED_HEADER]
        return {**table, "virtual_hosts": hosts, _TAKEN: taken}


_ANY: Final = Folder("")


def _standby(folder: Folder, name: str, kind: str) -> Json:
    return http.dynamic_filter(name, folder.file(f"ecds-{name}.json"), kind, disabled=True)


def _host(
    host: Json, on: Json, spared: Mapping[str, Sequence[str]], tokens_for: Collection[str]
) -> Json:
    routes = host["routes"]
    if host["name"] in tokens_for:
        routes = [_recognising(one, host["name"]) for one in routes]
    routes = [_spared(one, spared.get(one.get("name", ""), ())) for one in routes]
    return {**host, "routes": routes, _FILTERS: {**host.get(_FILTERS, {}), **on}}


def _shed(host: Json, priorities: Mapping[str, Priority], exempt: Sequence[Network]) -> Json:
    """With what each route says of what is shed."""
    routes = []
    for one in host["routes"]:
        said = shed_by(priorities.get(one.get("name", "")), exempt)
        filters = one.get(_FILTERS, {})
        routes.append(one if said is None else {**one, _FILTERS: {**filters, SHED_FILTER: said}})
    return {**host, "routes": routes}


def _recognising(entry: Json, host: str) -> Json:
    """An entry where nobody is asked; of others, and where nothing was shown, nothing changes."""
    own = entry.get(_FILTERS, {})
    if not signed_in.is_nobody_asked(own):
        return entry
    told = entry.get("metadata", {}).get("filter_metadata", {})
    return {
        **entry,
        _FILTERS: signed_in.recognised(own, host),
        _TAKEN: [*entry.get(_TAKEN, ()), *signed_in.TOLD_OF_SOMEBODY],
        "metadata": {"filter_metadata": {**told, **signed_in.OPEN}},
        "response_headers_to_add": [
            *entry.get("response_headers_to_add", ()),
            *signed_in.COOKIE_GIVEN,
        ],
    }


def _spared(entry: Json, filters: Sequence[str]) -> Json:
    if not filters:
        return entry
    without = {name: http.without_filter() for name in filters}
    return {**entry, _FILTERS: {**entry.get(_FILTERS, {}), **without}}

"""One route as Envoy's entries: what is matched, where it goes, how long and how often."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.availability.answers import Maintenance
from ringwall.gateway.config import BODY_LIMIT, Edge, Route, SignIn
from ringwall.gateway.envoy import caching, conditions, headers, http, own_answers, signed_in
from ringwall.gateway.envoy.challenge import CHALLENGE_FILTER
from ringwall.gateway.envoy.counting import NOTHING_SHOWN
from ringwall.gateway.envoy.nobody import NOBODY_FILTER
from ringwall.gateway.envoy.permissions import Permitted
from ringwall.gateway.envoy.resources import Json, seconds, typed
from ringwall.gateway.envoy.signed_in import Verifying
from ringwall.gateway.paths import PathTemplate
from ringwall.inventory.config import Service, UpstreamTls

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""RFC 9110 section 9.2.2."""

SAFE: Final = frozenset({"GET", "HEAD"})
"""RFC 9110 section 9.2.1, as far as answers are worth keeping."""

SAFE_TO_REPEAT: Final = "connect-failure,refused-stream,reset-before-request"
"""The request has not reached the service: repeating it is right for every method."""

_STREAM_IDLE: Final = 900.0

_ELSEWHERE: Final[Json] = {
    "retry_host_predicate": [
        {
            "name": "envoy.retry_host_predicates.previous_hosts",
            "typed_config": typed(
                "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
            ),
        }
    ],
    "host_selection_retry_max_attempts": 3,
}
"""A retry goes to another address where there is one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A route with its template read."""

    route: Route
    template: PathTemplate


Permitting = Callable[[str], Permitted]
"""What policies make of a method of one route on one host."""


@dataclass(frozen=True, slots=True)
class Asked:
    """On which host somebody's name is asked for, and how it is verified."""

    host: str
    verifying: Verifying
    with_certificates: bool = False


def expand(methods: Sequence[str]) -> tuple[str, ...]:
    """The methods a route takes: GET brings HEAD with it (RFC 9110 section 9.3.2)."""
    return tuple(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))


def entries(
    placed: Placed,
    methods: Sequence[str],
    edge: Edge,
    service: Service,
    asked: Asked | None = None,
    *,
    permitting: Permitting | None = None,
) -> list[Json]:
    """The entries of one route for some of its methods, in the order they are to be tried.

    ``permitting`` tells what policies make of a method; methods that it makes the same of share
    their entries.
    """
    maintenance = placed.route.maintenance
    if maintenance is not None:
        return [_worked_on(placed, maintenance, methods, edge, asked)]
    if permitting is None:
        return _alike(placed, methods, edge, service, asked, permitted=None)
    alike: list[tuple[Permitted, list[str]]] = []
    for method in methods:
        permitted = permitting(method)
        group = next((group for other, group in alike if other == permitted), None)
        if group is None:
            alike.append((permitted, [method]))
        else:
            group.append(method)
    return [
        entry
        for permitted, group in alike
        for entry in _alike(placed, group, edge, service, asked, permitted=permitted)
    ]


def _alike(
    placed: Placed,
    methods: Sequence[str],
    edge: Edge,
    service: Service,
    asked: Asked | None,
    *,
    permitted: Permitted | None,
) -> list[Json]:
    """The entries of methods that policies make the same of."""
    route = placed.route
    found: list[Json] = []
    if route.websocket and "GET" in methods:
        found.append(_websocket(placed, edge, service, asked, permitted=permitted))
    repeatable = [m for m in methods if m in IDEMPOTENT]
    if route.retries is None or not route.retries.attempts:
        repeatable = []
    rest = [m for m in methods if m not in repeatable]
    if repeatable:
        retry = _retries(route)
        found.append(
            _exchange(placed, repeatable, edge, service, asked, permitted=permitted, retry=retry)
        )
    if rest:
        found.append(
            _exchange(placed, rest, edge, service, asked, permitted=permitted, retry=_only_unsent())
        )
    safe = [m for m in methods if m in SAFE]
    if route.cache is not None and safe:
        retry = _retries(route) if set(safe) <= set(repeatable) else _only_unsent()
        plain = _exchange(placed, safe, edge, service, asked, permitted=permitted, retry=retry)
        found.insert(0, caching.kept(plain, route.cache))
    if asked is not None and signed_in.sign_in_of(route, asked.verifying) is SignIn.NONE:
        found = [two for one in found for two in (_with_nothing_shown(one), one)]
    return found


def _with_nothing_shown(entry: Json) -> Json:
    """The same entry for requests that bring nothing of the edge's, so that nobody looks for it.

    To begin the filter that does would cost an open route a twentieth.
    """
    match, filters = entry["match"], entry["typed_per_filter_config"]
    return {
        **entry,
        "match": {**match, "headers": [*match["headers"], *NOTHING_SHOWN]},
        "typed_per_filter_config": {**filters, **signed_in.nothing_taken()},
    }


_NOT_HELD_UP: Final[Json] = {
    CHALLENGE_FILTER: http.without_filter(),
    NOBODY_FILTER: http.without_filter(),
}
"""An answer of the edge's own is cheaper than to ask who is there, or to refuse."""


def _worked_on(
    placed: Placed,
    maintenance: Maintenance,
    methods: Sequence[str],
    edge: Edge,
    asked: Asked | None,
) -> Json:
    """What answers by itself, and asks nobody who is there."""
    route = placed.route
    given = headers.setting(headers.merged(edge.response_headers, route.response_headers))
    entry = {
        "name": route.name,
        "match": {**placed.template.envoy_match(), "headers": [method_match(methods)]},
        **own_answers.worked_on(maintenance, given),
    }
    nobody = {} if asked is None else signed_in.nothing_asked()
    return _with(entry, {**nobody, **_NOT_HELD_UP})


def _exchange(
    placed: Placed,
    methods: Sequence[str],
    edge: Edge,
    service: Service,
    asked: Asked | None,
    *,
    permitted: Permitted | None,
    retry: Json,
) -> Json:
    """A request and its answer."""
    route = placed.route
    idle = route.idle_timeout
    if idle is None and route.streaming:
        idle = _STREAM_IDLE
    elif idle is None and route.timeout >= edge.limits.stream_idle:
        idle = route.timeout + 1.0  # or waiting for the answer would end as idleness, too early
    action: Json = {
        **_destination(route, service),
        "timeout": "0s" if route.streaming else seconds(route.timeout),
        "retry_policy": retry,
    }
    if idle is not None:
        action["idle_timeout"] = seconds(idle)
    entry = _entry(
        placed, [method_match(methods)], action, edge, service, asked=asked, permitted=permitted
    )
    if route.body_limit == BODY_LIMIT:
        return _with(entry, _filters(route, asked, permitted))
    limit = http.body_limit(route.body_limit)
    return _with(entry, _filters(route, asked, permitted, limit, standard_limit=False))


def _filters(
    route: Route,
    asked: Asked | None,
    permitted: Permitted | None,
    *own: Json,
    standard_limit: bool = True,
) -> Json:
    """What the route says about shared filters, and the filters it brings."""
    found: Json = {} if standard_limit else {http.STANDARD_LIMIT: http.without_filter()}
    may = () if permitted is None else permitted.permissions.filters
    if route.when_gone is not None:
        own = (*own, own_answers.when_gone(route.when_gone))
    brought = [*may, *own]
    if asked is not None:
        found |= signed_in.per_route(route, asked.host, asked.verifying)
        brought = [
            *conditions.own_filters(
                route, asked.host, asked.verifying, with_certificates=asked.with_certificates
            ),
            *may,
            *own,
        ]
    if brought:
        found[http.ROUTE_SLOT] = http.route_filters(*brought)
    return found


def _with(entry: Json, filters: Json) -> Json:
    return {**entry, "typed_per_filter_config": filters} if filters else entry


def _websocket(
    placed: Placed,
    edge: Edge,
    service: Service,
    asked: Asked | None,
    *,
    permitted: Permitted | None,
) -> Json:
    """A WebSocket (RFC 6455): neither its length nor the bytes that flow are limited.

    The header stands for a real upgrade: Envoy removes it from requests that ask for none.
    """
    route = placed.route
    action: Json = {
        **_destination(route, service),
        "timeout": "0s",
        "idle_timeout": seconds(route.idle_timeout or _STREAM_IDLE),
        "retry_policy": _only_unsent(),
        "upgrade_configs": [{"upgrade_type": "websocket", "enabled": True}],
    }
    upgrade = {"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}
    matched = [method_match(["GET"]), upgrade]
    entry = _entry(placed, matched, action, edge, service, asked=asked, permitted=permitted)
    return _with(entry, _filters(route, asked, permitted, standard_limit=False))


def _entry(
    placed: Placed,
    matched: list[Json],
    action: Json,
    edge: Edge,
    service: Service,
    *,
    asked: Asked | None,
    permitted: Permitted | None,
) -> Json:
    route = placed.route
    is_asked = asked is not None and signed_in.sign_in_of(route, asked.verifying) is not SignIn.NONE
    given = headers.merged(edge.response_headers, service.response_headers, route.response_headers)
    return {
        "name": route.name,
        "match": {**placed.template.envoy_match(), "headers": matched},
        "route": action,
        "response_headers_to_add": [
            *headers.setting(given),
            *(signed_in.COOKIE_GIVEN if is_asked else []),
        ],
        **_told(route, permitted),
    }


def _told(route: Route, permitted: Permitted | None) -> Json:
    """What answers and records say about a route: what more it asks, by which policies."""
    told: Json = {}
    if permitted is not None:
        told["policies"] = permitted.hash
        if permitted.shadow is not None:
            told["shadow"] = permitted.shadow
        if permitted.action is not None:
            told["action"] = permitted.action
    factor, within = conditions.strongest(
        (route.factor, route.factor_within),
        (None, None) if permitted is None else (permitted.factor, permitted.within),
    )
    if factor is not None or within is not None:
        told |= conditions.asked_of(factor, within)
    return {"metadata": {"filter_metadata": {"ringwall": told}}} if told else {}


def _destination(route: Route, service: Service) -> Json:
    if service.tls is UpstreamTls.SERVER and service.server_name:
        return {"cluster": route.service, "host_rewrite_literal": service.server_name}
    return {"cluster": route.service}


def _only_unsent() -> Json:
    return {"retry_on": SAFE_TO_REPEAT, "num_retries": 2, **_ELSEWHERE}


def _retries(route: Route) -> Json:
    retries = route.retries
    if retries is None:
        return _only_unsent()
    policy: Json = {
        "retry_on": ",".join([SAFE_TO_REPEAT, *retries.on]),
        "num_retries": retries.attempts,
        "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.250s"},
        **_ELSEWHERE,
    }
    if retries.per_try is not None:
        policy["per_try_timeout"] = seconds(retries.per_try)
    return policy


def method_match(methods: Sequence[str]) -> Json:
    """A header matcher for any of these methods."""
    if len(methods) == 1:
        return {"name": ":method", "string_match": {"exact": methods[0]}}
    return {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(methods)}}}

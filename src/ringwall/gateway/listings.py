"""What the inventory is told of Ringwall's own: the edge as it is declared, who can ask, the log.

Found by discovery. It stands here, above identity and the log, since it speaks of all of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.components import Found, Relation, RelationKind
from ringwall.core.observations import Collected, Observation, State
from ringwall.gateway import aspects as declared
from ringwall.gateway.traffic import DAYS, Traffic, seen_apart
from ringwall.gateway.wanted import Wanted
from ringwall.inventory.config import Service
from ringwall.inventory.listing import CATEGORIES, INTERNET, Listing
from ringwall.inventory.rules import CATEGORY_NAMES
from ringwall.lake.places import Places
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation

SCOPE: Final = "ringwall"
EDGE: Final = "ringwall-edge/edge"
_IDENTITY: Final = "ringwall.identity.aspects"
_PASSING: Final = frozenset({"activity", "state", "members"})
"""Aspects that are others every minute, or that relations tell."""
_CALLS, _EXPOSES = RelationKind.CALLS, RelationKind.EXPOSES


def listings(installation: Installation) -> Iterator[Listing]:
    """What is declared, who can ask, and what is asked for that nobody declared."""
    now = datetime.now(UTC)
    wanted = Wanted.of(installation.load())
    traffic = traffic_of(installation, wanted, now)
    yield of_configuration(wanted, declared.aspects(installation), traffic, now)
    for module in modules("aspects"):  # without identity, where nobody signs in
        if module.__name__ == _IDENTITY:
            yield of_identity(module.aspects(installation), now)
    yield of_log(traffic, now)


def traffic_of(installation: Installation, wanted: Wanted, now: datetime) -> Traffic | str:
    """What the edge saw; where that cannot be known, why."""
    places = Places(installation.state, installation.run)
    if not places.log.is_dir():
        return "there is no log yet"
    try:
        return seen_apart(places, map(str, wanted.edge.hosts), now=now)
    except Exception as error:  # noqa: BLE001 - told where it is missing; all else can be known
        return f"the log could not be read: {type(error).__name__}: {error}"


def of_configuration(
    wanted: Wanted, components: Iterable[Collected], traffic: Traffic | str, now: datetime
) -> Listing:
    """Edge, hosts, routes, services and certificates, and what of it the internet reaches."""
    return Listing(
        source="ringwall/configuration",
        scope=SCOPE,
        components=[_with_more(one, wanted, traffic) for one in components],
        relations=[*_declared_relations(wanted)],
        complete=True,
        at=now,
        opens=frozenset({"ringwall-edge", "ringwall-host", "ringwall-route", "ringwall-service"}),
    )


def _declared_relations(wanted: Wanted) -> Iterator[Relation]:
    yield Relation(_CALLS, INTERNET, EDGE)
    for host in wanted.edge.hosts:
        yield Relation(_EXPOSES, EDGE, f"ringwall-host/{host}")
    for route in wanted.routes:
        for host in route.hosts:
            yield Relation(_EXPOSES, f"ringwall-host/{host}", f"ringwall-route/{route.name}")
        yield Relation(
            _EXPOSES, f"ringwall-route/{route.name}", f"ringwall-service/{route.service}"
        )
    for name, service in wanted.services.items():
        for other in service.calls:
            yield Relation(_CALLS, f"ringwall-service/{name}", f"ringwall-service/{other}")


def _with_more(one: Collected, wanted: Wanted, traffic: Traffic | str) -> Collected:
    kind, name = one.found.kind, one.found.name
    aspects = {key: told for key, told in one.aspects.items() if key not in _PASSING}
    tags = dict(one.found.tags)
    if kind == "ringwall-certificate":
        state = one.aspects["state"].value
        aspects["certificate"] = _known({key: state[key] for key in ("source", "not_after")})
    if kind == "ringwall-service":
        service = wanted.services[name]
        aspects[CATEGORIES] = _known(_said(service))
        if service_is_beside(service):
            aspects["ways"] = Observation(
                State.ERROR,
                api="configuration",
                why="it has addresses in the network, and what reaches those is not known",
            )
    used = _is_used(kind, name, wanted, traffic)
    if used:
        tags["traffic"] = used
    return replace(one, found=replace(one.found, tags=tuple(sorted(tags.items()))), aspects=aspects)


def service_is_beside(service: Service) -> bool:
    """Whether something else than this machine can reach it without the edge."""
    return not all(address.is_loopback for address in service.addresses)


def _said(service: Service) -> dict[str, str]:
    """The categories that its declaration names; the rest is up to rules."""
    return {
        name: str(getattr(service, name))
        for name in CATEGORY_NAMES
        if name in service.model_fields_set
    }


def _is_used(kind: str, name: str, wanted: Wanted, traffic: Traffic | str) -> str:
    """``used`` or ``none`` in the last days, or ``unknown``; nothing for other kinds."""
    if kind == "ringwall-route":
        several = [name]
    elif kind == "ringwall-service":
        if any(name in other.calls for other in wanted.services.values()):
            return "inside"  # others may call it, of which the edge sees nothing
        several = [route.name for route in wanted.routes if route.service == name]
    else:
        return ""
    if isinstance(traffic, str):
        return "unknown"
    return "used" if any(traffic.routes.get(one) for one in several) else "none"


def of_identity(components: Iterable[Collected], now: datetime) -> Listing:
    """People by their ids alone, organisations, clients and keys; and who may act for whom."""
    told = list(components)
    relations = [
        Relation(
            RelationKind.CAN_ASSUME,
            f"ringwall-person/{member['person']}",
            one.found.id,
        )
        for one in told
        if one.found.kind == "ringwall-organisation" and "members" in one.aspects
        for member in one.aspects["members"].value
    ]
    return Listing(
        source="ringwall/identity",
        scope=SCOPE,
        components=[
            replace(
                one,
                aspects={key: value for key, value in one.aspects.items() if key not in _PASSING},
            )
            for one in told
        ],
        relations=relations,
        complete=True,
        at=now,
    )


def of_log(traffic: Traffic | str, now: datetime) -> Listing:
    """Hosts and paths that are often asked for and that nobody declared."""
    is_read = not isinstance(traffic, str)
    components = [] if isinstance(traffic, str) else [*_undeclared(traffic)]
    return Listing(
        source="ringwall/log",
        scope=SCOPE,
        components=[one for one, _ in components],
        relations=[relation for _, relation in components],
        complete=is_read,
        why_partial="" if is_read else str(traffic),
        at=now,
    )


def _undeclared(traffic: Traffic) -> Iterator[tuple[Collected, Relation]]:
    said = f"asked for in the last {DAYS} days, and leads nowhere"
    names = [("ringwall-undeclared-host", host, EDGE) for host in traffic.hosts]
    names += [
        ("ringwall-undeclared-path", f"{host}{path}", f"ringwall-host/{host}")
        for host, path in traffic.paths
    ]
    for kind, name, where in names:
        found = Found(kind=kind, name=name, label=name, tags=(("declared", "no"),))
        yield (
            Collected(found=found, aspects={"seen": _known(said, "log")}),
            Relation(RelationKind.DEPENDS_ON, found.id, where),
        )


def _known(value: Any, api: str = "configuration") -> Observation:
    return Observation(State.KNOWN, value, api)

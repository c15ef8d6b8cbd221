"""What posture reads of the edge: settings, hosts, routes, services, certificates and programs.

Found by discovery. Values are those of the configuration as it would be applied, defaults included.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import yaml
from pydantic import BaseModel

from ringwall.core.clock import SystemClock
from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, Place, State
from ringwall.gateway import programs, reviewed
from ringwall.gateway.certificates.expiry import days_left, judge
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import EDGE, ROUTES, Route
from ringwall.gateway.destinations import sign_in_of
from ringwall.gateway.envoy.headers import merged
from ringwall.gateway.layout import Layout
from ringwall.gateway.wanted import Wanted
from ringwall.inventory.config import SERVICES
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.installation import Installation

KINDS: Final = (
    "ringwall-edge",
    "ringwall-host",
    "ringwall-route",
    "ringwall-service",
    "ringwall-certificate",
    programs.KIND,
    programs.PACKAGE,
    *reviewed.KINDS,
)
_OF_CONFIGURATION: Final = "configuration"


def aspects(installation: Installation) -> Iterator[Collected]:
    """All of them; ``ConfigurationError`` where the configuration cannot be read."""
    configuration = installation.load()
    wanted, places = Wanted.of(configuration), _Places(configuration)
    yield _made(
        "ringwall-edge",
        "edge",
        places.of(EDGE),
        declared=wanted.edge,
        availability=wanted.availability,
        identity=wanted.identity,
    )
    for host, settings in wanted.edge.hosts.items():
        yield _made("ringwall-host", str(host), places.of(EDGE, "hosts", host), declared=settings)
    for number, route in enumerate(wanted.routes):
        made = _made(
            "ringwall-route",
            route.name,
            places.of(ROUTES, number),
            declared=route,
            sign_in=sign_in_of(wanted, route).value,
            response_headers=_given(wanted, route),
        )
        yield _owned(made, wanted, route.service)
    for name, service in wanted.services.items():
        made = _made("ringwall-service", name, places.of(SERVICES, name), declared=service)
        yield _owned(made, wanted, name)
    clock = SystemClock()
    for one in CertificateStore(installation.state, clock=clock).list():
        state = {
            "source": one.source,
            "days_left": round(days_left(one, clock.now()), 2),
            "judgment": judge(one, clock.now()).value,
            "not_after": one.not_after.isoformat(),
        }
        yield _made("ringwall-certificate", one.name, None, state=state)
    yield from programs.programs(installation)
    yield programs.package()
    layout = Layout(installation.config.parent, installation.state, installation.run)
    last = reviewed.kept(layout.reviewed)
    yield from reviewed.of_roles_and_permits(wanted, last, clock.now())


def _given(wanted: Wanted, route: Route) -> dict[str, str]:
    """What the edge puts on the answers of a route; of others the service's own stay."""
    service = wanted.services.get(route.service)
    own = service.response_headers if service is not None else {}
    return merged(wanted.edge.response_headers, own, route.response_headers)


def _made(kind: str, name: str, place: Place | None, **aspects: Any) -> Collected:
    now = datetime.now(UTC)
    told = {
        aspect: Observation(State.KNOWN, _plain(value), _OF_CONFIGURATION, now)
        for aspect, value in aspects.items()
    }
    return Collected(found=Found(kind=kind, name=name, label=name), aspects=told, place=place)


def _owned(made: Collected, wanted: Wanted, service: str) -> Collected:
    """The same, as whose it is by the configuration."""
    named = wanted.services.get(service)
    if named is None:
        return made
    return replace(made, found=replace(made.found, tags=(("owner", named.owner),)))


def _plain(value: Any) -> Any:
    if not isinstance(value, BaseModel):
        return value
    return _with_numbers(value.model_dump(mode="json"), value.model_dump())


def _with_numbers(written: Any, meant: Any) -> Any:
    """As it is written, where secrets are hidden; but sizes and times as bytes and seconds."""
    if isinstance(written, dict) and isinstance(meant, dict):
        pairs = zip(written.items(), meant.values(), strict=True)
        return {name: _with_numbers(one, other) for (name, one), other in pairs}
    if isinstance(written, list):
        return [_with_numbers(one, other) for one, other in zip(written, meant, strict=True)]
    return meant if isinstance(meant, int | float) and isinstance(written, str) else written


class _Places:
    """Where the items of sections are written."""

    def __init__(self, configuration: Configuration) -> None:
        self._roots = [
            (str(path), node)
            for path, content in configuration.sources
            if path.suffix in {".yaml", ".yml"} and (node := yaml.compose(content)) is not None
        ]

    def of(self, *keys: object) -> Place | None:
        """The place of what these keys lead to, in whichever file has it."""
        for path, node in self._roots:
            found = _below(node, keys)
            if found is not None:
                return Place(path, found.start_mark.line + 1)
        return None


def _below(node: yaml.Node, keys: tuple[object, ...]) -> yaml.Node | None:
    where = node
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next((one for one in node.value if one[0].value == str(key)), None)
            if pair is None:
                return None
            where, node = pair
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            if key >= len(node.value):
                return None
            where = node = node.value[key]
        else:
            return None
    return where

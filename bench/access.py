"""What policies cost: compiled for the edge, and decided at it, against asking somebody.

The first part compiles 10,000 policies for 500 routes, from text to Envoy's files, then again with
one of them changed; and tells how long Cedar's validator takes of that.

The second part compares Envoys on one core before the same small answer, all in one run: without
policies, with 10 to 10,000 policies, 10 and 1,000 roles, 10 and 10,000 tenants; and without any
compiled policy, but asking by ``ext_authz`` Cedar's engine with the same policies, and Casbin with
rules that say the same. Rounds take turns. Instructions a request are the steadiest figure.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ringwall.gateway.envoy.resources import Json
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.collecting import collected_later
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.current import all_sections

POLICIES: Final = int(os.environ.get("BENCH_POLICIES", "10000"))
ROUTES: Final = int(os.environ.get("BENCH_ROUTES", "500"))
_GENERAL: Final = 20
"""Policies about everything, among the others, each about one route."""


def main() -> None:
    """Measure and print."""
    _compiling()


def _compiling() -> None:
    """From files to the edge's configuration, and again with one policy changed."""
    print(f"compiling {POLICIES:,} policies for {ROUTES} routes, seconds of processor time\n")
    written = policies(POLICIES, routes=ROUTES, roles=100, tenants=100)
    changed = [one.replace("orders-77:read", "orders-77:see") for one in written]
    print(f"  {'':20} {'clock':>6} {'cores':>6}   of the cores: judged, said to Envoy")
    for title, one in (("everything", written), ("one policy changed", changed)):
        with collected_later(), Stopwatch() as whole:
            with Stopwatch() as judged:
                configuration = loaded(one, routes=ROUTES)
            with Stopwatch() as said:
                table = rendered(configuration)
        print(f"  {title:20} {whole.clock:6.2f} {whole.cores:6.2f}", end="   ")
        print(f"{judged.cores:6.2f} {said.cores:6.2f}", flush=True)
    print(f"\n  Envoy is told {len(json.dumps(table)) / 1e6:.1f} MB\n")


class Stopwatch:
    """Seconds of the clock, and of processor time in all threads."""

    def __enter__(self) -> "Stopwatch":
        self.clock, self.cores = -time.monotonic(), -time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock += time.monotonic()
        self.cores += time.process_time()


def policies(count: int, *, routes: int, roles: int, tenants: int) -> list[str]:
    """The texts of files with ``count`` policies, a hundred in each.

    Some are about everything, the others each about one route.
    """
    found = list(_policies(count, routes=routes, roles=roles, tenants=tenants))
    return ["\n".join(found[at : at + 100]) for at in range(0, len(found), 100)]


def _policies(count: int, *, routes: int, roles: int, tenants: int) -> Iterator[str]:
    general = min(_GENERAL, count // 2)
    for number in range(general):
        yield (
            f'@id("general-{number}")\nforbid (principal is User in Role::"r{number % roles}", '
            'action in Action::"write", resource is Route)\n'
            f"unless {{ principal.proven_ago <= {600 + number} }};"
        )
    for number in range(count - general):
        route, role, tenant = number % routes, number % roles, number % tenants
        head = f'action in Action::"read", resource == Route::"route-{route}"'
        match number % 4:
            case 0:
                yield (
                    f'@id("p{number}")\n'
                    f'permit (principal is User in Role::"r{role}", {head})\n'
                    "when { principal has tenant && resource has tenant "
                    "&& principal.tenant == resource.tenant };"
                )
            case 1:
                yield (
                    f'@id("p{number}")\npermit (principal is ApiClient in Tenant::"t{tenant}", '
                    f'{head})\nwhen {{ principal.scopes.contains("orders-{route}:read") }};'
                )
            case 2:
                yield (
                    f'@id("p{number}")\npermit (principal is User in Tenant::"t{tenant}", {head})\n'
                    'when { principal.strength != "single" };'
                )
            case _:
                yield (
                    f'@id("p{number}")\n'
                    f'forbid (principal is User in Role::"r{role}", {head})\n'
                    f'when {{ context.path has id && context.path.id like "x{number}-*" }};'
                )


def loaded(written: Sequence[str], *, routes: int, roles: int = 100) -> Configuration:
    """A configuration with so many routes and these policies, judged."""
    sources = [
        (Path("ringwall.yaml"), _configuration(routes, roles).encode()),
        *(
            (Path(f"policies/{number:03}.cedar"), text.encode())
            for number, text in enumerate(written)
        ),
    ]
    return load_sources(sources, all_sections(), root=Path("/srv/bench"))


def _configuration(routes: int, roles: int) -> str:
    listed = "\n".join(
        f'  - {{name: route-{n}, hosts: [localhost], path: "/v{n}/{{tenant}}/items/{{id}}", '
        "methods: [GET, POST], service: service}"
        for n in range(routes)
    )
    named = "\n".join(f"    r{n}: {{}}" for n in range(roles))
    return f"""
version: 1
edge: {{redirect: null, hosts: {{localhost: {{}}, id.localhost: {{}}}}}}
identity: {{host: id.localhost}}
access:
  roles:
{named}
services:
  service: {{addresses: ["127.0.0.1:7001"], owner: bench}}
routes:
{listed}
"""


def rendered(configuration: Configuration) -> Json:
    """The edge's route table with the compiled policies."""
    from ringwall.gateway.envoy.routes import route_table  # noqa: PLC0415

    wanted = Wanted.of(configuration)
    compiled = wanted.compiled
    return route_table(
        "edge",
        edge=wanted.edge,
        hosts=sorted(wanted.edge.hosts),
        routes=wanted.routes,
        services=wanted.services,
        permitting=None if compiled is None else compiled.permitted,
    )

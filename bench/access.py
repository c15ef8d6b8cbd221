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
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.ports import free_port

from bench import asking, edge, identity_edge, load
from bench.proxies import Asking, start
from ringwall.core.clock import SystemClock
from ringwall.gateway.envoy.resources import Json
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.gateway.wanted import Wanted
from ringwall.identity import facts
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Mint, Proven
from ringwall.runtime.collecting import collected_later
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.current import all_sections

POLICIES: Final = int(os.environ.get("BENCH_POLICIES", "10000"))
ROUTES: Final = int(os.environ.get("BENCH_ROUTES", "500"))
_WITHOUT: Final = frozenset(os.environ.get("BENCH_WITHOUT", "").split(","))
"""Of ``compiling``, ``deciding`` and, of the latter, ``asking``, what not to measure."""

_GENERAL: Final = 20
"""Policies about everything, among the others, each about one route."""


def main() -> None:
    """Measure and print."""
    if "compiling" not in _WITHOUT:
        _compiling()
    if "deciding" not in _WITHOUT:
        load.require()
        with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
            _deciding(Path(folder))


def _compiling() -> None:
    """From files to the edge's configuration, and again with one policy changed."""
    print(f"compiling {POLICIES:,} policies for {ROUTES} routes, seconds of processor time\n")
    written = policies(POLICIES, routes=ROUTES, roles=100, tenants=100)
    at = next(n for n, text in enumerate(written) if "orders-77:read" in text)
    changed = [*written]
    changed[at] = written[at].replace("orders-77:read", "orders-77:see", 1)
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


def casbin_rules(count: int, *, routes: int, roles: int, tenants: int) -> list[list[str]]:
    """The same for Casbin, without those about writing: nobody writes here."""
    found = []
    for number in range(count - min(_GENERAL, count // 2)):
        route, role, tenant = f"route-{number % routes}", f"r{number % roles}", number % tenants
        match number % 4:
            case 0:
                rule = ["role", role, "", "allow"]
            case 1:
                rule = ["scope", f"t{tenant}", f"orders-{number % routes}:read", "allow"]
            case 2:
                rule = ["tenant", f"t{tenant}", "", "allow"]
            case _:
                rule = ["role-and-item", role, f"x{number}-", "deny"]
        found.append([route, "read", *rule])
    return found


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


def _configuration(
    routes: int, roles: int, *, listen: str = "127.0.0.1:443", service: int = 7001
) -> str:
    listed = "\n".join(
        f'  - {{name: route-{n}, hosts: [localhost], path: "/v{n}/{{tenant}}/items/{{id}}", '
        "methods: [GET, POST], service: service}"
        for n in range(routes)
    )
    named = "\n".join(f"    r{n}: {{}}" for n in range(roles))
    return f"""
version: 1
edge: {{listen: "{listen}", redirect: null, hosts: {{localhost: {{}}, id.localhost: {{}}}}}}
identity: {{host: id.localhost}}
availability: {{connections: {{handshakes: null, requests: null}}}}
access:
  roles:
{named}
services:
  service: {{addresses: ["127.0.0.1:{service}"], owner: bench}}
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


# -- what a decision costs -------------------------------------------------------------------------

_SIZES: Final = (
    # policies, roles, tenants
    (0, 10, 10),
    (10, 10, 10),
    (1_000, 10, 10),
    (10_000, 10, 10),
    (10_000, 1_000, 10_000),
)
_ASKED: Final = ((10, 10, 10), (1_000, 10, 10), (10_000, 1_000, 10_000))
_FEW_ROUTES: Final = 7
"""So few, that a route has many policies: 1,426 of 10,000, of each kind a quarter."""


def _deciding(folder: Path) -> None:
    """Requests of somebody who is signed in, each allowed by one policy among all."""
    with ExitStack() as stack:
        asked: dict[str, identity_edge.Asked] = {}
        gateways: dict[str, Gateway] = {}
        ports: dict[str, int] = {}
        for count, roles, tenants in _SIZES:
            title = f"{count}, {roles}, {tenants}" if count else "no policies"
            place = folder / title.replace(", ", "-").replace(" ", "-")
            port, service = free_port(), free_port()
            written = policies(count, routes=_FEW_ROUTES, roles=roles, tenants=tenants)
            gateway = _applied(place, written, roles=roles, port=port, service=service)
            stack.callback(
                start(
                    edge.service(place, {"service": service, "plain": free_port()}),
                    folder=place,
                    name="service",
                    core=edge.LOAD_CORE,
                ).stop
            )
            proxy = start(
                gateway.layout.bootstrap(EDGE), folder=place, name="edge", core=edge.PROXY_CORE
            )
            stack.callback(proxy.stop)
            gateways[title], ports[title] = gateway, port
            asked[title] = identity_edge.Asked(
                proxy, port, path="/v0/t1/items/y", headers=(_cookie(gateway.layout.state),)
            )
        print("policies, roles, tenants")
        for http2 in (False, True):
            identity_edge.count(f"HTTP/{2 if http2 else 1}", asked, http2=http2)
        names = list(asked)
        identity_edge.compare("HTTP/1", asked, http2=False, bases=(names[0], names[1]))
        base = names[0]
        if "asking" not in _WITHOUT:
            _compare_with_asking(folder, base, asked[base], gateways[base], ports[base])


def _compare_with_asking(
    folder: Path, base: str, bare: identity_edge.Asked, gateway: Gateway, port: int
) -> None:
    """The edge without policies, against the same asking somebody who has them, on its core.

    One after the other: a machine has few inotify instances, and each proxy takes several.
    """
    for count, roles, tenants in _ASKED:
        place = folder / f"asking-{count}"
        place.mkdir()
        same = {"routes": _FEW_ROUTES, "roles": roles, "tenants": tenants}
        files = {"ringwall.yaml": _configuration(_FEW_ROUTES, roles)}
        texts = policies(count, **same)
        files |= {f"policies/{n:03}.cedar": text for n, text in enumerate(texts)}
        told = {"files": files, "rules": casbin_rules(count, **same)}
        (place / asking.ASKED).write_text(json.dumps(told))
        for sort in asking.JUDGES:
            with ExitStack() as stack:
                server = Asking.start(sort, free_port(), folder=place, core=edge.PROXY_CORE)
                stack.callback(server.stop)
                other = free_port()
                bootstrap = identity_edge.variant(
                    gateway, place / sort, port, other, asking.by_ext_authz(server.port)
                )
                proxy = start(bootstrap, folder=place, name=sort, core=edge.PROXY_CORE)
                stack.callback(proxy.stop)
                proxy.asks = server
                title = f"asking {sort} with {count:,} policies"
                pair = {base: bare, sort: replace(bare, proxy=proxy, port=other)}
                requests = identity_edge.COUNTED // 20  # for some take a tenth of a second
                identity_edge.count(title, pair, requests=requests)
                identity_edge.compare(title, pair, http2=False, bases=(base, base))


def _applied(
    folder: Path, written: Sequence[str], *, roles: int, port: int, service: int
) -> Gateway:
    folder.mkdir()
    sections = all_sections()
    gateway = Gateway(
        Layout(folder, folder / "state", folder), sections=sections, clock=SystemClock()
    )
    text = _configuration(_FEW_ROUTES, roles, listen=f"127.0.0.1:{port}", service=service)
    sources = [(Path("ringwall.yaml"), text.encode())]
    sources += [(Path(f"policies/{n:03}.cedar"), one.encode()) for n, one in enumerate(written)]
    configuration = load_sources(sources, sections, root=folder)
    gateway.apply(configuration, author="bench", reason="bench")
    gateway.certificates.for_service("service", trust_domain="ringwall.internal")
    return gateway


def _cookie(state: Path) -> str:
    """The session of somebody in the first tenant but one, with the first role."""
    told = facts.read(state)
    proven = Proven(
        sub="5d0b4bd0b0a04c4c8d1f6a3f1f0c9f55",
        sid="sJ2kq0P4m1nVZb8w7r6tXyQ",
        audience=(told.origin_of(load.HOST),),
        tenant="t1",
        roles=("r0",),
        email="ada@example.com",
        acr="mfa",
        auth_time=int(time.time()),
    )
    now, life = datetime.now(UTC), timedelta(hours=1)
    token = Mint(state, told).issue(Purpose.SESSION, proven, now=now, life=life)
    return f"cookie: __Host-ringwall=9999999999.{'s' * 43}~{token}"

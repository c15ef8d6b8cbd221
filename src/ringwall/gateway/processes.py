"""Which processes an installation runs on this machine, and how each is started."""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.availability.sharing import Shared
from ringwall.gateway.binary import envoy_path
from ringwall.gateway.confined import READS_VARIABLE, also_read
from ringwall.gateway.envoy.limits import PAGES
from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.log_intake import EVENTS_VARIABLE, local_sockets
from ringwall.gateway.log_processes import log_processes, reading_bucket
from ringwall.gateway.own_processes import (
    CALLOUTS,
    PRIVATE_VARIABLE,
    QUOTAS,
    SENTRY,
    WEB,
    WORKER,
    program,
)
from ringwall.gateway.quotas.address import RedisAddress
from ringwall.gateway.quotas.process import (
    PREFIX_VARIABLE,
    REDIS_VARIABLE,
    SOCKET_VARIABLE,
    TIMEOUT_VARIABLE,
)
from ringwall.gateway.sentry.settings import SOCKET as SENTRY_SOCKET
from ringwall.gateway.sentry.settings import VARIABLE as SENTRY_VARIABLE
from ringwall.gateway.sentry.settings import Settings
from ringwall.gateway.service import Gateway
from ringwall.gateway.sources.denials import DENIED
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shelf import Shelf
from ringwall.gateway.sources.told import FILE as TOLD
from ringwall.gateway.wanted import Wanted
from ringwall.identity.config import IDENTITY, Identity
from ringwall.inventory.config import Service
from ringwall.posture.config import POSTURE, Posture
from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.configuration import Address, Configuration
from ringwall.runtime.database import database_settings
from ringwall.runtime.discovery import WITHOUT_VARIABLE
from ringwall.runtime.draining import drained
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.probes import Accepts, HttpOk, TcpAddress, UnixAddress
from ringwall.runtime.processes.spec import Probe, ProcessSpec

_LETS_OTHERS_START: Final = 3.0
"""Seconds."""

_PASSED_ON: Final = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
)
"""What a process may need of the environment; everything else, secrets included, is left out."""

_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(1024**2), "MALLOC_ARENA_MAX": "2"}
"""What Python's processes give back at once: else glibc, once 19 MiB for the hash of a password are
freed, keeps twice as much for each thread that hashes one (mallopt(3), M_MMAP_THRESHOLD). And their
threads, forty in the worker of which one runs at a time, share their heaps (M_ARENA_MAX)."""

_TO_THE_WORLD: Final = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
"""How the worker gets out to an ACME authority or a cloud, and the log to its anchors; nothing else
does."""


def specifications(
    installation: Installation, gateway: Gateway, configuration: Configuration
) -> tuple[ProcessSpec, ...]:
    """Every process of the installation: services, sidecars, the edge, web and worker."""
    wanted = Wanted.of(configuration)
    environment = {**plain_environment(), **installation.environment()}
    own = own_environment(installation, configuration)
    reads = {**own, **_to_the_log(wanted)}
    sockets = local_sockets(installation.run, wanted.log.intake, wanted.services)
    services = [
        _service(name, service, configuration.root, {**environment, **_own_socket(name, sockets)})
        for name, service in wanted.services.items()
        if service.process is not None
    ]
    sidecars = [
        envoy_process(gateway, sidecar_proxy(name), workers=1, environment=environment)
        for name in wanted.sidecars
        if _managed(wanted.services[name])
    ]
    callouts = [_callouts(gateway, own)] if wanted.has_callouts else []
    quotas = [_quotas(gateway, wanted, environment)] if wanted.has_quotas else []
    edge = envoy_process(gateway, EDGE, workers=wanted.edge.workers, environment=environment)
    asked = tuple(one.name for one in (*callouts, *quotas))
    if asked:
        edge = replace(edge, after=asked, after_at_most=_LETS_OTHERS_START)
    return (
        *services,
        *sidecars,
        *callouts,
        *quotas,
        edge,
        _sentry(gateway, wanted, environment),
        *log_processes(
            installation,
            configuration,
            {**environment, **_python_path()},
            certificates=gateway.certificates,
            outward=_way_out(),
        ),
        ProcessSpec(
            name=WEB,
            argv=program(WEB),
            cwd=configuration.root,
            environment={
                **reads,
                PRIVATE_VARIABLE: str(wanted.edge.private),
                READS_VARIABLE: also_read(wanted, configuration.root),
            },
            ready=Accepts(UnixAddress(gateway.layout.web)),
            ready_within=30.0,
            # What is protected is waited for; while it starts, pages would only be in its way.
            after=tuple(service.name for service in services),
            after_at_most=_LETS_OTHERS_START,
            outlives=(EDGE,),
        ),
        ProcessSpec(
            name=WORKER,
            argv=program(WORKER),
            cwd=configuration.root,
            environment={
                **reads,
                **_for_orders(wanted),
                **_for_mail(configuration),
                **_for_clouds(configuration),
            },
            ready=Accepts(UnixAddress(installation.worker)),
            ready_within=60.0,
            after=(WEB,),
            after_at_most=2 * _LETS_OTHERS_START,
        ),
    )


def _callouts(gateway: Gateway, environment: Mapping[str, str]) -> ProcessSpec:
    socket = UnixAddress(gateway.layout.callouts)
    return ProcessSpec(
        name=CALLOUTS,
        argv=program(CALLOUTS),
        cwd=gateway.layout.root,
        environment=environment,
        ready=HttpOk(socket, "/ready"),
        ready_within=60.0,
        outlives=(EDGE,),
    )


def _sentry(gateway: Gateway, wanted: Wanted, environment: Mapping[str, str]) -> ProcessSpec:
    """It is told all it has to know by its environment, so that it needs none of the models."""
    layout, edge = gateway.layout, wanted.edge
    doors = [edge.listen] if edge.redirect is None else [edge.listen, edge.redirect]
    attacks, challenge = wanted.availability.attacks, wanted.availability.challenge
    settings = Settings(
        admin=str(layout.admin(EDGE)),
        xds=layout.xds(EDGE).path,
        folder=str(layout.sentry),
        attacks=str(layout.attacks),
        strangers=str(layout.strangers_log),
        known=str(layout.access_log),
        ports=tuple(sorted({one.port for one in doors if not one.is_unix})),
        pool=edge.limits.connections,
        hops=edge.trusted_hops > 0,
        configured=str(layout.state / TOLD),
        sign_in=wanted.identity.host or "",
        sign_in_paths=tuple(path for paths in PAGES.values() for path in paths),
        sign_in_routes=tuple(route.name for route in wanted.routes if route.purpose in PAGES),
        exempt=tuple(map(str, wanted.availability.exempt.networks)),
        denied=str(layout.run / DENIED),
        per_address=attacks.per_address,
        per_network=attacks.per_network,
        handshakes_per_address=attacks.handshakes_per_address,
        refused_per_address=attacks.refused_per_address,
        resets_per_address=attacks.resets_per_address,
        sensitivity=attacks.sensitivity,
        state=str(layout.state),
        raise_alarm=attacks.raise_alarm,
        harder=0 if challenge is None else challenge.difficulty.most - challenge.difficulty.least,
        **_places(gateway, wanted),
        busy=attacks.busy,
        shed=attacks.shed,
    )
    return ProcessSpec(
        name=SENTRY,
        argv=(sys.executable, "-m", "ringwall.gateway.sentry.process"),
        cwd=layout.root,
        environment={**environment, **_python_path(), SENTRY_VARIABLE: settings.encoded()},
        ready=Accepts(UnixAddress(layout.sentry / SENTRY_SOCKET)),
        ready_within=20.0,
        after=(EDGE,),
        after_at_most=_LETS_OTHERS_START,
        essential=False,
    )


def _places(gateway: Gateway, wanted: Wanted) -> dict[str, str]:
    """Where the copies lie of databases that are brought; they may come later."""
    shelf, brought = Shelf(gateway.layout.state), wanted.availability.sources.databases
    names = {Place.COUNTRY: "countries", Place.SYSTEM: "systems"}
    return {name: str(shelf.place(one)) for one, name in names.items() if one in brought}


def _quotas(gateway: Gateway, wanted: Wanted, environment: Mapping[str, str]) -> ProcessSpec:
    return ProcessSpec(
        name=QUOTAS,
        argv=(sys.executable, "-m", "ringwall.gateway.quotas.process"),
        cwd=gateway.layout.root,
        environment={
            **environment,
            **_python_path(),
            **_redis(wanted.availability.shared),
            SOCKET_VARIABLE: str(gateway.layout.quotas),
        },
        ready=Accepts(UnixAddress(gateway.layout.quotas)),
        ready_within=20.0,
        essential=False,
        outlives=(EDGE,),
    )


def _redis(shared: Shared) -> dict[str, str]:
    """What the process is told of Redis; its URL stands in no other's environment."""
    found = {TIMEOUT_VARIABLE: repr(shared.timeout), PREFIX_VARIABLE: shared.prefix}
    if shared.redis is None:
        return found
    url = shared.redis.reveal()
    RedisAddress.parse(url)  # raises here rather than in the process
    return {**found, REDIS_VARIABLE: url}


def own_environment(installation: Installation, configuration: Configuration) -> dict[str, str]:
    """What every process of Ringwall's own gets, those that ask the database."""
    return {
        **plain_environment(),
        **installation.environment(),
        **_python_path(),
        **_MEMORY,
        **_database(configuration, installation.state),
        **left_out(Wanted.of(configuration)),
    }


def envoy_process(
    gateway: Gateway, proxy: str, *, workers: int | None, environment: Mapping[str, str]
) -> ProcessSpec:
    """One Envoy. A changed bootstrap is a changed process: it alone cannot be handed over."""
    bootstrap = gateway.layout.bootstrap(proxy)
    mark = hashlib.sha256(bootstrap.read_bytes()).hexdigest()[:16]
    count = workers or len(os.sched_getaffinity(0))
    admin = gateway.admin(proxy)

    async def drain() -> None:
        await drained(
            begin=lambda: admin.post("/drain_listeners?graceful"),
            active=lambda: sum(
                int(value)
                for name, value in admin.stats(r"^http\..*downstream_rq_active$").items()
                if not name.startswith("http.admin.")
            ),
            gone=AdminUnreachableError,
        )

    return ProcessSpec(
        name=proxy,
        argv=(
            str(envoy_path()),
            "-c",
            str(bootstrap),
            "--concurrency",
            str(count),
            "--disable-hot-restart",
            # How long a connection may live on whose listener was changed under it.
            "--drain-time-s",
            "600",
            "--drain-strategy",
            "immediate",
            "--file-flush-interval-msec",
            "500",
            "-l",
            "warning",
            # For each message of a kind that may change Envoy warns as often as it takes it: some
            # hundred lines at a start, of what the pinned version settles.
            "--component-log-level",
            "misc:error",
        ),
        cwd=gateway.layout.root,
        environment={**environment, "RINGWALL_BOOTSTRAP": mark},
        ready=HttpOk(UnixAddress(gateway.layout.admin(proxy)), "/ready"),
        ready_within=20.0,
        drain=drain,
        stop_grace=4.0,
        outlives=() if proxy == EDGE else (EDGE,),
    )


def _service(
    name: str, service: Service, root: Path, environment: Mapping[str, str]
) -> ProcessSpec:
    process = service.process
    if process is None:
        msg = f"service {name} declares no process"
        raise ValueError(msg)
    own_address = service.sidecar.app if service.sidecar else service.addresses[0]
    folder = root / process.directory
    for address in (own_address, service.sidecar.outbound if service.sidecar else None):
        if address is not None and address.is_unix:
            (root / address.path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ProcessSpec(
        name=f"service-{name}",
        argv=process.command,
        cwd=folder,
        environment={**environment, **process.environment},
        ready=_accepts(own_address, root),
        essential=False,
        outlives=(EDGE, sidecar_proxy(name)),
    )


def _own_socket(name: str, sockets: Mapping[str, Path]) -> dict[str, str]:
    return {EVENTS_VARIABLE: f"unix:{sockets[name]}"} if name in sockets else {}


def _way_out() -> dict[str, str]:
    return {name: os.environ[name] for name in _TO_THE_WORLD if name in os.environ}


def _accepts(address: Address, root: Path) -> Probe:
    if address.is_unix:
        return Accepts(UnixAddress(root / address.path))
    return Accepts(TcpAddress(address.host, address.port))


def _managed(service: Service) -> bool:
    return service.sidecar is not None and service.sidecar.managed


def plain_environment() -> dict[str, str]:
    """What every process gets of the environment: no secrets, and Python's own folder first."""
    found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # `python` in a service's command is the Python that Ringwall itself runs on.
    found["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{found.get('PATH', os.defpath)}"
    return {**found, "PYTHONUNBUFFERED": "1"}


def left_out(wanted: Wanted) -> dict[str, str]:
    """What the web process and the worker do without, so that they start at once and stay small."""
    if wanted.identity.host is not None:
        return {}
    # Nobody can be asked who they are: so nobody is shown anything.
    return {WITHOUT_VARIABLE: "api,console,identity"}


def _python_path() -> dict[str, str]:
    """Where Ringwall itself was found, if it is run without having been installed."""
    found = os.environ.get("PYTHONPATH")
    return {} if found is None else {"PYTHONPATH": found}


def _to_the_log(wanted: Wanted) -> dict[str, str]:
    """What who reads the log needs where its table lies in a bucket."""
    found = reading_bucket(wanted.log)
    return {**_way_out(), **found} if found else {}


def _for_orders(wanted: Wanted) -> dict[str, str]:
    """What the worker needs to order certificates: the way out, and our key with the authority."""
    acme = wanted.edge.acme
    if acme is None:
        return {}
    names = list(_TO_THE_WORLD)
    if acme.external_account is not None and acme.external_account.hmac_key.kind == "env":
        names.append(acme.external_account.hmac_key.name)
    return {name: os.environ[name] for name in names if name in os.environ}


def _for_mail(configuration: Configuration) -> dict[str, str]:
    """What the worker needs to log in to the mail server; nothing else gets it."""
    smtp = configuration.one(Identity, IDENTITY).mail.smtp
    if smtp is None or smtp.password is None or smtp.password.kind != "env":
        return {}
    name = smtp.password.name
    return {name: os.environ[name]} if name in os.environ else {}


def _for_clouds(configuration: Configuration) -> dict[str, str]:
    """What the worker reads accounts of AWS with: credentials as AWS's own tools know them."""
    if not configuration.one(Posture, POSTURE).accounts:
        return {}
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("AWS_") or name in _TO_THE_WORLD
    }


def _database(configuration: Configuration, state: Path) -> dict[str, str]:
    url = configuration.one(Database, DATABASE).url
    if url is None:
        return {}
    revealed = url.reveal()
    database_settings(revealed, state=state)  # raises here rather than in every process
    return {"RINGWALL_DATABASE_URL": revealed}

"""The edge's Envoy, from configuration to every xDS resource it reads."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.config import AcmeCertificate, Edge, HostSettings, Route
from ringwall.gateway.envoy import (
    access_log,
    callout,
    connection_log,
    http,
    limits,
    listeners,
    lists,
    newcomers,
    overload,
    own_answers,
    refusals,
    revoked,
    routes,
    shadow,
    shared,
    signed_in,
    sources,
    tls,
)
from ringwall.gateway.envoy.bootstrap import bootstrap
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY, local_cluster, service_cluster
from ringwall.gateway.envoy.denied import BY_HEADER, NOBODY, Denied, denied_by_header, doors
from ringwall.gateway.envoy.pause import PAUSE, pausing
from ringwall.gateway.envoy.posture import Alarm
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.resources import UNKNOWN_HOST, Folder, Json
from ringwall.gateway.envoy.routes import Permitting
from ringwall.gateway.envoy.salting import Asking
from ringwall.gateway.envoy.signed_in import Verifying
from ringwall.gateway.envoy.web import PAGES_CIRCUIT, RENEWALS, WEB
from ringwall.gateway.sentry import orders
from ringwall.gateway.sources.against import Against, against
from ringwall.gateway.sources.said import SAID, said
from ringwall.identity.published import Revoked
from ringwall.inventory.config import Service, UpstreamTls
from ringwall.runtime.configuration import Address

_NONE: Final = lists.Databases()
_ALL, _LEGACY, _UNKNOWN, _REDIRECT = "edge", "edge-tls12", "unknown", "redirect"


def render_edge(
    *,
    edge: Edge,
    availability: Availability,
    services: Mapping[str, Service],
    table: Sequence[Route],
    folder: Folder,
    admin_socket: str,
    web: Address,
    log: access_log.Files,
    shadow_log: str,
    verifying: Verifying | None = None,
    permitting: Permitting | None = None,
    callouts: Address | None = None,
    quotas: Address | None = None,
    asking: Asking | None = None,
    own_roots: str = "",
    root: str = "",
    denied: Denied = NOBODY,
    databases: lists.Databases = _NONE,
    refused: Against | None = None,
) -> Rendering:
    """Build the edge.

    ``folder`` is where the xDS files will lie, ``web`` where Ringwall's web process listens,
    ``log`` the access record, ``shadow_log`` that of a shadow, ``own_roots`` the local authority's
    certificate; all as Envoy is to name them. With ``verifying`` people and programs sign in; with
    ``permitting`` policies decide, and ``callouts`` is where Cedar's engine is asked if they need
    that. ``quotas`` is where shared limits are counted, if there are any; ``asking`` is what the
    challenge's questions are made with.
    ``root`` is the folder that the configuration's own paths begin at; ``denied`` are those who are
    denied as it is written, which changes by itself from then on; ``databases``
    are the files that addresses are looked up in. ``refused`` are other sources that are denied as
    it is written, where that is not all that the configuration ever refuses.
    """
    used = {route.service for route in table}
    reached = {name: service for name, service in services.items() if name in used}
    names = sorted(edge.hosts)
    legacy = [name for name in names if edge.hosts[name].tls_minimum == "1.2"]
    strict = [name for name in names if name not in legacy]

    counted = limits.EdgeLimits(
        availability, routes=table, hosts=len(names), signs_in=verifying is not None
    )
    tables = {
        _ALL: routes.route_table(
            _ALL,
            edge=edge,
            hosts=names,
            routes=table,
            services=services,
            verifying=verifying,
            permitting=permitting,
            limits=counted,
        ),
        _UNKNOWN: routes.route_table(_UNKNOWN, edge=edge, hosts=(), routes=(), services={}),
    }
    if legacy:
        tables[_LEGACY] = routes.route_table(
            _LEGACY,
            edge=edge,
            hosts=legacy,
            misdirected=strict,
            routes=table,
            services=services,
            verifying=verifying,
            permitting=permitting,
            limits=counted,
        )
    if edge.redirect is not None:
        tables[_REDIRECT] = routes.redirect_table(
            _REDIRECT, hosts=names, port=edge.public_port or edge.listen.port, challenges=WEB
        )
    tables = {
        name: shared.asking(one, availability, routes=table, verifying=verifying)
        for name, one in tables.items()
    }
    alarm = Alarm(availability, counted, asking or Asking(), verifying)
    managers = _Managers(
        edge,
        alarm,
        counted,
        availability=availability,
        folder=folder,
        log=log,
        shadow_log=None if permitting is None else shadow_log,
        verifying=verifying,
        databases=databases,
    )
    bounds = availability.connections
    listener = _edge_listener(managers, own_roots=own_roots, root=root)
    listening = [newcomers.bounded(listener, bounds, handshakes=True)]
    if edge.redirect is not None:
        manager = managers.of(_REDIRECT)
        chain = listeners.plain_chain(manager)
        listener = listeners.listener(_REDIRECT, edge.redirect, chains=[chain])
        listening.append(newcomers.bounded(listener, bounds, handshakes=False))
    if not edge.trusted_hops:
        asked = partial(
            lists.asked_first,
            sources=availability.sources,
            databases=databases,
            folder=folder,
        )
        newcomers_log = folder.file(orders.CONNECTIONS)
        listening = [connection_log.logged(asked(one), newcomers_log) for one in listening]
    most = edge.limits.connections
    return Rendering(
        bootstrap=pausing()
        | bootstrap(
            node="edge",
            folder=folder,
            admin_socket=admin_socket,
            overload=overload.overload_manager(
                heap=edge.limits.heap, connections=most, pressure=folder.file(orders.PRESSURE)
            ),
            runtime=overload.runtime_layers(
                {_ALL: most, _REDIRECT: max(1, most // 4)}, told=folder.file(orders.RUNTIME)
            ),
        ),
        clusters=(
            local_cluster(WEB, web, circuit=PAGES_CIRCUIT),
            *([] if verifying is None else [local_cluster(RENEWALS, web)]),
            *([] if callouts is None else [callout.cluster(callouts)]),
            *([] if quotas is None else [shared.cluster(quotas)]),
            *(
                service_cluster(
                    name,
                    service,
                    identity=service_secret(folder, EDGE_IDENTITY),
                    peers=peers_of_service(folder, name, service),
                )
                for name, service in sorted(reached.items())
            ),
        ),
        listeners=tuple(doors(listening, denied.at_the_door)),
        tables=tables,
        alarmed={
            name: alarm.table(tables[name], table) for name in (_ALL, _LEGACY) if name in tables
        },
        filters={
            **_filters(edge, counted, verifying),
            **_denied(denied),
            **alarm.resources(hosts=len(edge.hosts)),
            **lists.filters(
                availability.sources,
                refused or against(availability.sources),
                by_header=edge.trusted_hops > 0,
            ),
        },
        beside={SAID: said(availability, by_header=edge.trusted_hops > 0)},
    )


def host_secret_file(host: str) -> str:
    """The SDS file of a host's certificate, relative to the xDS folder."""
    return f"sds/host-{host.replace('*', '_')}.json"


def challenge_secret_file(host: str) -> str:
    """The SDS file of a host's TLS-ALPN-01 challenge certificate."""
    return f"sds/acme-{host.replace('*', '_')}.json"


def service_secret(folder: Folder, name: str) -> Json:
    """A reference to a service's own certificate."""
    return tls.secret_reference(f"service:{name}", folder.file(f"sds/service-{name}.json"))


def peers_of_service(folder: Folder, name: str, service: Service) -> Json:
    """A reference to "whoever answers there must be this service"."""
    if service.tls is UpstreamTls.SERVER:
        return tls.secret_reference(f"server:{name}", folder.file(f"sds/server-{name}.json"))
    return tls.secret_reference(f"peer:{name}", folder.file(f"sds/peer-{name}.json"))


def _filters(
    edge: Edge, counted: limits.EdgeLimits, verifying: Verifying | None
) -> dict[str, Json]:
    """What changes by itself, without the listeners."""
    blocked = {sources.FILTER: sources.blocked_sources(edge.blocked)} if edge.blocked else {}
    found = {**blocked, **counted.filters()}
    return found if verifying is None else {**found, **identity_filters(verifying)}


def _denied(denied: Denied) -> dict[str, Json]:
    """The filter that denies by header, where that is how clients are told apart."""
    return {BY_HEADER: denied_by_header(denied.networks)} if denied.by_header else {}


def identity_filters(verifying: Verifying) -> dict[str, Json]:
    """The filters that follow keys and revocations, ECDS resources by name."""
    return {
        signed_in.TOKENS_FILTER: signed_in.tokens_filter(verifying),
        **revoked_filters(verifying.revoked),
    }


def revoked_filters(found: Revoked) -> dict[str, Json]:
    """Those of them that say what is revoked; the small one first."""
    return {
        signed_in.RECENT_FILTER: revoked.revoked(found.recent, name=signed_in.RECENT_FILTER),
        signed_in.REVOKED_FILTER: revoked.revoked(found.settled),
    }


def _edge_listener(managers: "_Managers", *, own_roots: str, root: str) -> Json:
    edge, folder = managers.edge, managers.folder
    chains: list[Json] = []
    for host, settings in sorted(edge.hosts.items()):
        table = _LEGACY if settings.tls_minimum == "1.2" else _ALL
        certificate = tls.secret_reference(f"host:{host}", folder.file(host_secret_file(host)))
        chains.append(
            listeners.host_chain(
                host,
                edge=edge,
                certificate=certificate,
                manager=managers.of(table, knows_people=True),
                roots=_client_roots(settings, own_roots, root),
            )
        )
        answers = settings.certificate
        if isinstance(answers, AcmeCertificate) and answers.challenge == "tls-alpn-01":
            challenge = tls.secret_reference(
                f"acme:{host}", folder.file(challenge_secret_file(host))
            )
            chains.append(listeners.challenge_chain(host, certificate=challenge))
    unknown = tls.secret_reference(
        f"host:{UNKNOWN_HOST}", folder.file(host_secret_file(UNKNOWN_HOST))
    )
    return listeners.listener(
        _ALL,
        edge.listen,
        chains=chains,
        default_chain=listeners.unknown_chain(
            edge=edge, certificate=unknown, manager=managers.of(_UNKNOWN)
        ),
        inspect_tls=True,
        inspection_timeout=min(5.0, edge.limits.handshake_timeout),
        buffer=edge.limits.connection_buffer,
    )


def _client_roots(settings: HostSettings, own_roots: str, root: str) -> str | None:
    """A PEM file, ``None`` where clients show no certificates.

    Envoy asks for none unless it is given authorities, even where any certificate will do.
    """
    asked = settings.client_certificates
    if asked is None:
        return None
    return own_roots if asked.roots is None else str(PurePath(root, asked.roots))


class _Managers:
    """The connection managers of one edge. With ``shadow_log`` policies decide."""

    def __init__(
        self,
        edge: Edge,
        alarm: Alarm,
        counted: limits.EdgeLimits,
        *,
        availability: Availability,
        folder: Folder,
        log: access_log.Files,
        shadow_log: str | None,
        verifying: Verifying | None,
        databases: lists.Databases,
    ) -> None:
        self.edge, self.folder = edge, folder
        self._alarm, self._counted, self._availability = alarm, counted, availability
        self._shared = shared.filters(availability)
        self._log, self._shadow_log, self._verifying = log, shadow_log, verifying
        self._databases = databases

    def of(self, table: str, *, knows_people: bool = False) -> Json:
        """That of a route table; where it ``knows_people`` they are asked for, and judged."""
        verifying = self._verifying if knows_people else None
        shadow_log = self._shadow_log if knows_people else None
        origin = None if verifying is None else verifying.facts.origin
        return http.edge_manager(
            stat_prefix=table,
            tls=table != _REDIRECT,
            limits=self.edge.limits,
            requests=self._availability.connections.requests,
            trusted_hops=self.edge.trusted_hops,
            logs=[
                *access_log.file_logs(self._log),
                *([] if shadow_log is None else [shadow.shadow_log(shadow_log)]),
            ],
            routes=http.dynamic_routes(table, self.folder.file(f"rds-{table}.json")),
            filters=[
                *_sources(self.edge, self.folder),
                *self._lists(),
                *limits.saying(self._availability.tell),
                *self._limits(
                    limits.PURPOSE_FILTER, disabled=not self._counted.counts_all_together
                ),
                *self._limits(limits.ADDRESS_FILTER),
                *(self._alarm.before_who(self.folder) if knows_people else []),
                *_who(self.folder, verifying),
                *([] if verifying is None else self._limits(limits.IDENTITY_FILTER)),
                *(self._alarm.after_who(self.folder) if knows_people else []),
                *(self._shared if knows_people else []),
                http.standard_limit(),
                http.route_slot(),
            ],
            refusals=[
                *(self._alarm.replies() if knows_people else []),
                *([] if shadow_log is None else refusals.forbidden(origin)),
                *([] if origin is None else refusals.mappers(origin)),
                *(own_answers.mappers() if table in {_ALL, _LEGACY} else []),
            ],
        )

    def _lists(self) -> list[Json]:
        """What is asked of requests; of where they come from each connection was, if it can be."""
        return lists.asked_of_requests(
            self._availability.sources,
            by_header=self.edge.trusted_hops > 0,
            databases=self._databases,
            folder=self.folder,
        )

    def _limits(self, name: str, *, disabled: bool = False) -> list[Json]:
        if not self._counted.has(name):
            return []
        file = self.folder.file(f"ecds-{name}.json")
        return [http.dynamic_filter(name, file, limits.TYPE, disabled=disabled)]


def _who(folder: Folder, verifying: Verifying | None) -> list[Json]:
    """The filters that find out who is asking; routes switch on and off what they need."""
    if verifying is None:
        return []
    dynamic = (
        (signed_in.TOKENS_FILTER, signed_in.TOKENS_TYPE),
        (signed_in.RECENT_FILTER, revoked.TYPE),
        (signed_in.REVOKED_FILTER, revoked.TYPE),
    )
    return [
        signed_in.session_filter(verifying, web=RENEWALS, pause=PAUSE),
        *(http.dynamic_filter(n, folder.file(f"ecds-{n}.json"), kind) for n, kind in dynamic),
    ]


def _sources(edge: Edge, folder: Folder) -> list[Json]:
    """The filters of blocked networks; with none blocked even an empty one costs 4 % a request.

    Behind proxies there always is one, empty or not: blocks made there are to act at once too.
    """
    names = [
        *([sources.FILTER] if edge.blocked else []),
        *([BY_HEADER] if edge.trusted_hops else []),
    ]
    return [
        http.dynamic_filter(name, folder.file(f"ecds-{name}.json"), sources.TYPE) for name in names
    ]

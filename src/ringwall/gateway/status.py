"""What runs and how it is: listeners, upstreams, certificates, the version in force."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from ringwall.gateway.admin import Admin, AdminUnreachableError, is_inside
from ringwall.gateway.callout_counts import CalloutCount, callout_counts
from ringwall.gateway.certificates.acme_schedule import AttemptLog, Attempts, renewal_at
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.expiry import days_left, judge
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY
from ringwall.gateway.envoy.resources import UNKNOWN_HOST
from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.quotas.state import SharedState, read_state, state_file
from ringwall.gateway.shadows import DamagedShadowError, Shadow
from ringwall.gateway.standing import Standing
from ringwall.gateway.versions import DamagedVersionError, Version
from ringwall.gateway.wanted import Wanted
from ringwall.lake.faring import faring
from ringwall.lake.places import Places
from ringwall.runtime.configuration import ConfigurationError

PATIENCE: Final = 1.5
"""Seconds a proxy may take for an answer about itself before it counts as not answering."""


@dataclass(frozen=True, slots=True)
class ListenerStatus:
    """A door: who opened it and where."""

    proxy: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class UpstreamStatus:
    """One address of a service, as one proxy sees it; ``reasons`` say why it is not healthy."""

    proxy: str
    service: str
    address: str
    healthy: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """A certificate, and how many days it has left.

    ``problem`` says what keeps a new one from coming though it is due, ``next_try`` when that is
    tried again (UTC).
    """

    name: str
    names: tuple[str, ...]
    source: str
    serial: str
    not_after: datetime
    days_left: float
    judgment: str
    problem: str
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The gateway's part of ``ringwall status``.

    ``unknown`` names proxies that do not answer; ``damaged`` says why ``version`` is not known.
    ``shared`` is there where shared limits are to be counted in Redis. ``log`` says what keeps the
    log from being written.
    """

    version: Version | None
    damaged: str | None
    listeners: tuple[ListenerStatus, ...]
    upstreams: tuple[UpstreamStatus, ...]
    certificates: tuple[CertificateStatus, ...]
    callouts: tuple[CalloutCount, ...]
    shadow: Shadow | None
    shared: SharedState | None
    unknown: tuple[str, ...]
    log: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json`` and the API."""
        return {
            **asdict(self),
            "version": self.version.to_json() if self.version else None,
            "shadow": self.shadow.to_json() if self.shadow else None,
        }


def gateway_status(gateway: Standing, *, now: datetime) -> GatewayStatus:
    """Ask every proxy of this machine; one that does not answer is said to be unknown."""
    version, wanted, damaged = in_force(gateway)
    listeners: list[ListenerStatus] = []
    upstreams: list[UpstreamStatus] = []
    callouts: tuple[CalloutCount, ...] = ()
    unknown: list[str] = []
    for proxy in proxies(gateway, wanted):
        admin = gateway.admin(proxy, timeout=PATIENCE)
        try:
            listeners += _listeners(proxy, admin)
            if proxy == EDGE and wanted is not None and wanted.has_callouts:
                callouts = callout_counts(admin)
            upstreams += [
                UpstreamStatus(proxy, one.cluster, one.address, one.healthy, one.reasons)
                for one in admin.upstreams()
            ]
        except (AdminUnreachableError, OSError):
            unknown.append(proxy)
    return GatewayStatus(
        version=version,
        damaged=damaged,
        listeners=tuple(listeners),
        upstreams=tuple(upstreams),
        certificates=certificate_statuses(gateway, now=now),
        callouts=callouts,
        shadow=_shadow(gateway),
        shared=shared_state(gateway, wanted),
        unknown=tuple(unknown),
        log=tuple(faring(Places(gateway.layout.state, gateway.layout.run)).alarms()),
    )


def shared_state(gateway: Standing, wanted: Wanted | None) -> SharedState | None:
    """What the process of shared limits tells; ``None`` where it has nothing to tell."""
    if wanted is None or not wanted.has_quotas or wanted.availability.shared.redis is None:
        return None
    return read_state(state_file(gateway.layout.quotas))


def _shadow(gateway: Standing) -> Shadow | None:
    try:
        current = gateway.shadows.current()
    except DamagedShadowError:
        return None  # `ringwall access shadow` tells what is wrong with it
    return None if current is None else current[0]


def proxies(gateway: Standing, wanted: Wanted | None) -> tuple[str, ...]:
    """The proxies of this machine; those that have an admin socket if that is all there is."""
    if wanted is not None:
        return (EDGE, *map(sidecar_proxy, wanted.sidecars))
    found = gateway.layout.run.glob(f"{sidecar_proxy('*')}.sock")
    return (EDGE, *sorted(path.stem for path in found))


def in_use(credentials: tuple[Credential, ...], wanted: Wanted | None) -> tuple[Credential, ...]:
    """Those of the kept certificates that the edge and the sidecars show now."""
    if wanted is None:
        return credentials
    sources: dict[str, tuple[str, ...]] = {f"host/{UNKNOWN_HOST}": ("local",)}
    for host, settings in wanted.edge.hosts.items():
        source = settings.certificate.source
        # Until the first order is done a local certificate stands in.
        sources[f"host/{host}"] = (source, "local") if source == "acme" else (source,)
    intake = wanted.log.intake
    if intake is not None and intake.has_tls:
        sources.setdefault(f"host/{intake.name}", ("local",))
    for name in (EDGE_IDENTITY, *wanted.sidecars):
        sources[f"service/{name}"] = ("local",)
    kept = {(one.name, str(one.source)): one for one in credentials}
    shown = (
        next((kept[name, source] for source in order if (name, source) in kept), None)
        for name, order in sources.items()
    )
    return tuple(one for one in shown if one is not None)


def kept(credentials: tuple[Credential, ...], wanted: Wanted | None) -> tuple[Credential, ...]:
    """Those in use, and of every other name the one that is kept."""
    found = {one.name: one for one in credentials}
    return tuple((found | {one.name: one for one in in_use(credentials, wanted)}).values())


def kept_credentials(gateway: Standing) -> tuple[Credential, ...]:
    """What `ringwall cert` speaks of: one certificate for each name."""
    _, wanted, _ = in_force(gateway)
    return kept(gateway.certificates.list(), wanted)


def certificate_statuses(
    gateway: Standing, *, now: datetime, idle: bool = False
) -> tuple[CertificateStatus, ...]:
    """Every certificate in use with its remaining days, the first to end first.

    With ``idle`` those too that are kept for names in no use here.
    """
    _, wanted, _ = in_force(gateway)
    credentials = gateway.certificates.list()
    chosen = kept(credentials, wanted) if idle else in_use(credentials, wanted)
    found = []
    for one in chosen:
        attempts = _attempts(gateway, one, wanted, now)
        found.append(
            CertificateStatus(
                name=one.name,
                names=one.names,
                source=one.source,
                serial=one.serial,
                not_after=one.not_after,
                days_left=round(days_left(one, now), 2),
                judgment=str(judge(one, now)),
                problem=attempts.problem,
                next_try=attempts.not_before,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.not_after, one.name)))


def _attempts(
    gateway: Standing, credential: Credential, wanted: Wanted | None, now: datetime
) -> Attempts:
    """What came of ordering a new one, as far as one is due."""
    kind, _, host = credential.name.partition("/")
    settings = wanted.edge.hosts.get(host) if wanted is not None and kind == "host" else None
    if settings is None or settings.certificate.source != "acme":
        return Attempts()
    if credential.source == "acme" and now < renewal_at(credential):
        return Attempts()
    return AttemptLog(gateway.layout.acme, host).read()


def in_force(gateway: Standing) -> tuple[Version | None, Wanted | None, str | None]:
    """The version in force and what it wants, or else why that cannot be told."""
    try:
        version, configuration = gateway.versions.latest(), gateway.in_force()
    except (DamagedVersionError, ConfigurationError) as error:
        return None, None, str(error)
    return version, None if configuration is None else Wanted.of(configuration), None


def _listeners(proxy: str, admin: Admin) -> list[ListenerStatus]:
    found = admin.json("/listeners?format=json").get("listener_statuses", [])
    return [
        ListenerStatus(proxy, one["name"], _place(one["local_address"]))
        for one in found
        if not is_inside(one["local_address"])
    ]


def _place(address: dict[str, Any]) -> str:
    if "pipe" in address:
        return f"unix:{address['pipe']['path']}"
    place = address["socket_address"]
    return f"{place['address']}:{place['port_value']}"

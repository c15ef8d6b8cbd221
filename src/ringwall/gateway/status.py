"""What runs and how it is: listeners, upstreams, certificates, the version in force."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.expiry import days_left, judge
from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.service import Gateway
from ringwall.gateway.versions import Version
from ringwall.gateway.wanted import Wanted


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
    """A certificate in use, and how many days it has left."""

    name: str
    names: tuple[str, ...]
    source: str
    serial: str
    not_after: datetime
    days_left: float
    judgment: str


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The gateway's part of ``ringwall status``. ``unknown`` names proxies that do not answer."""

    version: Version | None
    listeners: tuple[ListenerStatus, ...]
    upstreams: tuple[UpstreamStatus, ...]
    certificates: tuple[CertificateStatus, ...]
    unknown: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json`` and the API."""
        return {
            **asdict(self),
            "version": self.version.to_json() if self.version else None,
        }


def gateway_status(gateway: Gateway, *, now: datetime) -> GatewayStatus:
    """Ask every proxy of this machine; one that does not answer is said to be unknown."""
    configuration = gateway.in_force()
    proxies = [EDGE]
    if configuration is not None:
        proxies += [sidecar_proxy(name) for name in Wanted.of(configuration).sidecars]
    listeners: list[ListenerStatus] = []
    upstreams: list[UpstreamStatus] = []
    unknown: list[str] = []
    for proxy in proxies:
        try:
            listeners += _listeners(gateway, proxy)
            upstreams += [
                UpstreamStatus(proxy, one.cluster, one.address, one.healthy, one.reasons)
                for one in gateway.admin(proxy).upstreams()
            ]
        except AdminUnreachableError:
            unknown.append(proxy)
    return GatewayStatus(
        version=gateway.versions.latest(),
        listeners=tuple(listeners),
        upstreams=tuple(upstreams),
        certificates=certificate_statuses(gateway.certificates.list, now=now),
        unknown=tuple(unknown),
    )


def certificate_statuses(
    credentials: Callable[[], tuple[Credential, ...]], *, now: datetime
) -> tuple[CertificateStatus, ...]:
    """Every certificate with its remaining days, the first to end first."""
    found = [
        CertificateStatus(
            name=one.name,
            names=one.names,
            source=one.source,
            serial=one.serial,
            not_after=one.not_after,
            days_left=round(days_left(one, now), 2),
            judgment=str(judge(one, now)),
        )
        for one in credentials()
    ]
    return tuple(sorted(found, key=lambda one: (one.not_after, one.name)))


def _listeners(gateway: Gateway, proxy: str) -> list[ListenerStatus]:
    found = gateway.admin(proxy).json("/listeners?format=json").get("listener_statuses", [])
    return [ListenerStatus(proxy, one["name"], _place(one["local_address"])) for one in found]


def _place(address: dict[str, Any]) -> str:
    if "pipe" in address:
        return f"unix:{address['pipe']['path']}"
    place = address["socket_address"]
    return f"{place['address']}:{place['port_value']}"

"""Whether the addresses are free that the edge is about to open."""

import socket
from pathlib import Path

from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.service import Gateway, Wanted
from ringwall.runtime.configuration import Address, Configuration


class PortTakenError(OSError):
    """Another process listens there: the text says where and what to change."""


def require_free(gateway: Gateway, configuration: Configuration) -> None:
    """Raise :class:`PortTakenError` if an address of the configuration cannot be opened.

    Envoy shares ports with other processes of the same user (``SO_REUSEPORT``), so that two edges
    would silently take half of the connections each. What an earlier run of this installation
    still holds open is not counted: it is adopted.
    """
    wanted = Wanted.of(configuration)
    edge = wanted.edge
    if not gateway.admin(EDGE).ready():
        _require("edge.listen", edge.listen)
        if edge.redirect is not None:
            _require("edge.redirect", edge.redirect)
    if not _answers(gateway.layout.web):
        _require("edge.private", edge.private)
    for name in wanted.sidecars:
        service = wanted.services[name]
        managed = service.sidecar is not None and service.sidecar.managed
        if managed and not gateway.admin(sidecar_proxy(name)).ready():
            _require(f"services.{name}.addresses", service.addresses[0])


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) == 0


def _require(what: str, address: Address) -> None:
    if address.is_unix:
        return
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except PermissionError as error:
            msg = (
                f"{what}: {address} needs a privilege: ports below 1024 are for root or for "
                "processes with CAP_NET_BIND_SERVICE (the systemd unit of `ringwall init` has it)"
            )
            raise PortTakenError(msg) from error
        except OSError as error:
            msg = f"{what}: {address} cannot be opened ({error.strerror}): change it or stop that"
            raise PortTakenError(msg) from error

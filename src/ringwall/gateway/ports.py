"""Whether the addresses are free that the edge is about to open."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.log_checks import INTAKE, log_doors
from ringwall.gateway.service import Gateway
from ringwall.gateway.wanted import Wanted
from ringwall.lake.places import Places
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
    ours = {
        *(("edge.listen", "edge.redirect") if gateway.admin(EDGE).ready() else ()),
        *(("edge.private",) if _answers(gateway.layout.web) else ()),
        *_own_doors(gateway, wanted),
        *(key for name, key in _sidecar_keys(wanted) if gateway.admin(sidecar_proxy(name)).ready()),
    }
    for key, address in doors(wanted).items():
        if key not in ours:
            _require(key, address)


def require_new_free(current: Configuration, configuration: Configuration) -> None:
    """Raise :class:`PortTakenError` if an address that ``current`` does not have cannot be opened.

    An address that only passes from one of ours to another is open while the change is made.
    """
    held = set(map(str, doors(Wanted.of(current)).values()))
    for key, address in doors(Wanted.of(configuration)).items():
        if str(address) not in held:
            _require(key, address)


def doors(wanted: Wanted) -> dict[str, Address]:
    """What this machine opens, by the configuration key that says so."""
    found = {"edge.listen": wanted.edge.listen, "edge.private": wanted.edge.private}
    if wanted.edge.redirect is not None:
        found["edge.redirect"] = wanted.edge.redirect
    for name, service in wanted.services.items():
        if service.sidecar is not None and service.sidecar.managed:
            found[f"services.{name}.addresses"] = service.addresses[0]
            if service.sidecar.outbound is not None:
                found[f"services.{name}.sidecar.outbound"] = service.sidecar.outbound
    found |= {".".join(map(str, path)): address for path, address in log_doors(wanted.log)}
    return found


def _own_doors(gateway: Gateway, wanted: Wanted) -> Iterator[str]:
    """Those of the log's processes that an earlier run has left running."""
    running = _answers(Places(gateway.layout.state, gateway.layout.run).intake_socket)
    for path, address in log_doors(wanted.log):
        is_ours = running if path[:2] == INTAKE else _is_witness(address)
        if is_ours:
            yield ".".join(map(str, path))


def _is_witness(address: Address) -> bool:
    """Whether a witness answers there: that it is ours is seen by the supervisor."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=1)
    try:
        connection.request("GET", "/add-checkpoint")
        return (connection.getresponse().getheader("Server") or "").startswith("ringwall-witness")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _sidecar_keys(wanted: Wanted) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, f"services.{name}.{key}")
        for name in wanted.sidecars
        for key in ("addresses", "sidecar.outbound")
    )


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

"""The process that takes events of services: what it shows, whom it knows, where it listens."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import EDGE, Edge, HostSettings
from ringwall.gateway.log_checks import local_services
from ringwall.inventory.config import SERVICES, Service
from ringwall.lake.config import LOG, Log
from ringwall.lake.intake.config import Intake
from ringwall.lake.intake.settings import PREFIX
from ringwall.lake.places import Places
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.installation import Installation
from ringwall.runtime.private_files import private_folder, write_private
from ringwall.runtime.processes.probes import Accepts, UnixAddress
from ringwall.runtime.processes.spec import ProcessSpec

INTAKE: Final = "intake"
EVENTS_VARIABLE: Final = "RINGWALL_EVENTS"
"""What a service that Ringwall runs is told of its own socket."""
_SHOWN: Final = "shown.pem"
_LONGEST: Final = 107
"""Bytes of a socket's path (unix(7))."""


class SocketPathError(OSError):
    """A service's own socket cannot be opened; the text says what to change."""


def intake_process(
    installation: Installation,
    configuration: Configuration,
    environment: Mapping[str, str],
    certificates: CertificateStore,
) -> ProcessSpec | None:
    """The process, where services may send; the files that it reads are brought up to date.

    It reads those again by itself: another key, or another service, does not start it anew.
    """
    intake = configuration.one(Log, LOG).intake
    if intake is None:
        return None
    places, folder = Places(installation.state, installation.run), _folder(installation.run)
    private_folder(folder)
    told = {
        "SPOOL": str(places.intake),
        "CONTROL": str(places.intake_socket),
        "STATUS": str(places.intake_told),
        "LARGEST": str(intake.unread),
        "LEAST_FREE": str(intake.least_free),
        "CONNECTIONS": str(intake.connections),
        "KEYS": str(_put(folder / "keys.json", intake.keys)),
    }
    services = configuration.map(Service, SERVICES)
    sockets = local_sockets(installation.run, intake, services)
    told["LOCAL"] = str(_put(folder / "local.json", {name: [os.geteuid()] for name in sockets}))
    told["SOCKETS"] = str(_sockets(installation.run))
    if intake.has_tls:
        domain = configuration.one(Edge, EDGE).trust_domain
        shown = show_certificate(installation.run, intake, certificates)
        told |= {
            "CERTIFICATE": str(shown),
            "KEY": str(shown),
            "TRUST": str(certificates.trust_bundle("services", trust_domain=domain)),
            "TRUST_DOMAIN": domain,
            "TLS_MINIMUM": intake.tls_minimum,
        }
    for name, address in (("HTTP", intake.listen), ("SYSLOG", intake.syslog)):
        if address is not None:
            told[name] = str(address)
    return ProcessSpec(
        name=INTAKE,
        argv=(sys.executable, "-m", "ringwall.lake.intake.process"),
        cwd=configuration.root,
        environment={**environment, **{PREFIX + name: value for name, value in told.items()}},
        ready=Accepts(UnixAddress(places.intake_socket)),
        ready_within=20.0,
        essential=False,
        stop_grace=8.0,
        # What they do as they end is still to be told.
        outlives=tuple(f"service-{name}" for name in services),
    )


def show_certificate(run: Path, intake: Intake, certificates: CertificateStore) -> Path:
    """Where the certificate and its key lie that are shown now; renewed where that was due.

    In one file, so that nobody ever reads a half replaced pair.
    """
    shown = certificates.for_host(intake.name, HostSettings())
    content = shown.chain.read_bytes() + shown.key.read_bytes()
    path = private_folder(_folder(run)) / _SHOWN
    if not path.exists() or path.read_bytes() != content:
        write_private(path, content)
    return path


def local_sockets(
    run: Path, intake: Intake | None, services: Mapping[str, Service]
) -> dict[str, Path]:
    """The own socket of each service of this machine; :class:`SocketPathError`."""
    if intake is None or not intake.local:
        return {}
    found = {name: _sockets(run) / f"{name}.sock" for name in local_services(dict(services))}
    for name, path in found.items():
        if len(os.fsencode(path)) > _LONGEST:
            msg = (
                f"log.intake.local: {path} is too long for a socket ({_LONGEST} bytes): give "
                f"{name} a shorter name, or `--state` a shorter path"
            )
            raise SocketPathError(msg)
    return found


def _folder(run: Path) -> Path:
    return run / INTAKE


def _sockets(run: Path) -> Path:
    return run / "in"


def _put(path: Path, said: Mapping[str, object]) -> Path:
    content = json.dumps(said, sort_keys=True).encode()
    if not path.exists() or path.read_bytes() != content:
        write_private(path, content)
    return path

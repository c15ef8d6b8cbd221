"""Names given on the command line: what may stand there, completed and corrected."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.installation import Installation


def wanted_of(installation: "Installation") -> "Wanted":
    """What is in force, or what the files say before anything was applied."""
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.wanted import Wanted

    configuration = open_gateway(installation).in_force()
    return Wanted.of(configuration or installation.load())


def unknown(what: str, name: str, known: Iterable[str]) -> Refused:
    """The refusal of a name that is none of ``known``, with the one that was probably meant."""
    from ringwall.runtime.configuration.spelling import listed, nearest

    names = sorted(known)
    meant = nearest(name, names)
    hint = f'did you mean "{meant}"?' if meant else f"there is {listed(names, last='and')}"
    return Refused(f'there is no {what} "{name}"', hint=hint if names else "there is none at all")


def complete_service(context: typer.Context) -> list[tuple[str, str]]:
    """Services, with their owners."""
    services = wanted_of(installation_of(context)).services
    return [(name, service.owner) for name, service in services.items()]


def complete_unmanaged(context: typer.Context) -> list[tuple[str, str]]:
    """Services whose sidecar somebody else runs."""
    services = wanted_of(installation_of(context)).services
    return [
        (name, service.owner)
        for name, service in services.items()
        if service.sidecar is not None and not service.sidecar.managed
    ]


def complete_certificate(context: typer.Context) -> list[tuple[str, str]]:
    """Hosts and services that have, or may have, a certificate."""
    wanted = wanted_of(installation_of(context))
    hosts = [(f"host/{name}", "") for name in wanted.edge.hosts]
    return [*hosts, *((f"service/{name}", one.owner) for name, one in wanted.services.items())]


def complete_version(context: typer.Context) -> list[tuple[str, str]]:
    """Versions that were applied, the last first."""
    from ringwall.gateway.opening import open_gateway

    versions = open_gateway(installation_of(context)).versions.all()
    return [
        (str(one.number), f"{one.time:%Y-%m-%d %H:%M} by {one.author}, {one.reason}")
        for one in reversed(versions)
    ]

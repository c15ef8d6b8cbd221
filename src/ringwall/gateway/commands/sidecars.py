"""``sidecar``: run the small Envoy beside one service."""

import os
import sys
from typing import Annotated

import typer

from ringwall.gateway.commands.naming import complete_unmanaged, unknown
from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.refusals import Refused


@command(panel="Running", does="processes:operate", becomes=True)
def sidecar(
    context: typer.Context,
    service: Annotated[
        str,
        typer.Argument(
            metavar="SERVICE",
            help="A service with `sidecar: {managed: false}`.",
            autocompletion=complete_unmanaged,
        ),
    ],
) -> None:
    """Run one service's sidecar in the foreground.

    For a service manager to look after. Needed only for services whose sidecar `ringwall up` does
    not manage. It takes its configuration and its certificates from the state folder and follows
    every change there.
    """
    from ringwall.gateway.layout import sidecar_proxy
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.processes import envoy_process, plain_environment
    from ringwall.gateway.wanted import Wanted

    concerns(context, "Service", service)
    gateway = open_gateway(installation_of(context))
    configuration = gateway.in_force()
    if configuration is None:
        msg = "no configuration has been applied yet"
        raise Refused(msg, hint="`ringwall up` applies one")
    wanted = Wanted.of(configuration)
    found = wanted.services.get(service)
    if found is None:
        raise unknown("service", service, wanted.services)
    if found.sidecar is None:
        msg = f"{service} has no sidecar in the configuration in force"
        raise Refused(msg, hint=f"give it services.{service}.sidecar, then `ringwall reload`")
    if found.sidecar.managed:
        msg = f"`ringwall up` runs the sidecar of {service} itself"
        raise Refused(msg, hint="set sidecar.managed: false to run it elsewhere")
    spec = envoy_process(
        gateway, sidecar_proxy(service), workers=1, environment=plain_environment()
    )
    sys.stdout.flush()
    os.chdir(spec.cwd)
    os.execve(spec.argv[0], spec.argv, dict(spec.environment))  # noqa: S606 - no shell is wanted

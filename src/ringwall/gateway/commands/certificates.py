"""``cert``: list, issue, rotate and export certificates."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.config import HostSettings
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Gateway, Wanted
from ringwall.gateway.status import certificate_statuses
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import Refused

Name = Annotated[
    str, typer.Argument(help="host/NAME or service/NAME, as `ringwall cert list` shows it.")
]


@command(name="list", group="cert")
def cert_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List certificates, the first to end first."""
    gateway = open_gateway(installation_of(context))
    found = certificate_statuses(gateway.certificates.list, now=datetime.now(UTC))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(
        ("certificate", "names", "from", "ends (UTC)", "days left", ""),
        [
            (
                one.name,
                ", ".join(one.names),
                one.source,
                f"{one.not_after:%Y-%m-%d %H:%M}",
                f"{one.days_left:.1f}",
                Text(one.judgment, style="green" if one.judgment == "ok" else "red"),
            )
            for one in found
        ],
        empty="no certificate has been made yet: `ringwall up` makes them",
    )


@command(name="issue", group="cert")
def cert_issue(
    context: typer.Context,
    name: Name,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to.")] = Path(),
) -> None:
    """Issue a certificate from the local authority and write it with its key.

    For a service that speaks mutual TLS by itself (24 hours), or for one more host (30 days).
    """
    gateway = open_gateway(installation_of(context))
    kind, _, rest = name.partition("/")
    if kind == "host":
        credential = gateway.certificates.for_host(rest, HostSettings())
    elif kind == "service":
        domain = _wanted(gateway).edge.trust_domain
        credential = gateway.certificates.for_service(rest, trust_domain=domain)
    else:
        msg = f"{name} is neither host/NAME nor service/NAME"
        raise Refused(msg)
    _write(gateway, credential, out)


@command(name="rotate", group="cert")
def cert_rotate(context: typer.Context, name: Name) -> None:
    """Make a new certificate now; running Envoys show it without a restart."""
    gateway = open_gateway(installation_of(context))
    kind, _, rest = name.partition("/")
    wanted = _wanted(gateway)
    if kind == "host" and rest in wanted.edge.hosts:
        credential = gateway.certificates.rotate_host(rest, wanted.edge.hosts[rest])
    elif kind == "service":
        domain = wanted.edge.trust_domain
        credential = gateway.certificates.rotate_service(rest, trust_domain=domain)
    else:
        known = ", ".join(f"host/{host}" for host in wanted.edge.hosts)
        msg = f"there is no certificate {name}"
        raise Refused(msg, hint=f"{known}, or service/NAME")
    gateway.renew()
    say(f"{name} has a new certificate, serial {credential.serial}", style="green")


@command(name="export", group="cert")
def cert_export(
    context: typer.Context,
    name: Name,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to.")] = Path(),
) -> None:
    """Write a certificate in use and its key (mode 0600) to a folder."""
    gateway = open_gateway(installation_of(context))
    found = {one.name: one for one in gateway.certificates.list()}
    if name not in found:
        msg = f"there is no certificate {name}"
        raise Refused(msg, hint=", ".join(sorted(found)) or "`ringwall up` makes them")
    _write(gateway, found[name], out)


def _wanted(gateway: Gateway) -> Wanted:
    configuration = gateway.in_force()
    if configuration is None:
        msg = "no configuration has been applied yet"
        raise Refused(msg, hint="`ringwall up` applies one")
    return Wanted.of(configuration)


def _write(gateway: Gateway, credential: Credential, out: Path) -> None:
    chain, key = gateway.certificates.export(credential, out)
    say(f"{chain}: the certificate and its chain, until {credential.not_after:%Y-%m-%d %H:%M} UTC")
    say(f"{key}: its key, for nobody else's eyes")

"""``cert``: list, issue, rotate and export certificates."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands.naming import complete_certificate, unknown, wanted_of
from ringwall.gateway.commands.ordering import order
from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.certificates.credential import Credential
    from ringwall.gateway.service import Gateway
    from ringwall.gateway.status import CertificateStatus
    from ringwall.gateway.wanted import Wanted

PANEL: Final = "Certificates"

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="host/NAME or service/NAME, as `ringwall cert list` shows it.",
        autocompletion=complete_certificate,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="The folder to write to.")]


@command(name="list", group="cert", panel=PANEL, does="certificates:see")
def cert_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List certificates, the first to end first."""
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.status import certificate_statuses

    gateway = open_gateway(installation_of(context))
    found = certificate_statuses(gateway, now=datetime.now(UTC), idle=True)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(
        (
            Column("certificate"),
            Column("names", rank=3),
            Column("from", rank=1),
            Column("ends (UTC)", rank=2),
            Column("left", right=True),
            Column("state"),
        ),
        [
            (
                one.name,
                Cell.listing(one.names),
                one.source,
                f"{one.not_after:%Y-%m-%d %H:%M}",
                time_left(one.days_left),
                judged(one),
            )
            for one in found
        ],
        empty="no certificate has been made yet: `ringwall up` makes them",
    )
    tell_problems(found)


@command(name="issue", group="cert", panel=PANEL, does="certificates:renew")
def cert_issue(
    context: typer.Context, name: Name, *, out: Out = Path(), as_json: AsJson = False
) -> None:
    """Write a certificate of the local authority and its key to a folder.

    For a service that speaks mutual TLS by itself (valid 24 hours; with the roots it is to trust),
    or for one more host (30 days). A host with `source: acme` gets the ACME authority's, ordered
    now if it is due. Nothing there is replaced.
    """
    from ringwall.gateway.config import HostSettings
    from ringwall.gateway.opening import open_gateway

    concerns(context, "Certificate", name)
    installation = installation_of(context)
    gateway, wanted = open_gateway(installation), wanted_of(installation)
    kind, rest = _parts(name, wanted)
    _require_folder(out)
    if kind == "host":
        if _ordered(rest, wanted):
            credential = order(gateway, rest, force=False)
        else:
            credential = gateway.certificates.for_host(rest, HostSettings())
        _write(gateway, credential, out, wanted, as_json=as_json)
        if rest not in wanted.edge.hosts and not as_json:
            say("No host of the configuration has this name, so nothing renews it.", style="yellow")
        return
    if rest not in wanted.services:
        raise unknown("service", rest, wanted.services)
    domain = wanted.edge.trust_domain
    credential = gateway.certificates.for_service(rest, trust_domain=domain)
    _write(gateway, credential, out, wanted, as_json=as_json)


@command(name="rotate", group="cert", panel=PANEL, does="certificates:renew")
def cert_rotate(context: typer.Context, name: Name, *, as_json: AsJson = False) -> None:
    """Make or order a new certificate now; running Envoys show it without a restart."""
    from ringwall.gateway.opening import open_gateway

    concerns(context, "Certificate", name)
    installation = installation_of(context)
    gateway, wanted = open_gateway(installation), wanted_of(installation)
    kind, rest = _parts(name, wanted)
    if kind == "host":
        if rest not in wanted.edge.hosts:
            raise unknown("host", rest, wanted.edge.hosts)
        if _ordered(rest, wanted):
            credential = order(gateway, rest, force=True)
        else:
            credential = gateway.certificates.rotate_host(rest, wanted.edge.hosts[rest])
    else:
        if rest not in (known := (*wanted.services, "edge")):
            raise unknown("service", rest, known)
        domain = wanted.edge.trust_domain
        credential = gateway.certificates.rotate_service(rest, trust_domain=domain)
    gateway.renew()
    if as_json:
        print_json(_told(credential))
        return
    say(f"{name} has a new certificate until {credential.not_after:%Y-%m-%d %H:%M} UTC, serial ")
    say(f"  {credential.serial}")


@command(name="export", group="cert", panel=PANEL, does="certificates:renew")
def cert_export(
    context: typer.Context, name: Name, *, out: Out = Path(), as_json: AsJson = False
) -> None:
    """Write a certificate in use, whatever its source, and its key (mode 0600) to a folder."""
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.status import kept_credentials

    concerns(context, "Certificate", name)
    installation = installation_of(context)
    gateway = open_gateway(installation)
    found = {one.name: one for one in kept_credentials(gateway)}
    if not found:
        raise Refused("no certificate has been made yet", hint="`ringwall up` makes them")
    if name not in found:
        raise unknown("certificate", name, found)
    _require_folder(out)
    _write(gateway, found[name], out, wanted_of(installation), as_json=as_json)


def time_left(days: float) -> str:
    """Days as a person says it: ``30 days``, ``23 h``, ``12 min``, ``over``."""
    if days <= 0:
        return "over"
    if days >= 2:
        return f"{days:.0f} days"
    hours = days * 24
    return f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"


def judged(one: "CertificateStatus") -> Cell:
    """The state of a certificate in its colour."""
    colours = {"ok": "green", "renew-soon": "yellow"}
    return Cell(one.judgment, colours.get(one.judgment, "red"))


def tell_problems(found: Iterable["CertificateStatus"]) -> None:
    """Say what keeps certificates from being renewed, and until when."""
    for one in found:
        if one.problem:
            again = f"{one.next_try:%Y-%m-%d %H:%M} UTC" if one.next_try else "soon"
            say((f"{one.name}: ", "bold"), one.problem, f"; tried again {again}", style="red")


def _ordered(host: str, wanted: "Wanted") -> bool:
    settings = wanted.edge.hosts.get(host)
    return settings is not None and settings.certificate.source == "acme"


def _parts(name: str, wanted: "Wanted") -> tuple[str, str]:
    """Take ``host/NAME`` or ``service/NAME`` apart."""
    kind, slash, rest = name.partition("/")
    if slash and rest and kind in {"host", "service"}:
        return kind, rest
    msg = f'"{name}" is neither host/NAME nor service/NAME'
    hint = "`ringwall cert list` shows the names"
    for prefix, known in (("host", wanted.edge.hosts), ("service", wanted.services)):
        if name in known:
            hint = f"did you mean {prefix}/{name}?"
    raise Refused(msg, hint=hint, code=ExitCode.USAGE)


def _require_folder(out: Path) -> None:
    if not out.is_dir():
        what = "is not a folder" if out.exists() else "does not exist"
        hint = "name another" if out.exists() else f"`mkdir -p -m 700 {out}` makes it"
        raise Refused(f"{out} {what}", hint=hint)


def _write(
    gateway: "Gateway", credential: "Credential", out: Path, wanted: "Wanted", *, as_json: bool
) -> None:
    from ringwall.gateway.envoy.sidecar import callers
    from ringwall.gateway.envoy.tls import spiffe_id
    from ringwall.runtime.private_files import write_private

    kind, _, name = credential.name.partition("/")
    domain = wanted.edge.trust_domain
    roots = out / f"{name}-roots.crt" if kind == "service" else None
    if roots is not None and roots.exists():
        msg = f"{roots} exists already: move it away or choose another folder"
        raise FileExistsError(msg)
    chain, key = gateway.certificates.export(credential, out)
    told = {**_told(credential), "chain": str(chain), "key": str(key)}
    if roots is not None:
        bundle = gateway.certificates.trust_bundle("services", trust_domain=domain)
        write_private(roots, bundle.read_bytes(), mode=0o644)
        allowed = callers(name, wanted.services, wanted.routes)
        told["roots"] = str(roots)
        told["callers"] = [spiffe_id(domain, one) for one in allowed]
    if as_json:
        print_json(told)
        return
    say(f"{chain}: the certificate and its chain, until {credential.not_after:%Y-%m-%d %H:%M} UTC")
    say(f"{key}: its key, for nobody else's eyes")
    if roots is not None:
        say(f"{roots}: the roots its callers' certificates come from")
        for one in told["callers"]:
            say(f"  may call it: {one}")


def _told(credential: "Credential") -> dict[str, Any]:
    return {
        "name": credential.name,
        "names": list(credential.names),
        "serial": credential.serial,
        "not_after": credential.not_after,
    }

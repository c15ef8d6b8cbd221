"""``client``: applications and programs that get tokens."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.access.guarding import MACHINE
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.identity.facts import Facts
    from ringwall.identity.models import ApiClient

PANEL: Final = "Programs"

Id = Annotated[str, typer.Argument(metavar="ID", help="The client's id.")]


@command(name="add", group="client", panel=PANEL, does="clients:make")
def client_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people read as its name.")],
    *,
    auth: Annotated[
        str,
        typer.Option(
            "--auth",
            help="How it proves who it is: client_secret_basic, client_secret_post, "
            "private_key_jwt, tls_client_auth, self_signed_tls_client_auth, or none.",
        ),
    ] = "client_secret_basic",
    grant: Annotated[
        list[str] | None,
        typer.Option(
            "--grant",
            help="A way to tokens: authorization_code, refresh_token, client_credentials, device. "
            "Else what its redirect URIs say.",
        ),
    ] = None,
    redirect: Annotated[
        list[str] | None, typer.Option("--redirect", help="A URI people are sent back to.")
    ] = None,
    logout: Annotated[
        list[str] | None, typer.Option("--logout", help="A URI people are sent to after sign-out.")
    ] = None,
    backchannel: Annotated[
        str, typer.Option("--backchannel", help="Where it is told that a session is over.")
    ] = "",
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="An origin whose pages ask for tokens.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="A scope it may ask for: openid, email, or a word of yours."),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="A role it has when it acts for itself.")
    ] = None,
    audience: Annotated[
        list[str] | None,
        typer.Option("--audience", help="The origin of a host its tokens are for; else any."),
    ] = None,
    organisation: Annotated[
        str, typer.Option("--organisation", help="Whose it is, by slug; else the company's.")
    ] = "",
    jwks: Annotated[
        Path | None, typer.Option("--jwks", help="A file with its public keys (JWK set).")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="A file with its own certificate (PEM).")
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option("--authority", help="A file with who signs its certificates (PEM)."),
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            "--subject",
            help="The name in its certificates: CN=billing,O=Shop, dns:, uri:, ip: or email:.",
        ),
    ] = "",
    bound: Annotated[
        bool, typer.Option("--bound", help="Bind its tokens to the certificate it shows.")
    ] = False,
    first_party: Annotated[
        bool, typer.Option("--first-party", help="Our own: people are not asked to consent.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register an application or a program; its secret is shown this once."""
    facts = _open(context)
    from ringwall.identity import clients
    from ringwall.identity.provider.devices import DEVICE_GRANT

    kinds = [DEVICE_GRANT if one == "device" else one for one in grant or []]
    if not kinds:
        kinds = ["authorization_code", "refresh_token"] if redirect else ["client_credentials"]
    by_people = kinds != ["client_credentials"]
    wanted = clients.Registration(
        name=name,
        auth_method=auth,
        grant_types=kinds,
        scopes=scope or (["openid", "profile", "email"] if by_people else []),
        redirect_uris=redirect or [],
        logout_uris=logout or [],
        origins=origin or [],
        organisation=organisation_of(organisation),
        roles=role or [],
        audiences=audience or [],
        jwks=_json(jwks),
        certificate=_text(certificate),
        certificate_authority=_text(authority),
        certificate_subject=subject,
        certificate_bound=bound,
        backchannel_logout_uri=backchannel,
        first_party=first_party,
    )
    try:
        made, secret = clients.add(wanted, facts=facts, by=MACHINE)
    except clients.ClientError as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json({**_told(made), "client_secret": secret, "issuer": facts.origin})
        return
    say(f"{made.client.name} is registered.", style="green")
    show(f"  issuer         {facts.origin}")
    show(f"  client_id      {made.pk}")
    if secret is not None:
        show(f"  client_secret  {secret}")
        say("The secret is not shown again: put it where the program finds it.")


@command(name="list", group="client", panel=PANEL, does="clients:see")
def client_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List clients: what they are, whose, how they prove who they are."""
    _open(context)
    from ringwall.identity import clients

    found = clients.all_clients()
    if as_json:
        print_json([_told(one) for one in found])
        return
    columns = (
        Column("name", least=12),
        Column("id"),
        Column("of", rank=1),
        Column("proves itself by", rank=2),
        Column("scopes", rank=3),
        Column("state"),
    )
    rows = [
        (
            one.client.name,
            one.pk,
            one.organisation.slug if one.organisation else "-",
            one.auth_method,
            Cell.listing(one.client.get_scopes()),
            "off" if one.disabled else "on",
        )
        for one in found
    ]
    print_table(columns, rows, empty="no client is registered: `ringwall client add` does")


@command(name="show", group="client", panel=PANEL, does="clients:see")
def client_show(context: typer.Context, client_id: Id, *, as_json: AsJson = False) -> None:
    """Show all there is to know of a client, but for its secret, which nobody knows."""
    _open(context)
    told = _told(_get(client_id))
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        if value not in (None, "", [], False):
            text = ", ".join(value) if isinstance(value, list) else value
            show(f"{name.replace('_', ' '):22} {text}")


@command(name="rotate-secret", group="client", panel=PANEL, does="clients:renew")
def client_rotate_secret(
    context: typer.Context,
    client_id: Id,
    *,
    overlap_days: Annotated[
        float, typer.Option("--overlap-days", help="How long the old secret stays good.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Give a client a new secret; the old one stays good for a while."""
    _open(context)
    from ringwall.identity import clients

    found = _get(client_id)
    try:
        secret = clients.rotate_secret(found, overlap=timedelta(days=overlap_days), by=MACHINE)
    except (clients.ClientError, OverflowError, ValueError) as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json({"client_id": found.pk, "client_secret": secret})
        return
    say(f"{found.client.name} has a new secret; the old one is good for {overlap_days:g} days.")
    show(f"  client_secret  {secret}")


@command(name="disable", group="client", panel=PANEL, does="clients:remove")
def client_disable(
    context: typer.Context,
    client_id: Id,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the revocation.")] = "",
    as_json: AsJson = False,
) -> None:
    """Switch a client off: its tokens are refused at once, and it gets no more."""
    _open(context)
    from ringwall.identity import clients

    found = _get(client_id)
    clients.disable(found, reason=reason or "the client was switched off", by=MACHINE)
    _tell(found, "is switched off", as_json=as_json)


@command(name="enable", group="client", panel=PANEL, does="clients:change")
def client_enable(context: typer.Context, client_id: Id, *, as_json: AsJson = False) -> None:
    """Switch a client on again; people sign in to it anew."""
    _open(context)
    from ringwall.identity import clients

    found = _get(client_id)
    clients.enable(found, by=MACHINE)
    found.disabled = None
    _tell(found, "is switched on", as_json=as_json)


@command(name="remove", group="client", panel=PANEL, does="clients:remove")
def client_remove(context: typer.Context, client_id: Id, *, as_json: AsJson = False) -> None:
    """Forget a client with all that was granted to it. `disable` can be taken back, this cannot."""
    _open(context)
    from ringwall.identity import clients

    found = _get(client_id)
    told = _told(found)
    clients.remove(found, by=MACHINE)
    if as_json:
        print_json({**told, "removed": True})
        return
    say(f"{told['name']} is removed.", style="green")


def organisation_of(slug: str) -> Any:
    """The organisation of a slug, ``None`` for none; :class:`Refused` when there is no such."""
    from ringwall.identity.models import Organisation

    if not slug:
        return None
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Refused(f'there is no organisation "{slug}"')
    return found


def open_with_facts(context: typer.Context) -> "Facts":
    """Open the tables; the facts of what is in force. :class:`Refused` where nobody can sign in."""
    from ringwall.identity import facts as facts_file
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    open_tables(installation, needs="identity")
    facts = facts_file.read(installation.state)
    if facts.settings.host is None:
        hint = "set identity.host in ringwall.yaml to one of edge.hosts, then `ringwall up`"
        raise Refused("there is no host of sign-in, so nobody issues tokens", hint=hint)
    return facts


_open = open_with_facts


def _get(client_id: str) -> "ApiClient":
    from ringwall.identity import clients

    try:
        return clients.get(client_id)
    except LookupError as error:
        raise Refused(str(error), hint="`ringwall client list` shows the ids") from error


def _tell(found: "ApiClient", what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_told(found))
        return
    say(f"{found.client.name} {what}.", style="green")


def _told(found: "ApiClient") -> dict[str, Any]:
    from ringwall.identity import effective
    from ringwall.identity.installed import current_facts

    client = found.client
    idle = effective.idle_roles(found.roles, found.organisation, current_facts())
    return {
        "client_id": found.pk,
        "name": client.name,
        "organisation": found.organisation.slug if found.organisation else None,
        "auth_method": found.auth_method,
        "grant_types": client.get_grant_types(),
        "scopes": client.get_scopes(),
        "roles": found.roles,
        "without_effect": list(idle),
        "audiences": found.audiences,
        "redirect_uris": client.get_redirect_uris(),
        "logout_uris": client.get_post_logout_redirect_uris(),
        "backchannel_logout_uri": found.backchannel_logout_uri,
        "origins": client.get_cors_origins(),
        "certificate_subject": found.certificate_subject,
        "certificate_thumbprint": found.certificate_thumbprint,
        "certificate_bound": found.certificate_bound,
        "first_party": found.first_party,
        "previous_secret_until": found.previous_until,
        "created": client.created_at,
        "disabled": found.disabled,
    }


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is no PEM file") from error


def _json(path: Path | None) -> Any:
    import json

    if path is None:
        return None
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Refused(f"{path} is no JSON") from error

"""``sso``, ``domain`` and ``scim``: how an organisation's people come in by its own systems."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.access.guarding import MACHINE
from ringwall.identity.commands.organisations import Roles, Slug, organisation
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.identity.models import Connection, Domain

PANEL: Final = "People and organisations"

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's name.")]
DomainName = Annotated[str, typer.Argument(metavar="DOMAIN", help="A mail domain.")]


@command(name="add", group="sso", panel=PANEL, does="connections:change")
def sso_add(
    context: typer.Context,
    slug: Slug,
    name: Name,
    *,
    title: Annotated[str | None, typer.Option("--title", help="What people read.")] = None,
    issuer: Annotated[str | None, typer.Option(help="OpenID Connect: the issuer.")] = None,
    client_id: Annotated[str | None, typer.Option(help="OpenID Connect: our id there.")] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(help="OpenID Connect: a file with our secret there.")
    ] = None,
    entity_id: Annotated[str | None, typer.Option(help="SAML: the provider's entity id.")] = None,
    sso_url: Annotated[str | None, typer.Option(help="SAML: where people sign in there.")] = None,
    certificate: Annotated[
        list[Path] | None, typer.Option(help="SAML: a file with its certificate (PEM).")
    ] = None,
    roles: Roles = None,
    groups_claim: Annotated[str, typer.Option(help="The claim that lists groups.")] = "groups",
    just_in_time: Annotated[
        bool, typer.Option(help="Whether its people become members by themselves.")
    ] = True,
    proves_second_factor: Annotated[
        bool, typer.Option(help="Whether it asks for two factors, and is believed there.")
    ] = False,
    private_network: Annotated[
        bool, typer.Option(help="Whether it may lie in an inner network.")
    ] = False,
    idp_initiated: Annotated[
        bool, typer.Option(help="SAML: whether people may come who did not begin here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let an organisation sign its people on by its own identity provider.

    OpenID Connect takes `--issuer`, `--client-id` and `--client-secret-file`; SAML 2.0 takes
    `--entity-id`, `--sso-url` and `--certificate`. It speaks for the organisation's verified mail
    domains only: `ringwall domain add` is for those.
    """
    found = organisation(context, slug)
    from ringwall.identity.sso import connections

    provider: connections.Oidc | connections.Saml
    if issuer and client_id and client_secret_file and not entity_id:
        secret = client_secret_file.read_text(encoding="utf-8").strip()
        provider = connections.Oidc(issuer=issuer, client_id=client_id, client_secret=secret)
    elif entity_id and sso_url and certificate and not issuer:
        provider = connections.Saml(
            entity_id=entity_id,
            sso_url=sso_url,
            certificates=tuple(one.read_text(encoding="utf-8") for one in certificate),
            idp_initiated=idp_initiated,
        )
    else:
        msg = "a connection is either by OpenID Connect or by SAML, each with its three options"
        raise Refused(msg, hint="`ringwall sso add --help` lists them", code=ExitCode.USAGE)
    made = connections.create(
        found,
        slug=name,
        name=title or name,
        provider=provider,
        default_roles=roles or [],
        groups_claim=groups_claim,
        just_in_time=just_in_time,
        proves_second_factor=proves_second_factor,
        private_network=private_network,
        by=MACHINE,
    )
    if as_json:
        print_json(_told(made))
        return
    say(f"{name} is there. Its administrator needs this of us:", style="green")
    for label, url in _ours(made).items():
        show(f"  {label}: {url}")
    say(f"`ringwall sso test {slug} {name}` tries it.")


@command(name="list", group="sso", panel=PANEL, does="connections:see")
def sso_list(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """List the connections of an organisation; secrets are never shown."""
    found = organisation(context, slug).connections.order_by("created")
    if as_json:
        print_json([_told(one) for one in found])
        return
    print_table(
        (Column("connection"), Column("protocol"), Column("provider", rank=1), Column("state")),
        [
            (
                one.slug,
                one.get_protocol_display(),
                one.settings.get("issuer") or one.settings.get("entity_id"),
                Cell("in use", "green") if one.enabled else Cell("off", "yellow"),
            )
            for one in found
        ],
        empty=f"{slug} has no single sign-on: `ringwall sso add` makes a connection",
    )


@command(name="test", group="sso", panel=PANEL, does="connections:see")
def sso_test(context: typer.Context, slug: Slug, name: Name, *, as_json: AsJson = False) -> None:
    """Ask a connection's provider what can be asked without a person."""
    found = organisation(context, slug)
    from ringwall.identity.sso import connections, trying

    told = trying.try_out(connections.find(found, name))
    if as_json:
        print_json([{"point": one.point, "fine": one.fine, "text": one.text} for one in told])
    else:
        for one in told:
            show(f"{'ok' if one.fine else 'not ok'}: {one.text}")
    if not all(one.fine for one in told):
        raise typer.Exit(ExitCode.FAILED)


@command(name="remove", group="sso", panel=PANEL, does="connections:change")
def sso_remove(context: typer.Context, slug: Slug, name: Name, *, as_json: AsJson = False) -> None:
    """Forget a connection. People keep their accounts and memberships."""
    found = organisation(context, slug)
    from ringwall.identity.sso import connections

    connections.remove(connections.find(found, name), by=MACHINE)
    _say(as_json, {"removed": name}, f"nobody comes by {name} any more")


@command(name="map", group="sso", panel=PANEL, does="groups:map")
def sso_map(
    context: typer.Context,
    slug: Slug,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="As the provider calls it.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help="What its members have here.")],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the mapping back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let members of a provider's or directory's group have a role, from now on."""
    found = organisation(context, slug)
    from ringwall.identity.sso import connections

    change = connections.unmap_group if remove else connections.map_group
    unchanged = [one.user.email for one in change(found, group, role, by=MACHINE)]
    mappings = [{"group": one.group, "role": one.role} for one in found.mappings.all()]
    said = f"{group} {'no longer gives' if remove else 'is'} {role}"
    if unchanged:
        said += f", but nothing changes for {unchanged[0]}, the last owner: name another first"
    _say(as_json, {"mappings": mappings, "unchanged": unchanged}, said)


@command(name="add", group="domain", panel=PANEL, does="domains:change")
def domain_add(
    context: typer.Context, slug: Slug, name: DomainName, *, as_json: AsJson = False
) -> None:
    """Begin to show that a mail domain is an organisation's own; print what to publish."""
    found = organisation(context, slug)
    from ringwall.identity.sso import domains

    made = domains.add(found, name, by=MACHINE)
    if as_json:
        print_json(_domain(made))
        return
    say("Publish one of these, then `ringwall domain verify` looks for it:")
    show(f"  DNS: {domains.RECORD}.{made.name} TXT {made.token}")
    show(f"  or https://{made.name}{domains.PATH} with the line {made.token}")


@command(name="verify", group="domain", panel=PANEL, does="domains:change")
def domain_verify(
    context: typer.Context,
    slug: Slug,
    name: DomainName,
    *,
    trust: Annotated[
        bool, typer.Option("--trust", help="Take your word for it, without looking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what was published; from then on the organisation speaks for the domain."""
    found = organisation(context, slug)
    from ringwall.identity.sso import domains
    from ringwall.identity.sso.looking_up import Internet

    domain = domains.find(found, name)
    if trust:
        domains.vouch(domain)
    elif not domains.verify(domain, Internet(), by=MACHINE):
        msg = f"neither DNS nor the web server of {domain.name} shows the token yet"
        hint = f"`ringwall domain add {slug} {domain.name}` prints it again"
        raise Refused(msg, hint=hint)
    _say(as_json, _domain(domain), f"{domain.name} is of {slug}")


@command(name="list", group="domain", panel=PANEL, does="connections:see")
def domain_list(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """List an organisation's mail domains."""
    found = organisation(context, slug).domains.order_by("name")
    if as_json:
        print_json([_domain(one) for one in found])
        return
    print_table(
        (Column("domain"), Column("state")),
        [
            (one.name, Cell("verified", "green") if one.verified else Cell("waits", "yellow"))
            for one in found
        ],
        empty=f"{slug} has no domain: `ringwall domain add {slug} DOMAIN` begins",
    )


@command(name="token", group="scim", panel=PANEL, does="directories:change")
def scim_token(
    context: typer.Context,
    slug: Slug,
    *,
    name: Annotated[str, typer.Option("--name", help="To know it again.")] = "directory",
    days: Annotated[int, typer.Option("--days", help="How long it lives, 366 at most.")] = 366,
    as_json: AsJson = False,
) -> None:
    """Make a token for an organisation's directory (SCIM 2.0). It is shown this once."""
    found = organisation(context, slug)
    from ringwall.identity.scim import resources, tokens

    made, secret = tokens.make(found, name, life=timedelta(days=days), by=MACHINE)
    if as_json:
        url = resources.location("")
        print_json({"id": made.pk, "token": secret, "url": url, "expires": made.expires})
        return
    say("The directory needs this address and token; the token is shown this once:")
    show(f"  {resources.location('')}")
    show(f"  {secret}", style="bold cyan")


@command(name="list", group="scim", panel=PANEL, does="directories:see")
def scim_list(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """List an organisation's provisioning tokens."""
    found = organisation(context, slug).scimtoken_set.order_by("created")
    if as_json:
        print_json(
            [
                {
                    "id": one.pk,
                    "name": one.name,
                    "expires": one.expires.isoformat(),
                    "last_use": one.last_use and one.last_use.isoformat(),
                    "withdrawn": one.revoked and one.revoked.isoformat(),
                }
                for one in found
            ]
        )
        return
    print_table(
        (
            Column("id", right=True),
            Column("name"),
            Column("ends (UTC)", rank=1),
            Column("last use (UTC)", rank=2),
            Column("state"),
        ),
        [
            (
                one.pk,
                one.name,
                f"{one.expires:%Y-%m-%d}",
                f"{one.last_use:%Y-%m-%d %H:%M}" if one.last_use else "",
                Cell("withdrawn", "yellow") if one.revoked else Cell("in use", "green"),
            )
            for one in found
        ],
        empty=f"{slug} has no token: `ringwall scim token {slug}` makes one",
    )


@command(name="withdraw", group="scim", panel=PANEL, does="directories:change")
def scim_withdraw(
    context: typer.Context,
    slug: Slug,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `scim list` shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Let a provisioning token count no more, from the next request on."""
    found = organisation(context, slug)
    from ringwall.identity.scim import tokens

    gone = tokens.withdraw(found, number, by=MACHINE)
    _say(as_json, {"withdrawn": gone.pk}, f"the token {gone.name} counts no more")


def _told(one: "Connection") -> dict[str, Any]:
    said = one.settings
    return {
        "connection": one.slug,
        "title": one.name,
        "protocol": one.protocol,
        "provider": said.get("issuer") or said.get("entity_id"),
        "enabled": one.enabled,
        "just_in_time": one.just_in_time,
        "default_roles": list(one.default_roles),
        "groups_claim": one.groups_claim,
        "proves_second_factor": said.get("proves_second_factor") is True,
        **_ours(one),
    }


def _ours(one: "Connection") -> dict[str, str]:
    from django.urls import reverse

    from ringwall.identity.installed import current_facts

    origin = current_facts().origin
    if one.protocol == "oidc":
        return {"redirect_uri": origin + reverse("sign_on_callback", args=[one.slug])}
    return {
        "acs_url": origin + reverse("sign_on_acs", args=[one.slug]),
        "metadata_url": origin + reverse("sign_on_metadata", args=[one.slug]),
    }


def _domain(one: "Domain") -> dict[str, Any]:
    from ringwall.identity.sso import domains

    return {
        "domain": one.name,
        "verified": one.verified and one.verified.isoformat(),
        "record": f"{domains.RECORD}.{one.name}",
        "url": f"https://{one.name}{domains.PATH}",
        "token": one.token,
    }


def _say(as_json: bool, told: dict[str, Any], sentence: str) -> None:
    if as_json:
        print_json(told)
    else:
        say(sentence, style="green")

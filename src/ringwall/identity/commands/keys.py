"""``key``: API keys."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.access.actions import Action
from ringwall.access.guarding import MACHINE
from ringwall.identity.commands.clients import open_with_facts, organisation_of
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from datetime import datetime

    from ringwall.identity.apikeys import Made
    from ringwall.identity.models import ApiKey

PANEL: Final = "Programs"

Id = Annotated[str, typer.Argument(metavar="ID", help="The key's id, from `ringwall key list`.")]
Days = Annotated[float, typer.Option("--days", help="Days it lives, 366 at most.")]


@command(name="add", group="key", panel=PANEL, does="keys:make")
def key_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    days: Days,
    owner: Annotated[
        str, typer.Option("--owner", help="The person it acts for, by mail address.")
    ] = "",
    client: Annotated[str, typer.Option("--client", help="Or the client, by id.")] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", help="The organisation it acts in, by slug.")
    ] = "",
    role: Annotated[
        list[str] | None, typer.Option("--role", help="A role it has there, of its owner's.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="A scope it has.")] = None,
    audience: Annotated[
        list[str] | None,
        typer.Option("--audience", help="The origin of a host it is good for; else all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key for a person or a client; it is shown this once."""
    facts = open_with_facts(context)
    from django.utils import timezone

    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint
    from ringwall.identity.models import ApiClient, User

    if bool(owner) == bool(client):
        raise Refused("a key is of a person or of a client", hint="give --owner or --client")
    now = timezone.now()
    person = User.objects.filter(email=owner.strip().lower()).first() if owner else None
    program = ApiClient.objects.filter(pk=client).first() if client else None
    if owner and person is None:
        raise Refused(f"there is nobody with the mail address {owner}")
    if client and program is None:
        raise Refused(f'there is no client "{client}"', hint="`ringwall client list` shows them")
    place = organisation_of(organisation)
    if program is not None and place is None:
        place = program.organisation
    try:
        wanted = apikeys.Wanted(
            name=name,
            expires=now + timedelta(days=days),
            owner=person,
            client=program,
            organisation=place,
            roles=role or [],
            scopes=scope or [],
            audiences=audience or [],
        )
        made = apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE)
    except (apikeys.KeyRefusedError, OverflowError) as error:
        raise Refused(f"no key is made: {error}") from error
    _show(made, as_json=as_json)


@command(name="list", group="key", panel=PANEL, does="keys:see")
def key_list(
    context: typer.Context,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also keys that are over or withdrawn.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List API keys: whose they are, until when, and when they were used last."""
    open_with_facts(context)
    from django.utils import timezone

    from ringwall.identity import apikeys
    from ringwall.identity.models import ApiKey

    now = timezone.now()
    rows = ApiKey.objects.select_related("owner", "client__client", "organisation")
    found = [
        one
        for one in rows.order_by("expires", "pk")
        if everything or apikeys.state_of(one, now) in {"active", "ending", "idle"}
    ]
    if as_json:
        print_json([_told(one, now) for one in found])
        return
    columns = (
        Column("name", least=10),
        Column("id"),
        Column("of", least=12),
        Column("roles", rank=3),
        Column("until (UTC)"),
        Column("last use (UTC)", rank=1),
        Column("from", rank=2),
        Column("state"),
    )
    print_table(columns, [_row(one, now) for one in found], empty="there is no API key")


@command(name="rotate", group="key", panel=PANEL, does="keys:rotate")
def key_rotate(
    context: typer.Context,
    key_id: Id,
    *,
    days: Days,
    overlap_days: Annotated[
        float, typer.Option("--overlap-days", help="How long the old key stays good, 30 at most.")
    ] = 7.0,
    as_json: AsJson = False,
) -> None:
    """Make a key that may do the same; the old one stays good for a while."""
    facts = open_with_facts(context)
    from django.utils import timezone

    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    key = _get(key_id)
    try:
        made = apikeys.rotate(
            key,
            overlap=timedelta(days=overlap_days),
            life=timedelta(days=days),
            facts=facts,
            mint=current_mint(),
            now=timezone.now(),
            by=MACHINE,
        )
    except (apikeys.KeyRefusedError, OverflowError) as error:
        raise Refused(f"the key is not rotated: {error}") from error
    _show(made, as_json=as_json)


@command(name="withdraw", group="key", panel=PANEL, does="keys:withdraw")
def key_withdraw(
    context: typer.Context,
    key_id: Id,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the revocation.")] = "",
    as_json: AsJson = False,
) -> None:
    """Refuse a key from now on, at the edge within a second."""
    open_with_facts(context)
    from django.utils import timezone

    from ringwall.identity import apikeys, asking

    key, now = _get(key_id), timezone.now()
    asking.require(MACHINE, Action.KEYS_WITHDRAW, key)
    apikeys.withdraw(key, reason=reason or "it was withdrawn", now=now)
    if as_json:
        print_json(_told(key, now))
        return
    say(f"the key {key.name} ({key.pk}) is withdrawn.", style="green")


def _get(key_id: str) -> "ApiKey":
    from ringwall.identity.models import ApiKey

    found = (
        ApiKey.objects.select_related("owner", "client__client", "organisation")
        .filter(pk=key_id)
        .first()
    )
    if found is None:
        hint = "`ringwall key list` shows the ids; a key's text is not asked for"
        raise Refused("there is no API key of that id", hint=hint)
    return found


def _show(made: "Made", *, as_json: bool) -> None:
    from django.utils import timezone

    if as_json:
        print_json({**_told(made.key, timezone.now()), "key": made.text})
        return
    say(f"The key {made.key.name} ({made.key.pk}) holds until {made.key.expires:%Y-%m-%d %H:%M}.")
    show(made.text)
    say("It is not shown again: put it where the program finds it.", style="dim")


def _row(key: "ApiKey", now: "datetime") -> tuple[object, ...]:
    from ringwall.identity import apikeys

    return (
        key.name,
        key.pk,
        _owner(key),
        Cell.listing(key.roles),
        f"{key.ends or key.expires:%Y-%m-%d %H:%M}",
        f"{key.last_use:%Y-%m-%d %H:%M}" if key.last_use else "never",
        key.last_address or "-",
        apikeys.state_of(key, now),
    )


def _owner(key: "ApiKey") -> str:
    if key.owner is not None:
        return key.owner.email
    return "-" if key.client is None else str(key.client.client.name)


def _told(key: "ApiKey", now: "datetime") -> dict[str, Any]:
    from ringwall.identity import apikeys

    return {
        "id": key.pk,
        "name": key.name,
        "owner": key.owner.email if key.owner else None,
        "client": key.client.pk if key.client else None,
        "organisation": key.organisation.slug if key.organisation else None,
        "roles": key.roles,
        "scopes": key.scopes,
        "audiences": key.audiences,
        "created": key.created,
        "expires": key.expires,
        "ends": key.ends,
        "last_use": key.last_use,
        "last_address": key.last_address,
        "withdrawn": key.revoked,
        "idle": key.idle or None,
        "replaces": key.replaces_id,
        "state": apikeys.state_of(key, now),
    }

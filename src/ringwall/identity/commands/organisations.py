"""``org``, ``member`` and ``invite``: organisations and who belongs to them."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.access.guarding import MACHINE
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.identity.models import Membership, Organisation

PANEL: Final = "People and organisations"

Slug = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its name in hosts and tokens.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's mail address.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="A role there; may be given several times."),
]


def organisation(context: typer.Context, slug: str) -> "Organisation":
    """The organisation a command names; ``LookupError`` says that there is none."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity import organisations

    return organisations.find(slug)


@command(name="add", group="org", panel=PANEL, does="organisations:make")
def org_add(
    context: typer.Context,
    slug: Slug,
    *,
    name: Annotated[str | None, typer.Option("--name", help="What people read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a customer's organisation.

    Its name stands in host names and tokens and never changes; what people read can.
    """
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity import organisations

    made = organisations.create(slug=slug, name=name or slug, by=MACHINE)
    if as_json:
        print_json(_told(made))
        return
    say(f"{made.slug} is there.", style="green")
    say(f"`ringwall invite add {made.slug} EMAIL --role administrator` invites who manages it.")


@command(name="list", group="org", panel=PANEL, does="organisations:see")
def org_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List organisations, the company's own first."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity.models import Organisation

    found = sorted(Organisation.objects.all(), key=lambda one: (one.kind != "provider", one.slug))
    if as_json:
        print_json([_told(one) for one in found])
        return
    print_table(
        (
            Column("organisation"),
            Column("name", rank=1),
            Column("kind", rank=3),
            Column("members", right=True, rank=2),
            Column("state"),
        ),
        [
            (
                one.slug,
                one.name,
                one.kind,
                one.memberships.filter(active=True).count(),
                Cell("suspended", "yellow") if one.suspended else Cell("in use", "green"),
            )
            for one in found
        ],
        empty="there is no organisation yet: `ringwall org add NAME` makes one",
    )


@command(name="show", group="org", panel=PANEL, does="organisations:see")
def org_show(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """Show an organisation, its rules and how its people come in."""
    found = organisation(context, slug)
    told = _told(found)
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        show(f"{name.replace('_', ' ')}: {'' if shown is None else shown}")


@command(name="rules", group="org", panel=PANEL, does="rules:change")
def org_rules(
    context: typer.Context,
    slug: Slug,
    *,
    name: Annotated[str | None, typer.Option("--name", help="What people read.")] = None,
    second_factor: Annotated[
        str | None, typer.Option("--second-factor", help="optional, required or passkey.")
    ] = None,
    idle: Annotated[
        int | None, typer.Option("--idle", help="Minutes without a use; 0 for as everywhere.")
    ] = None,
    absolute: Annotated[
        int | None, typer.Option("--absolute", help="Hours in all; 0 for as everywhere.")
    ] = None,
    networks: Annotated[
        list[str] | None,
        typer.Option("--network", help="Where members may come from; several; `any` for anywhere."),
    ] = None,
    sso_enforced: Annotated[
        bool | None,
        typer.Option("--sso-enforced/--no-sso-enforced", help="Only by its single sign-on."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what an organisation asks of its members, at once; what is not named stays.

    Owners of the company can enter its own organisation by their factors whatever is enforced.
    """
    from dataclasses import replace

    found = organisation(context, slug)
    from ringwall.identity import organisations

    changed: dict[str, Any] = {}
    if second_factor is not None:
        changed["second_factor"] = second_factor
    if idle is not None:
        changed["session_idle"] = idle * 60 or None
    if absolute is not None:
        changed["session_absolute"] = absolute * 3600 or None
    if networks is not None:
        changed["networks"] = () if networks == ["any"] else tuple(networks)
    if sso_enforced is not None:
        changed["sso_enforced"] = sso_enforced
    if not changed and name is None:
        raise Refused("nothing is named to change", hint="see --help", code=ExitCode.USAGE)
    if changed:
        organisations.set_rules(
            found, replace(organisations.rules_of(found), **changed), by=MACHINE
        )
    if name is not None:
        organisations.rename(found, name, by=MACHINE)
    _say(as_json, _told(found), f"the rules of {slug} hold from now on")


@command(name="suspend", group="org", panel=PANEL, does="organisations:suspend")
def org_suspend(
    context: typer.Context,
    slug: Slug,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """Let nobody act for an organisation, within a second: people, programs and provisioning."""
    found = organisation(context, slug)
    from ringwall.identity import organisations

    organisations.suspend(found, reason=reason, by=MACHINE)
    _say(as_json, _told(found), f"nobody can act for {slug} any more")


@command(name="restore", group="org", panel=PANEL, does="organisations:suspend")
def org_restore(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """Let the members of a suspended organisation in again."""
    found = organisation(context, slug)
    from ringwall.identity import organisations

    organisations.restore(found, by=MACHINE)
    _say(as_json, _told(found), f"{slug} is in use again")


@command(name="remove", group="org", panel=PANEL, does="organisations:remove")
def org_remove(
    context: typer.Context,
    slug: Slug,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Really.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete an organisation with its keys, connections and invitations.

    Its people keep their accounts. Its name is not given again for a year.
    """
    found = organisation(context, slug)
    from ringwall.identity import organisations

    if not yes:
        msg = f"{slug} and all that is its own would be gone for good"
        raise Refused(msg, hint="`--yes` does it", code=ExitCode.USAGE)
    organisations.remove(found, by=MACHINE)
    _say(as_json, {"removed": slug}, f"{slug} is gone")


@command(name="add", group="member", panel=PANEL, does="roles:grant")
def member_add(
    context: typer.Context,
    slug: Slug,
    email: Email,
    *,
    roles: Roles = None,
    as_json: AsJson = False,
) -> None:
    """Make somebody who has an account a member; `invite add` asks everybody else."""
    found = organisation(context, slug)
    from ringwall.identity import membership
    from ringwall.identity.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        hint = f"`ringwall invite add {slug} {email}` lets them make one"
        raise Refused(f"nobody has an account with {email}", hint=hint)
    made = membership.add(found, user, roles or [], source="command", by=MACHINE)
    _say(as_json, _member(made), f"{email} is a member of {slug}")


@command(name="list", group="member", panel=PANEL, does="members:see")
def member_list(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """List the members of an organisation and their roles."""
    found = organisation(context, slug)
    from ringwall.identity import effective
    from ringwall.identity.installed import current_facts

    facts = current_facts()
    members = found.memberships.select_related("user").order_by("user__email")
    if as_json:
        print_json([_member(one) for one in members])
        return
    print_table(
        (Column("member"), Column("name", rank=2), Column("roles"), Column("came by", rank=3)),
        [
            (
                Cell(one.user.email, "" if one.active and one.user.is_active else "dim"),
                one.user.name,
                Cell.listing([*effective.marked(one.roles, found, facts), *_lent(one)]),
                one.source if one.active else f"{one.source}, at rest",
            )
            for one in members
        ],
        empty=f"{slug} has no members: `ringwall invite add {slug} EMAIL` invites one",
    )


@command(name="roles", group="member", panel=PANEL, does="roles:grant")
def member_roles(
    context: typer.Context,
    slug: Slug,
    email: Email,
    *,
    roles: Roles = None,
    as_json: AsJson = False,
) -> None:
    """Give a member exactly these roles, at the edge within a second; none without `--role`."""
    found = organisation(context, slug)
    from ringwall.identity import membership

    member = membership.find(found, email)
    membership.set_roles(member, roles or [], by=MACHINE)
    _say(as_json, _member(member), f"{email} is now {', '.join(member.roles) or 'without a role'}")


@command(name="remove", group="member", panel=PANEL, does="members:remove")
def member_remove(
    context: typer.Context, slug: Slug, email: Email, *, as_json: AsJson = False
) -> None:
    """End a membership, at the edge within a second. The account stays."""
    found = organisation(context, slug)
    from ringwall.identity import membership

    membership.remove(membership.find(found, email), reason="removed by command", by=MACHINE)
    _say(as_json, {"removed": email, "organisation": slug}, f"{email} is out of {slug}")


@command(name="add", group="invite", panel=PANEL, does="members:invite")
def invite_add(
    context: typer.Context,
    slug: Slug,
    email: Email,
    *,
    roles: Roles = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody by mail, and print the link too.

    It holds for a week, once, and only for whoever shows that the address is theirs.
    """
    found = organisation(context, slug)
    from ringwall.identity import invitations

    made, link = invitations.invite(found, email, roles or [], by=MACHINE)
    if as_json:
        print_json({**_invitation(made), "link": link})
        return
    say(f"{made.email} is invited to {slug} and gets this link by mail:", style="green")
    show(f"  {link}", style="bold cyan")


@command(name="list", group="invite", panel=PANEL, does="invitations:see")
def invite_list(context: typer.Context, slug: Slug, *, as_json: AsJson = False) -> None:
    """List invitations that nobody has taken yet."""
    found = organisation(context, slug)
    from ringwall.identity import invitations

    waiting = invitations.waiting(found)
    if as_json:
        print_json([_invitation(one) for one in waiting])
        return
    print_table(
        (Column("invited"), Column("roles"), Column("by", rank=2), Column("until (UTC)", rank=1)),
        [
            (
                one.email,
                Cell.listing(one.roles),
                one.invited_by.email if one.invited_by else "",
                f"{one.expires:%Y-%m-%d %H:%M}",
            )
            for one in waiting
        ],
        empty="nobody is invited",
    )


@command(name="withdraw", group="invite", panel=PANEL, does="invitations:withdraw")
def invite_withdraw(
    context: typer.Context, slug: Slug, email: Email, *, as_json: AsJson = False
) -> None:
    """Take an invitation back."""
    found = organisation(context, slug)
    from ringwall.identity import invitations

    if not invitations.withdraw(found, email, by=MACHINE):
        raise Refused(f"{email} has no invitation to {slug} that waits")
    _say(as_json, {"withdrawn": email}, f"the link of {email} leads nowhere now")


def _lent(one: "Membership") -> list[str]:
    """What somebody has for some time, as people read it."""
    from django.utils import timezone

    from ringwall.identity import lent

    found = lent.roles(one, timezone.now())
    return [f"{role} (until {ends:%Y-%m-%d %H:%M})" for role, ends in sorted(found.items())]


def _told(one: "Organisation") -> dict[str, Any]:
    return {
        "organisation": one.slug,
        "name": one.name,
        "kind": one.kind,
        "created": one.created.isoformat(),
        "suspended": one.suspended and one.suspended.isoformat(),
        "members": one.memberships.filter(active=True).count(),
        "second_factor": one.second_factor,
        "session_idle": one.session_idle,
        "session_absolute": one.session_absolute,
        "networks": list(one.networks),
        "sso_enforced": one.sso_enforced,
        "domains": [one.name for one in one.domains.filter(verified__isnull=False)],
        "connections": [found.slug for found in one.connections.filter(enabled=True)],
    }


def _member(one: "Membership") -> dict[str, Any]:
    from django.utils import timezone

    from ringwall.identity import effective, lent
    from ringwall.identity.installed import current_facts

    idle = effective.idle_roles(one.roles, one.organisation, current_facts())
    return {
        "email": one.user.email,
        "name": one.user.name,
        "roles": list(one.roles),
        "without_effect": list(idle),
        "from_groups": list(one.from_groups),
        "for_some_time": {
            role: ends.isoformat() for role, ends in lent.roles(one, timezone.now()).items()
        },
        "source": one.source,
        "active": one.active,
    }


def _invitation(one: Any) -> dict[str, Any]:
    return {
        "email": one.email,
        "roles": list(one.roles),
        "invited_by": one.invited_by.email if one.invited_by else None,
        "expires": one.expires.isoformat(),
    }


def _say(as_json: bool, told: dict[str, Any], sentence: str) -> None:
    if as_json:
        print_json(told)
    else:
        say(sentence, style="green")

"""``user``: people, their sessions, and letting them in no more."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.identity.commands.organisations import Email
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.identity.models import User

PANEL: Final = "People and organisations"

Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the log.")]


def _find(context: typer.Context, email: str) -> "User":
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity.models import User

    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        msg = f"nobody has an account with {email}: `ringwall user list` shows who has one"
        raise LookupError(msg)
    return found


@command(name="list", group="user", panel=PANEL, does="people:see")
def user_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List people who have an account."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity.models import User

    found = [_told(one) for one in User.objects.order_by("email").prefetch_related("memberships")]
    if as_json:
        print_json(found)
        return
    print_table(
        (
            Column("person"),
            Column("name", rank=2),
            Column("organisations", rank=1),
            Column("sessions", right=True, rank=3),
            Column("state"),
        ),
        [
            (
                one["email"],
                one["name"],
                Cell.listing(sorted(one["roles"])),
                one["sessions"],
                Cell("active", "green") if one["active"] else Cell("disabled", "red"),
            )
            for one in found
        ],
        empty="nobody has an account yet: `ringwall admin link` lets the first one in",
    )


@command(name="show", group="user", panel=PANEL, does="people:see")
def user_show(context: typer.Context, email: Email, *, as_json: AsJson = False) -> None:
    """Show a person, their factors and their roles in each organisation."""
    told = _told(_find(context, email))
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        if name == "roles":
            for slug, roles in value.items():
                idle = told["without_effect"][slug]
                marked = [f"{one} (without effect)" if one in idle else one for one in roles]
                show(f"in {slug}: {', '.join(marked) or 'without a role'}")
        elif name != "without_effect":
            show(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


@command(name="disable", group="user", panel=PANEL, does="people:disable")
def user_disable(
    context: typer.Context, email: Email, *, reason: Reason, as_json: AsJson = False
) -> None:
    """Let a person in nowhere any more, within a second. Nothing of theirs is deleted."""
    user = _find(context, email)
    from ringwall.identity import sessions

    sessions.disable(user, reason=reason)
    _say(as_json, user, f"{email} is in nowhere any more")


@command(name="enable", group="user", panel=PANEL, does="people:disable")
def user_enable(context: typer.Context, email: Email, *, as_json: AsJson = False) -> None:
    """Let a disabled person sign in again."""
    user = _find(context, email)
    from ringwall.identity import sessions

    sessions.enable(user)
    _say(as_json, user, f"{email} can sign in again")


@command(name="sessions", group="user", panel=PANEL, does="people:see")
def user_sessions(context: typer.Context, email: Email, *, as_json: AsJson = False) -> None:
    """List where a person is signed in."""
    user = _find(context, email)
    from ringwall.identity.installed import where_is

    found = user.sessions.select_related("organisation").filter(ended=None).order_by("-last_use")
    if as_json:
        print_json(
            [
                {
                    "session": one.pk,
                    "organisation": one.organisation.slug if one.organisation else None,
                    "created": one.created.isoformat(),
                    "last_use": one.last_use.isoformat(),
                    "expires": one.expires.isoformat(),
                    "acr": one.acr,
                    "amr": one.amr,
                    "address": one.address,
                    "place": where_is(one.address) or None,
                    "user_agent": one.user_agent,
                }
                for one in found
            ]
        )
        return
    print_table(
        (
            Column("session", rank=3),
            Column("last use (UTC)"),
            Column("from"),
            Column("for", rank=1),
            Column("proven", rank=2),
            Column("device", rank=4),
        ),
        [
            (
                one.pk,
                f"{one.last_use:%Y-%m-%d %H:%M}",
                " ".join(part for part in (one.address, where_is(one.address)) if part),
                one.organisation.slug if one.organisation else "",
                one.acr,
                one.user_agent[:60],
            )
            for one in found
        ],
        empty=f"{email} is signed in nowhere",
    )


@command(name="end-sessions", group="user", panel=PANEL, does="people:end-sessions")
def user_end_sessions(
    context: typer.Context, email: Email, *, reason: Reason, as_json: AsJson = False
) -> None:
    """Sign a person out everywhere, within a second. They may sign in again."""
    user = _find(context, email)
    from ringwall.identity import sessions

    ended = sessions.end_all(user, reason=reason)
    if as_json:
        print_json({"email": user.email, "ended": ended})
        return
    say(f"{ended} sessions of {email} are over", style="green")


def _told(user: "User") -> dict[str, Any]:
    from allauth.mfa.models import Authenticator

    from ringwall.identity import effective
    from ringwall.identity.installed import current_facts

    facts = current_facts()
    members = user.memberships.select_related("organisation").filter(active=True)
    kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    return {
        "email": user.email,
        "name": user.name,
        "subject": user.subject,
        "active": user.is_active,
        "created": user.created.isoformat(),
        "factors": sorted(set(kinds)),
        "password": user.has_usable_password(),
        "sessions": user.sessions.filter(ended=None).count(),
        "roles": {one.organisation.slug: list(one.roles) for one in members},
        "without_effect": {
            one.organisation.slug: list(effective.idle_roles(one.roles, one.organisation, facts))
            for one in members
        },
    }


def _say(as_json: bool, user: "User", sentence: str) -> None:
    user.refresh_from_db()
    if as_json:
        print_json(_told(user))
    else:
        say(sentence, style="green")

"""``access request``: asking for roles for some time, and answering, from the machine.

Commands run as whoever owns the machine. They ask for somebody else, and what they ask for is
approved by a person; they approve what people ask for, and it is told that a command did.
"""

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from ringwall.access.guarding import MACHINE
from ringwall.identity.commands.organisations import Email, Slug
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.identity.models import AccessRequest

PANEL: Final = "Access"
GROUP: Final = "access request"

Id = Annotated[
    str,
    typer.Argument(metavar="REQUEST", help="Its id, or as much of its beginning as is its own."),
]
Lasts = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="For how long: 15m, 8h, 3d.")
]
Why = Annotated[str, typer.Option("--reason", help="Why; whoever it is about reads it.")]
_SHORTEST_ID: Final = 4


@command(name="make", group=GROUP, panel=PANEL, does="requests:make")
def request_make(
    context: typer.Context,
    slug: Slug,
    email: Email,
    *,
    roles: Annotated[
        list[str],
        typer.Option("--role", metavar="ROLE", help="A role; may be given several times."),
    ],
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="For how long: 15m, 8h, 3d.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; whoever approves reads it.")],
    as_json: AsJson = False,
) -> None:
    """Ask for roles for a member, for some time from the approval on.

    Somebody has to approve it on its page: commands approve nothing that commands asked for.
    """
    from ringwall.identity.commands.organisations import organisation

    place = organisation(context, slug)
    from ringwall.identity import membership
    from ringwall.identity.requesting import moves

    member = membership.find(place, email)
    made = moves.make(place, member.user, roles, lasts=_time(lasts), reason=reason, by=MACHINE)
    _say(as_json, made, f"the request {_short(made)} waits for somebody to approve it")


@command(name="list", group=GROUP, panel=PANEL, does="requests:see")
def request_list(
    context: typer.Context,
    *,
    slug: Annotated[
        str | None, typer.Option("--organisation", metavar="ORGANISATION", help="Only its own.")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only those: waiting, granted, denied, over, …")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """List requests for access, the newest first."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity import organisations
    from ringwall.identity.models import RequestState
    from ringwall.identity.requesting import showing

    if state is not None and state not in RequestState.values:
        hint = f"there is {', '.join(RequestState.values)}"
        raise Refused(f"{state!r} is no state of a request", hint=hint, code=ExitCode.USAGE)
    rows = showing.everywhere()
    if slug is not None:
        rows = showing.in_organisation(organisations.find(slug))
    told = (_told(one) for one in rows.iterator(chunk_size=500))
    some = (one for one in told if state is None or one["state"] == state)
    found = list(islice(some, limit))
    if next(some, None) is not None:
        say(f"there are older ones than these {limit}: --limit shows more", stderr=True)
    if as_json:
        print_json(found)
        return
    print_table(
        (
            Column("request"),
            Column("who"),
            Column("organisation", rank=2),
            Column("roles"),
            Column("for", rank=3),
            Column("state"),
            Column("until (UTC)", rank=1),
        ),
        [
            (
                one["request"][:8],
                one["email"],
                one["organisation"],
                Cell.listing(one["roles"]),
                one["given"] or one["lasts"],
                Cell(one["state"], _COLOURS.get(one["state"], "dim")),
                (one["ends"] or "")[:16].replace("T", " "),
            )
            for one in found
        ],
        empty="nobody has asked for access",
    )


@command(name="approve", group=GROUP, panel=PANEL, does="requests:approve")
def request_approve(
    context: typer.Context, request: Id, *, lasts: Lasts = None, as_json: AsJson = False
) -> None:
    """Approve a request that a person has made, perhaps for a shorter time.

    It is told that a command did. What a command asked for is approved by a person.
    """
    found = _find(context, request)
    from ringwall.identity.requesting import moves

    done = moves.approve(found, by=MACHINE, lasts=None if lasts is None else _time(lasts))
    if done.ends is None:
        _say(as_json, done, "approved; it takes somebody else too")
        return
    roles, until = ", ".join(done.roles), f"{done.ends:%Y-%m-%d %H:%M} UTC"
    _say(as_json, done, f"{done.user.email} has {roles} until {until}")


@command(name="deny", group=GROUP, panel=PANEL, does="requests:deny")
def request_deny(
    context: typer.Context, request: Id, *, reason: Why, as_json: AsJson = False
) -> None:
    """Deny a request."""
    found = _find(context, request)
    from ringwall.identity.requesting import moves

    done = moves.deny(found, by=MACHINE, reason=reason)
    _say(as_json, done, f"{done.user.email} is told that it was denied")


@command(name="withdraw", group=GROUP, panel=PANEL, does="requests:withdraw")
def request_withdraw(context: typer.Context, request: Id, *, as_json: AsJson = False) -> None:
    """Take a request back for who asked, or what they were given, at the edge within a second."""
    found = _find(context, request)
    from ringwall.identity.requesting import moves

    done = moves.withdraw(found, by=MACHINE)
    _say(as_json, done, f"the request of {done.user.email} is taken back")


@command(name="end", group=GROUP, panel=PANEL, does="requests:end")
def request_end(
    context: typer.Context, request: Id, *, reason: Why, as_json: AsJson = False
) -> None:
    """End early what somebody was given, at the edge within a second."""
    found = _find(context, request)
    from ringwall.identity.requesting import moves

    done = moves.end(found, by=MACHINE, reason=reason)
    _say(as_json, done, f"{done.user.email} has {', '.join(done.roles)} no more")


_COLOURS: Final = {"waiting": "yellow", "granted": "green", "denied": "red"}


def _find(context: typer.Context, text: str) -> "AccessRequest":
    """The request that a text names or begins the id of."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context), needs="identity")
    from ringwall.identity.models import AccessRequest

    wanted = text.strip().lower().replace("-", "")
    if not _is_hexadecimal(wanted) or not _SHORTEST_ID <= len(wanted) <= 32:
        raise LookupError(_none(text))
    first = UUID(wanted.ljust(32, "0"))
    last = UUID(wanted.ljust(32, "f"))
    found = AccessRequest.objects.filter(pk__gte=first, pk__lte=last)[:2]
    if not found:
        raise LookupError(_none(text))
    if len(found) > 1:
        hint = "`ringwall access request list --json` has them whole"
        raise Refused(f"several requests begin with {text}", hint=hint)
    return found[0]


def _none(text: str) -> str:
    return f"there is no request {text[:40]!r}: `ringwall access request list` lists them"


def _is_hexadecimal(text: str) -> bool:
    return bool(text) and set(text) <= set("0123456789abcdef")


def _time(text: str) -> timedelta:
    from ringwall.runtime.configuration.quantities import seconds_of

    try:
        return timedelta(seconds=seconds_of(text))
    except ValueError as error:
        raise Refused(
            f"{text!r} is no length of time", hint=str(error), code=ExitCode.USAGE
        ) from error


def _short(one: "AccessRequest") -> str:
    return one.pk.hex[:8]


def _told(one: "AccessRequest") -> dict[str, Any]:
    from django.utils import timezone

    from ringwall.identity.requesting import showing
    from ringwall.identity.requesting.answering import state_at
    from ringwall.runtime.configuration.quantities import duration_text

    state = state_at(one, timezone.now())
    given = showing.shortened_to(one, state)
    return {
        "request": str(one.pk),
        "organisation": one.organisation.slug,
        "email": one.user.email,
        "by_command": one.by_machine,
        "roles": list(one.roles),
        "lasts": duration_text(float(one.lasts)),
        "given": None if given is None else duration_text(float(given)),
        "reason": one.reason,
        "state": str(state),
        "created": one.created.isoformat(),
        "answer_by": one.answer_by.isoformat(),
        "approved_by": list(showing.approved_by(one)),
        "granted": one.granted and one.granted.isoformat(),
        "ends": one.ends and one.ends.isoformat(),
        "closed": one.closed and one.closed.isoformat(),
        "closed_by": showing.closed_by(one) or None,
        "note": one.note,
    }


def _say(as_json: bool, one: "AccessRequest", sentence: str) -> None:
    if as_json:
        print_json(_told(one))
    else:
        say(sentence, style="green")

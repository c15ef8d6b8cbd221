"""``log hold``, ``release``, ``holds``, ``erase``: all that is ever changed in the log."""

from datetime import datetime
from typing import Annotated

import typer

from ringwall.lake.commands.places import GROUP, PANEL, ask, by, places
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Column

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the hold.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day."),
]


@command(name="hold", group=GROUP, panel=PANEL, does="log:hold")
def log_hold(
    context: typer.Context,
    name: Name,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Who asked for it, in which matter.")],
    user: Annotated[
        str | None, typer.Option("--user", help="Events by or about this person's id.")
    ] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Events of this tenant.")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Keep events however old they become, until the hold is released.

    What is not said matches everything; days are of UTC and both included.
    """
    ask(
        context,
        "hold",
        by=by(),
        name=name,
        reason=reason,
        user=user,
        tenant=tenant,
        since=None if since is None else since.date().isoformat(),
        until=None if until is None else until.date().isoformat(),
    )
    say(f"{name} holds from now on; `ringwall log holds` lists all")


@command(name="release", group=GROUP, panel=PANEL, does="log:hold")
def log_release(context: typer.Context, name: Name) -> None:
    """Take a hold back: what it kept goes when its time is over."""
    ask(context, "release", by=by(), name=name)
    say(f"{name} holds nothing any more")


@command(name="holds", group=GROUP, panel=PANEL, does="log:see")
def log_holds(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List what is held, and why."""
    from ringwall.lake.holds import read_holds

    held = read_holds(places(context).log)
    if as_json:
        from dataclasses import asdict

        print_json([asdict(one) for one in held])
        return
    print_table(
        tuple(map(Column, ("hold", "user", "tenant", "since", "until", "reason"))),
        [
            (
                one.name,
                one.user or "all",
                one.tenant or "all",
                one.since or "",
                one.until or "",
                one.reason,
            )
            for one in held
        ],
        empty="nothing is held",
    )


@command(name="erase", group=GROUP, panel=PANEL, does="log:erase")
def log_erase(
    context: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="The id of a person, as events say.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be taken back.")] = False,
) -> None:
    """Erase what is personal of somebody: names, addresses, what else was kept apart for them.

    Their events stay, with their id, and so does every proof. What was erased is told by an event.
    """
    if not yes:
        msg = f"what is personal of {user} would be gone for good"
        raise Refused(msg, hint="`--yes` does it", code=ExitCode.USAGE)
    count = ask(context, "erase", by=by(), subject=user)["events"]
    if count:
        say(f"erased from {count:,} events; the key that sealed them is destroyed")
    else:
        say(f"nothing personal of {user} is in the log")

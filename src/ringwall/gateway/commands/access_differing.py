"""``access diff``: what a change would grant and take."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.access_changes import Change, Touched
    from ringwall.runtime.configuration import Configuration
    from ringwall.runtime.installation import Installation

_NAMED: Final = 5
_MARKS: Final = {True: ("+ ", "green"), False: ("- ", "red"), None: ("? ", "yellow")}


@command(name="diff", group=options.GROUP, panel=options.PANEL)
def access_diff(
    context: typer.Context,
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="OTHER",
            help="What to compare the files with: a version's number, or a folder with another "
            "ringwall.yaml, such as a git worktree; else what is in force.",
            show_default=False,
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell what the files would grant and take of what is in force.

    The conditions of both are compared, not their words: a policy that is only written otherwise is
    no difference, and nothing that changes is left out. Then who that touches by name, as far as
    the database knows people. Exit code 6 when there is a difference.

    For example: `ringwall access diff`, `ringwall access diff 12`, or
    `git worktree add /tmp/main main` and `ringwall access diff /tmp/main`.
    """
    from ringwall.gateway.access_changes import Comparison
    from ringwall.gateway.allowances import Allowances
    from ringwall.gateway.wanted import Wanted

    installation = installation_of(context)
    new = Wanted.of(installation.load())
    old = Wanted.of(_other(installation, other))
    comparison = Comparison(Allowances(old), Allowances(new))
    changes = comparison.changes()
    touched: tuple[Touched, ...] = ()
    not_asked = None
    if changes:
        try:
            touched = comparison.touched(options.everyone(installation))
        except Refused as error:
            not_asked = error.message
    if as_json:
        print_json(
            {
                "changes": [_json(one) for one in changes],
                "touched": [_touched_json(one) for one in touched],
                "not_asked": not_asked,
            }
        )
    else:
        _show(changes, touched, not_asked)
    if changes:
        raise typer.Exit(ExitCode.DIFFERENT)


def _other(installation: "Installation", other: str | None) -> "Configuration":
    from ringwall.gateway.opening import open_gateway
    from ringwall.runtime.installation import find

    if other is None:
        current = open_gateway(installation).in_force()
        if current is None:
            msg = "no configuration has been applied yet, so everything would be new"
            raise Refused(msg, hint="name a folder with another ringwall.yaml to compare with")
        return current
    if other.isdigit():
        versions = open_gateway(installation).versions
        return versions.load(versions.get(int(other)), installation.sections)
    return find(installation.find_sections, config=Path(other)).load()


def _show(
    changes: "tuple[Change, ...]", touched: "tuple[Touched, ...]", not_asked: str | None
) -> None:
    if not changes:
        say("nobody would be allowed or denied anything else")
        return
    route = None
    for one in sorted(changes, key=lambda change: (change.route, change.host)):
        if (one.route, one.host) != route:
            if route is not None:
                say("")
            route = (one.route, one.host)
            say((one.route, "bold"), f" on {one.host}")
        doing = " ".join(_doing(one))
        verb = {True: "may now", False: "may no longer", None: "may or may not"}[one.granted]
        when = "" if one.when == "always" else f", when {one.when}"
        say(_MARKS[one.granted], f"{one.whose} {verb} {doing}{when}")
        say(f"    {_why(one)}", style="dim")
    say("")
    for who in touched:
        verb = "grants" if who.granted else "takes"
        names = [options.of_whom(one) for one in who.principals]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        direction = "to" if who.granted else "from"
        say(
            (_MARKS[who.granted][0], _MARKS[who.granted][1]),
            f"{verb} {who.action} on {who.route} {direction} {len(names)}: ",
            f"{'; '.join(names[:_NAMED])}{more}",
        )
    if not_asked is not None:
        say(f"whom that touches by name cannot be told: {not_asked}", style="yellow")
    elif not touched:
        say("of all whom the database knows, that touches nobody")


def _doing(change: "Change") -> list[str]:
    pairs = zip(change.methods, change.actions, strict=True)
    return [method if method == action else f"{method}={action}" for method, action in pairs]


def _why(change: "Change") -> str:
    now, before = ", ".join(change.now_by), ", ".join(change.before_by)
    if change.granted is None:
        return "compare the policies by eye"
    if change.granted:
        found = f"by {now}" if now else "by the route itself"
        return f"{found}; before, {before} forbade it" if before else found
    if now:
        return f"by {now}" + (f"; before, {before} permitted it" if before else "")
    return f"{before} permitted it before" if before else "by the route itself"


def _json(change: "Change") -> dict[str, Any]:
    return {
        "route": change.route,
        "host": change.host,
        "methods": list(change.methods),
        "actions": list(change.actions),
        "whom": str(change.whose),
        "granted": change.granted,
        "when": change.when,
        "by": list(change.now_by),
        "before": list(change.before_by),
    }


def _touched_json(touched: "Touched") -> dict[str, Any]:
    from ringwall.gateway.commands.access_listing import principal_json

    return {
        "route": touched.route,
        "action": touched.action,
        "granted": touched.granted,
        "principals": [principal_json(one) for one in touched.principals],
    }

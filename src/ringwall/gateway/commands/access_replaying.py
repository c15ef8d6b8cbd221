"""``access replay``: what other policies would have made of past requests."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.gateway.commands import access_past as past
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.past import Reading
    from ringwall.gateway.replaying import Changed, Example, Kind, Replayed
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.installation import Installation

_NAMED: Final = 5


@command(name="replay", group=options.GROUP, panel=options.PANEL)
def access_replay(
    context: typer.Context,
    other: Annotated[
        Path | None,
        typer.Argument(
            metavar="OTHER",
            help="A folder with another ringwall.yaml, such as a git worktree; else the files as "
            "they are.",
            show_default=False,
        ),
    ] = None,
    *,
    policies: Annotated[
        Path | None,
        typer.Option(
            "--policies",
            metavar="FOLDER",
            help="Its *.cedar files instead of the configuration's own.",
        ),
    ] = None,
    days: past.Days = 7,
    since: past.Since = None,
    as_json: AsJson = False,
) -> None:
    """Tell which real requests the files would have denied, or let in, unlike what was done then.

    Requests are read from the edge's record. Each is judged by what was in force then first; where
    that does not say what was recorded, the request cannot be judged again, and is told so. Exit
    code 6 when any would have been decided otherwise.

    For example: `ringwall access replay`, `ringwall access replay --days 30 --policies drafts`, or
    `git worktree add /tmp/next next` and `ringwall access replay /tmp/next`.
    """
    from ringwall.gateway.looking_back import eras
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.past import Reading, past_requests
    from ringwall.gateway.rejudging import Rejudging
    from ringwall.gateway.replaying import Replay

    installation = installation_of(context)
    begin = past.beginning(days, since)
    new = _wanted(installation, other, policies)
    gateway = open_gateway(installation)
    if gateway.versions.latest() is None:
        msg = "no configuration has been applied yet, so there are no requests to judge again"
        raise Refused(msg, hint="`ringwall up` applies one")
    tables, not_asked = past.tables(installation)
    replay = Replay(eras(gateway.versions, installation.sections), Rejudging(new), tables)
    reading = Reading()
    with past.Progress(reading) as progress:
        for row in past_requests(gateway.layout.log, since=begin, reading=reading):
            replay.judge(row)
            progress.step()
    found = replay.found
    names, strangers = past.Names(tables), past.strangers_since(gateway.layout)
    if as_json:
        told = _json(found, names, not_asked)
        print_json({**told, **past.reading_json(reading, strangers)})
    else:
        _show(found, reading, names, not_asked)
        past.show_strangers(strangers)
    if found.changes:
        raise typer.Exit(ExitCode.DIFFERENT)


def _wanted(installation: "Installation", other: Path | None, policies: Path | None) -> "Wanted":
    from ringwall.gateway.looking_back import with_policies
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.installation import find

    chosen = installation if other is None else find(installation.find_sections, config=other)
    configuration = chosen.load()
    if policies is None:
        return Wanted.of(configuration)
    try:
        found = with_policies(configuration, policies, installation.sections)
    except (LookupError, OSError) as error:
        raise Refused(f"the policies cannot be read: {error}", code=ExitCode.USAGE) from error
    if found.policies is None:
        msg = "the configuration says that there are to be no policies (access: {policies: null})"
        raise Refused(msg, hint="take that out of it to judge by some", code=ExitCode.USAGE)
    return found


def _show(found: "Replayed", reading: "Reading", names: past.Names, not_asked: str | None) -> None:
    if not found.rows:
        past.show_span(reading)
        past.show_unreadable(reading)
        return
    parts = [
        ("would have denied " if not granted else "permitted ")
        + past.told(found.count(granted=granted), found.who(granted=granted))
        for granted in (False, True)
    ]
    say(", ".join(parts), style="bold yellow" if found.changes else "bold green")
    past.show_span(reading)
    ordered = sorted(found.changes.items(), key=lambda one: (one[0].granted, -one[1].count))
    for kind, changed in ordered:
        say("")
        _show_change(kind, changed, names)
    say("")
    judged = found.same + sum(one.count for one in found.changes.values())
    say(f"{judged:,} were judged again, of which {found.same:,} would have ended the same")
    if found.unsure:
        say(f"{found.unsure:,} of them by less than all that was known then", style="yellow")
    if found.by_tables:
        say(
            f"{found.by_tables:,} of them with the roles that the database has now: their lines "
            "tell none",
            style="yellow",
        )
    if found.unjudged:
        say(f"{found.unjudged.total():,} cannot be judged again:", style="yellow")
        for reason, count in found.unjudged.most_common():
            shown = ", ".join(found.unjudged_examples[reason])
            say(f"  {count:,}: {reason}", (f"  ({shown})", "dim"))
    if found.unasked:
        say(f"{found.unasked.total():,} never came to policies:", style="dim")
        for reason_, count in found.unasked.most_common():
            say(f"  {count:,} {reason_.value}", style="dim")
    past.show_unreadable(reading)
    if not_asked is not None:
        say(f"nobody can be looked up in the database: {not_asked}", style="yellow")


def _show_change(kind: "Kind", changed: "Changed", names: past.Names) -> None:
    from ringwall.gateway.envoy.permissions import PROOF
    from ringwall.runtime.configuration.spelling import shortened

    mark, style = ("+ ", "green") if kind.granted else ("- ", "red")
    verb = "permitted" if kind.granted else "denied"
    say(
        (mark, style),
        (kind.route, "bold"),
        f" {kind.action}: {verb} {past.told(changed.count, set(changed.who))}",
    )
    asks = kind.by == (PROOF,) and not kind.granted
    now = "a proof is asked for" if asks else f"by {', '.join(kind.by)}"
    say(f"    now {now}; then by {', '.join(kind.before)}", style="dim")
    most = [f"{names.of(who)} ({count:,})" for who, count in changed.who.most_common(_NAMED)]
    rest = len(changed.who) - _NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    say(f"    {'; '.join(most)}{more}")
    for one in changed.examples:
        say(f"    {past.moment(one.at)} {one.method} {shortened(one.host + one.path)}")
        say(f"      request {one.id}", style="dim")


def _json(found: "Replayed", names: past.Names, not_asked: str | None) -> dict[str, Any]:
    return {
        "denied": _sum_json(found, granted=False),
        "permitted": _sum_json(found, granted=True),
        "same": found.same,
        "unsure": found.unsure,
        "by_tables": found.by_tables,
        "cannot_be_judged": [
            {"reason": reason, "requests": count, "examples": found.unjudged_examples[reason]}
            for reason, count in found.unjudged.most_common()
        ],
        "never_asked": {one.value: count for one, count in found.unasked.items()},
        "changes": [_change_json(kind, one, names) for kind, one in found.changes.items()],
        "not_asked": not_asked,
    }


def _sum_json(found: "Replayed", *, granted: bool) -> dict[str, int]:
    who = found.who(granted=granted)
    return {"requests": found.count(granted=granted), **past.kinds_of(who)}


def _change_json(kind: "Kind", changed: "Changed", names: past.Names) -> dict[str, Any]:
    return {
        "route": kind.route,
        "action": kind.action,
        "granted": kind.granted,
        "by": list(kind.by),
        "before": list(kind.before),
        "requests": changed.count,
        "principals": [
            {**names.json(who), "requests": count} for who, count in changed.who.most_common()
        ],
        "is_cut": changed.is_cut,
        "examples": [_example_json(one) for one in changed.examples],
    }


def _example_json(one: "Example") -> dict[str, Any]:
    return {
        "time": past.moment(one.at, seconds=True),
        "request_id": one.id,
        "method": one.method,
        "host": one.host,
        "path": one.path,
    }

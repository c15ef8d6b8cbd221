"""``access shadow``: a changed policy set runs beside the one in force, and is only counted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.gateway.commands.asking import ask
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.shadow_counts import Counted, Difference
    from ringwall.gateway.shadow_status import ShadowStatus
    from ringwall.runtime.installation import Installation

GROUP: Final = "access shadow"


@command(name="start", group=GROUP, panel=options.PANEL, does="configuration:apply")
def access_shadow_start(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder of the changed policies (*.cedar).")
    ],
    *,
    lasting: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long it runs at most.")
    ] = "7d",
    as_json: AsJson = False,
) -> None:
    """Have changed policies decide beside those in force, and count what they would change.

    What is in force goes on deciding, unchanged. Where the changed policies differ the edge asks
    both, and tells each request that would come out otherwise. The shadow stays through restarts,
    changes and rollbacks; it ends by itself after its time, or once what is in force decides
    alike. Services at their sidecars and routes with call-outs are not compared.

    For example: `git worktree add /tmp/next next`, then `ringwall access shadow start
    /tmp/next/policies`.
    """
    answer = ask(
        installation_of(context),
        "shadow_start",
        author=author(),
        folder=str(folder.resolve()),
        seconds=_seconds(lasting),
    )
    _require_done(answer, as_json=as_json)
    if not as_json:
        until = datetime.fromisoformat(answer["shadow"]["until"])
        say(
            f"{folder} runs beside version {answer['version']['number']} "
            f"until {until:%Y-%m-%d %H:%M} UTC",
            style="green",
        )
        say("`ringwall access shadow status` tells what it would decide otherwise")


@command(name="stop", group=GROUP, panel=options.PANEL, does="configuration:apply")
def access_shadow_stop(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Let no policies run beside those in force; what the shadow came to is kept."""
    answer = ask(installation_of(context), "shadow_stop", author=author())
    _require_done(answer, as_json=as_json)
    if not as_json:
        say(
            "the shadow has ended; `ringwall access shadow status` has what it came to",
            style="green",
        )


@command(name="status", group=GROUP, panel=options.PANEL, does="access:see")
def access_shadow_status(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Tell what the shadow would have decided otherwise so far, and what earlier ones came to."""
    _status(installation_of(context), as_json=as_json)


def _require_done(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    if "refused" in answer:
        _refuse(answer["refused"], as_json=as_json)


def _refuse(refused: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        raise typer.Exit(ExitCode.CONFIGURATION)
    for problem in refused["problems"]:
        show(problem["text"], stderr=True)
    errors = [one["message"] for one in refused["problems"] if one["severity"] == "error"]
    reason = f"{len(errors)} errors" if len(errors) > 1 else (errors or [refused["reason"]])[0]
    msg = f"refused, nothing has changed: {reason}"
    raise Refused(msg, code=ExitCode.CONFIGURATION)


def _seconds(text: str) -> float:
    found = options.seconds_of(text)
    if found <= 0:
        msg = "a shadow runs for some time"
        raise Refused(msg, hint="such as --for 7d", code=ExitCode.USAGE)
    return found


def _status(installation: "Installation", *, as_json: bool) -> None:
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.shadow_status import shadow_status
    from ringwall.gateway.shadows import DamagedShadowError

    try:
        found = shadow_status(open_gateway(installation))
    except (DamagedShadowError, OSError) as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(found.to_json())
        return
    if found.shadow is None or found.counted is None:
        say("no shadow runs: `ringwall access shadow start FOLDER` starts one")
    else:
        _tell(found, found.counted)
    if found.ended:
        say("")
        _tell_ended(found)


def _tell(found: "ShadowStatus", counted: "Counted") -> None:
    shadow = found.shadow
    if shadow is None:
        return
    from ringwall.gateway.commands.watching import age

    now = datetime.now(UTC)
    say(("shadow of ", "bold"), shadow.folder, f" ({shadow.hash[:12]})")
    say(
        f"for {age(now - shadow.since)}, since {shadow.since:%Y-%m-%d %H:%M} UTC by "
        f"{shadow.author}; it ends on {shadow.until:%Y-%m-%d %H:%M} UTC"
    )
    say(f"it differs at {_ways(found.differing)}; nothing is compared elsewhere")
    if found.not_compared:
        say(f"not compared, since Cedar's engine is asked there: {_ways(found.not_compared)}")
    say("not compared: what services do of each other, at their sidecars")
    say("")
    differing = sum(one.requests for one in counted.differences)
    say(
        f"{_counted(counted.compared, 'request')} compared, ",
        (f"{differing} would come out otherwise", "yellow" if differing else "green"),
    )
    for would, words in (("denied", "would have denied"), ("allowed", "would have permitted")):
        mine = [one for one in counted.differences if one.would == would]
        if mine:
            say("")
            _tell_differences(words, mine)


def _tell_differences(words: str, differences: "list[Difference]") -> None:
    from ringwall.gateway.shadow_counts import MOST_NAMED

    people = {who for one in differences for who in one.who}
    requests = sum(one.requests for one in differences)
    more = " or more" if any(len(one.who) >= MOST_NAMED for one in differences) else ""
    asked = _counted(len(people), "person or program", "people and programs")
    say((f"it {words} {_counted(requests, 'request')} of {asked}{more}", "bold"))
    print_table(
        (
            Column("route"),
            Column("action"),
            Column("requests", right=True),
            Column("of", right=True),
            Column("in force", rank=1),
            Column("shadow"),
        ),
        [
            (
                one.route,
                one.action,
                str(one.requests),
                str(len(one.who)),
                one.policy or "-",
                Cell(one.by or "-", "red" if one.would == "denied" else "green"),
            )
            for one in sorted(differences, key=lambda one: -one.requests)
        ],
        empty="",
    )
    for one in differences:
        last = one.examples[-1]
        say(
            f"  such as {last['request_id']}: {last['method']} {last['host']}{last['path']} "
            f"of {last['who']}, {last['time']}",
            style="dim",
        )


def _tell_ended(found: "ShadowStatus") -> None:
    print_table(
        (
            Column("ended"),
            Column("shadow of", shorten="start", least=16, rank=1),
            Column("by", rank=2),
            Column("compared", right=True),
            Column("otherwise", right=True),
            Column("why", rank=1, least=16),
        ),
        [
            (
                f"{datetime.fromisoformat(one['ended']):%Y-%m-%d %H:%M}",
                one.get("folder", "-"),
                one.get("author", "-"),
                str((one.get("counted") or {}).get("compared", "-")),
                str((one.get("counted") or {}).get("differing", "-")),
                one["why"],
            )
            for one in reversed(found.ended[-5:])
        ],
        empty="",
    )


def _ways(ways: dict[str, tuple[str, ...]]) -> str:
    found = [f"{route} ({' '.join(methods)})" for route, methods in ways.items()]
    return ", ".join(found[:6]) + (f" and {len(found) - 6} more" if len(found) > 6 else "")


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or f'{one}s'}"

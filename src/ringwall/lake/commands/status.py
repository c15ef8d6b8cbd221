"""``log`` alone: how the log fares."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say

if TYPE_CHECKING:
    from ringwall.lake.faring import Faring

_OF_INTAKE: Final = (
    ("quarantined", "kept as evidence"),
    ("refused", "senders refused"),
    ("put_off", "requests put off"),
)
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB")


@command(name=GROUP, group=GROUP, panel=PANEL, does="log:see")
def log(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show how the log fares: how much is in it, proven and stored, and what waits."""
    from ringwall.lake.bucket import place_of
    from ringwall.lake.faring import faring
    from ringwall.lake.naming import known_origin

    found = places(context)
    fares, origin = faring(found), known_origin(found.log)
    told, fresh = fares.told, fares.is_fresh
    if as_json:
        import msgspec

        said = None if told is None else msgspec.to_builtins(told)
        print_json(
            {
                "collector": said,
                "origin": origin,
                "runs": fresh,
                "intake": fares.intake,
                "vouching": fares.vouching or None,
                "alarms": [*fares.alarms(), *fares.troubles_outside()],
            }
        )
        return
    say((origin or "a log without a name yet", "bold"))
    if told is None:
        say(
            "The collector has told nothing yet; `ringwall status` says whether it runs",
            style="red",
        )
        return
    if not fresh:
        at = f"{datetime.fromtimestamp(told.at, UTC):%Y-%m-%d %H:%M:%S}"
        say(f"The collector does not run: this is of {at} UTC. Sources go on writing", style="red")
    say(
        f"{told.accepted:,} events accepted, {told.proven:,} of them below a signed checkpoint, "
        f"{told.stored:,} in the table"
    )
    place = place_of(found.log)
    if place is not None:
        say(f"the table lies in {place.uri}")
    if told.put_aside:
        say(f"{told.put_aside:,} lines since its start were no events and were put aside")
    waiting = {name: size for name, size in told.unread.items() if size}
    if waiting:
        sizes = ", ".join(f"{_size(size)} of {name}" for name, size in waiting.items())
        say(f"not read yet: {sizes}")
    for what, why in told.trouble.items():
        say(f"It cannot {what}: {why}", style="red")
    _say_outside(fares)
    outside = list(fares.troubles_outside())
    for one in outside:
        say(f"{one[0].upper()}{one[1:]}", style="red")
    if fresh and not told.trouble and not outside:
        say("All is well", style="green")


def _say_outside(fares: "Faring") -> None:
    """What services send, and who vouches."""
    intake = fares.intake
    if intake is not None and fares.intake_runs:
        parts = [f"{intake['accepted']:,} events"]
        parts += [f"{sum(intake[key].values()):,} {words}" for key, words in _OF_INTAKE]
        doors = ", ".join(
            one["at"] for name, one in sorted(intake["doors"].items()) if name in {"http", "syslog"}
        )
        at = f" at {doors}" if doors else ""
        say(f"From services{at} since it began: {', '.join(parts)}")
    for kind, key in (("witness", "witnesses"), ("anchor", "anchors")):
        all_ = fares.vouching.get(key, ())
        if all_ and fares.vouching_runs:
            well = sum(not one["trouble"] and one["size"] is not None for one in all_)
            say(f"{well} of {len(all_)} {kind if len(all_) == 1 else key} vouch for it")


def _size(count: int) -> str:
    size = float(count)
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:,.0f} {unit}"

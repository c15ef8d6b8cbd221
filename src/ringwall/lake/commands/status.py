"""``log`` alone: how the log fares."""

import time
from datetime import UTC, datetime
from typing import Final

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say

_FRESH_S: Final = 5.0
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB")


@command(name=GROUP, group=GROUP, panel=PANEL, does="log:see")
def log(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show how the log fares: how much is in it, proven and stored, and what waits."""
    from ringwall.lake.naming import known_origin
    from ringwall.lake.telling import read_told

    found = places(context)
    told, origin = read_told(found.told), known_origin(found.log)
    age = None if told is None else time.time() - told.at
    fresh = age is not None and age < _FRESH_S
    if as_json:
        import msgspec

        said = None if told is None else msgspec.to_builtins(told)
        print_json({"collector": said, "origin": origin, "runs": fresh})
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
    if told.put_aside:
        say(f"{told.put_aside:,} lines since its start were no events and were put aside")
    waiting = {name: size for name, size in told.unread.items() if size}
    if waiting:
        sizes = ", ".join(f"{_size(size)} of {name}" for name, size in waiting.items())
        say(f"not read yet: {sizes}")
    for what, why in told.trouble.items():
        say(f"It cannot {what}: {why}", style="red")
    if fresh and not told.trouble:
        say("All is well", style="green")


def _size(count: int) -> str:
    size = float(count)
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:,.0f} {unit}"

"""What the commands share that look back at requests: since when, how far they are, who it was."""

import sys
import time
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from collections.abc import Collection

    from ringwall.gateway.layout import Layout
    from ringwall.gateway.past import Reading
    from ringwall.gateway.recorded import Tables
    from ringwall.gateway.replaying import Who
    from ringwall.runtime.installation import Installation

Days = Annotated[
    int, typer.Option("--days", metavar="N", min=1, max=3650, help="How many days to look back.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Since when instead, such as 2026-11-26T22:00Z."),
]
_EVERY_S: Final = 0.5
_AT_A_TIME: Final = 1000


def beginning(days: int, since: str | None) -> datetime:
    """The time from which requests count; ``Refused`` for one that is none."""
    if since is None:
        return datetime.now(UTC) - timedelta(days=days)
    try:
        found = datetime.fromisoformat(since)
    except ValueError:
        msg = f"{since} is no time"
        hint = "such as 2026-11-26 or 2026-11-26T22:00Z"
        raise Refused(msg, hint=hint, code=ExitCode.USAGE) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def tables(installation: "Installation") -> "tuple[Tables, str | None]":
    """What the database tells; where it cannot be asked, nothing, and why."""
    from ringwall.gateway import looking_back
    from ringwall.gateway.commands.access_options import opened
    from ringwall.gateway.recorded import NO_TABLES

    try:
        modules = opened(installation)
    except Refused as error:
        return NO_TABLES, error.message
    from ringwall.identity.proofs import last_proof

    return looking_back.tables(modules, last_proof), None


class Progress:
    """How far reading is, on a terminal that shows errors; elsewhere nothing is shown."""

    def __init__(self, reading: "Reading") -> None:
        self._reading, self._shown, self._steps = reading, False, 0
        self._next = time.monotonic() + _EVERY_S
        self._is_seen = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        """Begin."""
        return self

    def step(self) -> None:
        """One more is done."""
        self._steps += 1
        if not self._is_seen or self._steps % _AT_A_TIME or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_S
        self._shown = True
        upto = "" if self._reading.last is None else f", up to {moment(self._reading.last)}"
        sys.stderr.write(f"\r\x1b[K{self._reading.rows:,} requests{upto}")
        sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the line as it was."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Names:
    """What people call who has asked."""

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def of(self, who: "Who") -> str:
        """``ada@north.example of north``; by their ids where the database does not know them."""
        said = self.json(who)
        found = str(said["name"])
        if said["key"] is not None:
            found = f"the key {found}"
        if said["through"] is not None:
            found += f" through {said['through']}"
        return f"{found} of {said['tenant']}" if said["tenant"] is not None else found

    def json(self, who: "Who") -> dict[str, Any]:
        """The same for programs."""
        user, tenant, program, key = who
        kind = _kind(who)
        found = None if user is None else self._tables.principal(user, tenant, key)
        name = "nobody known" if user is None else user
        if found is not None:
            name = found.email or found.name or found.id
        through = None
        if kind == "people" and program is not None:
            client = self._tables.principal(program, None, None)
            through = program if client is None else client.name
        return {
            "kind": kind,
            "id": user,
            "name": name,
            "tenant": tenant,
            "through": through,
            "key": key,
        }


_ONE: Final = {"people": "person", "programs": "program", "keys": "key"}


def _kind(who: "Who") -> str:
    user, _, program, key = who
    if user is None:
        return "nobody"
    if key is not None:
        return "keys"
    return "programs" if program == user else "people"


def kinds_of(who: "Collection[Who]") -> dict[str, int]:
    """How many people, programs and keys those are."""
    people = {one[0] for one in who if _kind(one) == "people"}
    programs = {one[0] for one in who if _kind(one) == "programs"}
    keys = {one[3] for one in who if _kind(one) == "keys"}
    return {"people": len(people), "programs": len(programs), "keys": len(keys)}


def told(count: int, who: "Collection[Who]") -> str:
    """``12 requests of 3 people and 1 key``."""
    if not count:
        return "0"
    found = f"{count:,} request{'' if count == 1 else 's'}"
    named = [
        f"{number:,} {_ONE[kind] if number == 1 else kind}"
        for kind, number in kinds_of(who).items()
        if number
    ]
    if any(one[0] is None for one in who):
        named.append("nobody known")
    last = named.pop()
    return f"{found} of {', '.join(named)} and {last}" if named else f"{found} of {last}"


def moment(at: float, *, seconds: bool = False) -> str:
    """A time in UTC: for people to the minute, for programs to the millisecond."""
    found = datetime.fromtimestamp(at, UTC)
    if seconds:
        return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{found:%Y-%m-%d %H:%M}"


def show_span(reading: "Reading") -> None:
    """Say of which requests all this is."""
    if reading.first is None or reading.last is None:
        say("the record has no requests of that time", style="yellow")
        return
    say(
        f"{reading.rows:,} requests are recorded, from {moment(reading.first)} to "
        f"{moment(reading.last)} UTC"
    )


def strangers_since(layout: "Layout") -> float | None:
    """Since when requests of strangers are recorded, where that is for less long than others."""
    from ringwall.gateway.past import first_of

    known, strangers = first_of(layout.log)
    if known is None or strangers is None or strangers <= known:
        return None
    return strangers.timestamp()


def show_strangers(since: float | None) -> None:
    """Say so."""
    if since is not None:
        told = f"{moment(since)} UTC"
        say(f"of those whom the edge did not know, only what came since {told}", style="dim")


def show_unreadable(reading: "Reading") -> None:
    """Say what of the record could not be read."""
    if reading.unreadable:
        named = ", ".join(reading.named)
        more = ", ..." if reading.unreadable > len(reading.named) else ""
        say(
            f"{reading.unreadable:,} lines of the record cannot be read ({named}{more}): they "
            "are in none of these numbers",
            style="yellow",
        )


def reading_json(reading: "Reading", strangers: float | None) -> dict[str, Any]:
    """What was read, for programs."""
    return {
        "requests": reading.rows,
        "first": None if reading.first is None else moment(reading.first, seconds=True),
        "last": None if reading.last is None else moment(reading.last, seconds=True),
        "strangers_since": None if strangers is None else moment(strangers, seconds=True),
        "unreadable": reading.unreadable,
        "unreadable_at": reading.named,
    }

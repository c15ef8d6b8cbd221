"""``limits explain --request``: a past request, the limits it met, and which one refused it."""

from datetime import UTC, datetime
from http import HTTPStatus
from math import floor
from typing import TYPE_CHECKING, Any, Final

from ringwall.gateway.commands import access_past as past
from ringwall.runtime.output import print_json, print_table, say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringwall.gateway.limited import Ending, Weighed
    from ringwall.gateway.record_lines import PastRequest
    from ringwall.gateway.service import Gateway
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.installation import Installation

_MANY: Final = 100
"""Refusals of a second in the record, from which on there were likely more than those."""


def explain(installation: "Installation", name: str, *, days: int, as_json: bool) -> None:
    """Say it of the request that was answered with the id ``name``, of the last ``days`` days."""
    from ringwall.gateway.attacks import alarmed_at
    from ringwall.gateway.limited import Limiting, ending, looked_back_s
    from ringwall.gateway.opening import open_gateway
    from ringwall.gateway.past import Reading, past_requests, request_of

    gateway = open_gateway(installation)
    layout = gateway.layout
    row = request_of(layout.log, name, since=past.beginning(days, None))
    if row is None:
        raise Refused(
            f"no request {name} is recorded in the last {days} days",
            hint=_why_not(gateway),
        )
    wanted, is_of_then = _configured(installation, gateway, row.at)
    limiting, alarm = Limiting(wanted), alarmed_at(layout, row.at)
    seconds = looked_back_s(limiting.met_by(row, alarm=alarm))
    since, reading = row.at - seconds, Reading()
    with past.Progress(reading) as progress:

        def rows() -> "Iterator[PastRequest]":
            start = datetime.fromtimestamp(since, UTC)
            for one in past_requests(layout.log, since=start, reading=reading):
                progress.step()
                yield one

        weighed, others = limiting.weigh(row, rows(), alarm=alarm)
    told = _Told(row, ending(row), weighed, limiting.arriving(row).cost, alarm=alarm, others=others)
    names, strangers = past.Names(past.tables(installation)[0]), past.strangers_since(layout)
    short = strangers if strangers is not None and strangers > since else None
    if as_json:
        print_json(
            {
                **told.json(names),
                "configuration": "of then" if is_of_then else "of now",
                **past.reading_json(reading, strangers),
            }
        )
        return
    told.show(names)
    if not is_of_then:
        say("these are the limits of now: the configuration of then is not kept", style="yellow")
    past.show_strangers(short)
    past.show_unreadable(reading)


class _Told:
    """What there is to say of one request."""

    def __init__(
        self,
        row: "PastRequest",
        how: "Ending",
        weighed: "list[Weighed]",
        cost: int,
        *,
        alarm: bool,
        others: int,
    ) -> None:
        self._row, self._how, self._weighed = row, how, weighed
        self._cost, self._alarm, self._others = cost, alarm, others
        self._guilty = [one for one in weighed if one.may_have_refused]

    @property
    def _again(self) -> float | None:
        """When there was enough in each bucket that may have refused it, if nobody else came."""
        from ringwall.gateway.availability.reckoning import wait_s

        waits = [wait_s(one.met.limit, one.before.tokens, self._cost) for one in self._guilty]
        return self._row.at + max(waits) if waits else None

    @property
    def _room_now(self) -> bool:
        return all(one.now.tokens >= self._cost for one in self._weighed)

    def show(self, names: past.Names) -> None:
        """In words."""
        row = self._row
        say(f"{past.moment(row.at, seconds=True)} {row.method} {row.host}{row.path}")
        who = names.of((row.user, row.tenant, row.program, _key(row)))
        where = f", of the route {row.route}" if row.route else ""
        say(f"by {who}, from {row.address or 'an address that is not known'}{where}")
        say((f"answered {row.status} {_phrase(row.status)}", "bold"), f": {self._because()}")
        if self._alarm:
            say("an attack was under way, so that the limits of an alarm held as well")
        if self._others >= _MANY:
            say(
                f"{self._others:,} others are recorded that were refused in the same second: of so "
                "many only a share is, so there were likely more",
                style="yellow",
            )
        if not self._weighed:
            say("no limit counts it")
            return
        say("")
        self._table()
        say("")
        say(
            "Levels are reckoned from the recorded requests that took from the same bucket: the "
            "edge tells none.",
            style="dim",
        )
        if (again := self._again) is not None:
            when = past.moment(again, seconds=True)
            say(f"There was enough again at {when}, if nobody else came.")
            told = "is" if self._room_now else "is not"
            say(f"By the last request of the record there {told} enough for one like it.")

    def _because(self) -> str:
        from ringwall.gateway.limited import Ending

        names = " or ".join(one.met.name for one in self._guilty)
        if self._how is Ending.PASSED:
            return "no limit refused it"
        if self._how is Ending.OTHERWISE:
            return f"no limit refused it, the edge says {self._row.details}"
        if self._how is Ending.SERVICE:
            return "by the service itself, no limit of Ringwall refused it"
        which = "a shared limit" if self._how is Ending.REFUSED_TOGETHER else "a limit"
        if not names:
            return f"{which} refused it, and by the record none of these was empty"
        return f"refused by {names}"

    def _table(self) -> None:
        print_table(
            (
                Column("limit"),
                Column("bucket of"),
                Column("had", right=True),
                Column("of", right=True),
                Column("rate"),
                Column("at last", right=True, rank=1),
                Column("", rank=1),
            ),
            [
                (
                    one.met.name,
                    Cell.listing([f"{by} {value}" for by, value in one.met.whose], separator=", "),
                    f"{floor(one.before.tokens):,}",
                    f"{one.met.limit.burst:,}",
                    one.met.limit.rate,
                    f"{floor(one.now.tokens):,}",
                    "refused it" if one in self._guilty else "",
                )
                for one in self._weighed
            ],
            empty="",
        )

    def json(self, names: past.Names) -> dict[str, Any]:
        """For programs."""
        row = self._row
        return {
            "request": {
                "id": row.id,
                "time": past.moment(row.at, seconds=True),
                "who": names.json((row.user, row.tenant, row.program, _key(row))),
                "address": row.address,
                "method": row.method,
                "host": row.host,
                "path": row.path,
                "route": row.route,
                "status": row.status,
                "details": row.details,
            },
            "ended": str(self._how),
            "refused_by": [one.met.name for one in self._guilty],
            "again": None if self._again is None else past.moment(self._again, seconds=True),
            "alarm": self._alarm,
            "is_sample": self._others >= _MANY,
            "others_refused_in_that_second": self._others,
            "cost": self._cost,
            "limits": [
                {
                    "name": one.met.name,
                    "bucket": {str(by): value for by, value in one.met.whose},
                    "rate": one.met.limit.rate,
                    "burst": one.met.limit.burst,
                    "had": round(one.before.tokens, 1),
                    "now": round(one.now.tokens, 1),
                    "requests": one.before.requests,
                    "refused": one in self._guilty,
                }
                for one in self._weighed
            ],
        }


def _key(row: "PastRequest") -> str | None:
    from ringwall.gateway.recorded import key_of

    return key_of(row)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _configured(
    installation: "Installation", gateway: "Gateway", at: float
) -> "tuple[Wanted, bool]":
    """What was in force at a time, and whether it was; else the files as they are."""
    from ringwall.gateway.versions import DamagedVersionError
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.configuration import ConfigurationError

    of_then = [one for one in gateway.versions.readable() if one.time.timestamp() <= at]
    if of_then:
        try:
            return Wanted.of(gateway.versions.load(of_then[-1], installation.sections)), True
        except (DamagedVersionError, ConfigurationError):
            pass
    return Wanted.of(installation.load()), False


def _why_not(gateway: "Gateway") -> str:
    """Why a request that there was may not be found."""
    import time

    from ringwall.gateway.attacks import picture

    share = picture(gateway.layout, now=time.time()).found.get("recorded", 100)
    now = f" (now {share}%)" if share < 100 else ""
    return (
        "ids are those of X-Request-Id in answers; of what limits refuse in a flood only a share "
        f"is recorded{now}, all of it is counted: `ringwall attack`"
    )

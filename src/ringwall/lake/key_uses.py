"""The last use of each API key, by what the edge recorded of requests."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ringwall.lake.in_order import EDGE_KIND
from ringwall.lake.places import Places
from ringwall.lake.reaching import again
from ringwall.lake.search.connecting import connect
from ringwall.lake.snapshot import snapshot
from ringwall.lake.so_far import upto
from ringwall.lake.tables import events_of

_REQUESTS: Final = 4002

Use = tuple[str, datetime, str | None]
"""The id of a key, when it was used last, and from which address."""


def latest_uses(places: Places, begin: int) -> tuple[list[Use], int]:
    """Each key that was used from an event on, and the first event that was not looked at.

    What came to no route is left out: keys are verified at routes only, and lines that name
    somebody nevertheless repeat what the client has sent. Where the log has no event ``begin`` it
    is another than the one that was read before, and read from its beginning.
    """

    def look() -> tuple[list[Use], int]:
        until = upto(places)
        first = begin if begin <= until.end else 0
        if first == until.end:
            return [], first
        events = events_of(places)
        found = snapshot(events, places.journal)
        with events.reach(connect(threads=1)) as database:
            rows = database.execute(
                "SELECT actor_credential_uid, max(time), arg_max_null(src_ip, time)"
                f" FROM ({found.relation(classes=[_REQUESTS])})"
                f" WHERE kind = '{EDGE_KIND}' AND index >= {first} AND index < {until.end}"
                " AND actor_credential_uid IS NOT NULL AND length(actor_credential_uid) <= 32"
                " AND route IS NOT NULL AND route <> '' GROUP BY 1"
            ).fetchall()
        return rows, until.end

    return again(look)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The same in JSON, for who asks it of a process of its own."""
    found, end = latest_uses(Places(Path(asked["state"]), Path(asked["run"])), asked["begin"])
    return {"uses": [(key, at.isoformat(), address) for key, at, address in found], "next": end}

"""``GET /api/v1/log/tail``: events as they come, asked for again and again with a cursor.

Answers of the web process are sent in one piece, so who follows waits for each of them (long poll).
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from django.core import signing
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query as Parameter

from ringwall.api.asking import bounded, places, query, told
from ringwall.api.log import MOST, TZ, Form, Q, shown
from ringwall.api.problems import ProblemError, busy
from ringwall.runtime.ending import ending
from ringwall.runtime.recording import current_actor

if TYPE_CHECKING:
    from ringwall.lake.search.language import Query
    from ringwall.lake.search.reading import Search

router: Final = Router()

FOLLOWERS: Final = 8
"""Who waits at a time, of all; each holds a thread that others could be answered by."""
OF_ONE: Final = 2
"""How many of these one key, token or session may be."""
_TOLD_EVERY_S: Final = 600.0
_LOOKS_EVERY_S: Final = 0.25
_SALT: Final = "ringwall.api.tail"


class Fresh(Schema):
    """Events in the order in which they were accepted; ``next`` is what to ask on with."""

    events: list[dict[str, Any]]
    next: str


class Followers:
    """Who waits now, and so many at the most."""

    def __init__(self, most: int = FOLLOWERS, of_one: int = OF_ONE) -> None:
        self._most, self._of_one = most, of_one
        self._waiting: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """Be one of them; a problem where there are enough."""
        with self._lock:
            if self._waiting.total() >= self._most or self._waiting[who] >= self._of_one:
                raise busy(f"{self._most} may follow, {self._of_one} by the same key or session")
            self._waiting[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[who] -= 1
                self._waiting += Counter()  # who waits no more is forgotten


_followers: Final = Followers()


@router.get("tail", response=Fresh, summary="Follow events as they come")
def tail(
    request: HttpRequest,
    *,
    q: str = Q,
    limit: int = Parameter(200, ge=1, le=MOST),
    cursor: str = Parameter("", description="`next` of the answer before; without it, from now on"),
    wait: int = Parameter(20, ge=0, le=25, description="Seconds to wait for something"),
    form: Form = "columns",
    tz: str = TZ,
) -> Any:
    """What a query finds of the events since the cursor, as soon as there is something.

    Nothing is left out: a cursor can be kept, and asked on with days later.
    """
    from ringwall.lake.journal import Journal  # noqa: PLC0415 - see asking

    del request
    wanted, journal = query(q, tz), Journal(places().journal)
    who = _who()
    follows = blake2b(f"{who}\n{q}".encode(), digest_size=16).hexdigest()
    at, told_at = _read(cursor, follows)
    until = time.monotonic() + wait
    with _followers.one(who):
        if time.time() - told_at > _TOLD_EVERY_S:
            told(f"followed: {q or 'everything'}", {"query": q})
            told_at = time.time()
        first = journal.end() if at is None else at
        while True:
            rows, first = _found(wanted, first, journal.end(), limit, form)
            if rows or time.monotonic() >= until or ending.wait(_LOOKS_EVERY_S):
                break
    written = signing.dumps([first, round(told_at, 3), follows], salt=_SALT)
    return {"events": [shown(row, form) for row in rows], "next": written}


def _found(wanted: "Query", first: int, end: int, limit: int, form: Form) -> tuple[list[Any], int]:
    """What there is between the two, and where to go on."""
    from ringwall.lake.following import since  # noqa: PLC0415 - see asking

    if end <= first:
        return [], first

    def find(search: "Search") -> tuple[list[Any], int]:
        return since(search, wanted, first, end, limit=limit, whole=form == "ocsf")

    with bounded() as log:
        return log.do(find)


def _who() -> str:
    """By what whoever asks is known, the same from one request to the next."""
    actor = current_actor()
    named = (actor.kind, actor.uid, actor.credential, actor.app, actor.session, actor.tenant)
    return "\n".join(str(one) for one in named)


def _read(cursor: str, follows: str) -> tuple[int | None, float]:
    """Where to go on, and when it was told last that these follow this."""
    if not cursor:
        return None, 0.0
    try:
        at, told_at, whose = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        said = "this is not what an answer before gave as next"
        raise ProblemError(400, "The cursor is wrong", said) from error
    return int(at), float(told_at) if whose == follows else 0.0

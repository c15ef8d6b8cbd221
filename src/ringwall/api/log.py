"""``/api/v1/log/``: events, what can be counted of them, and their proofs."""

from typing import Any, Final, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.params.functions import Query as Parameter

from ringwall.api.asking import asked, field, query
from ringwall.api.problems import ProblemError
from ringwall.lake.search.fields import FIELDS, FORMS

router: Final = Router()

MOST: Final = 1000
"""Events of one page, values of a field."""

Q: Final = Parameter("", description="In the query language: `user:u_17 status:>=400 last 2h`")
TZ: Final = Parameter("UTC", description="The zone of days and times in the query")


class Events(Schema):
    """A page of events, the newest first; ``next`` is the cursor of the page after it."""

    events: list[dict[str, Any]]
    next: str | None


class Count(Schema):
    """How many events there are."""

    count: int


class Value(Schema):
    """A value, and how many events have it; ``null`` stands for none."""

    value: str | int | float | None
    count: int


class Top(Schema):
    """The most frequent values of a field."""

    field: str
    values: list[Value]


class Span(Schema):
    """A span of time: its beginning (RFC 3339), and how many events there are in it."""

    since: str
    count: int


class Histogram(Schema):
    """Spans in order of time; those without events are left out."""

    every: str
    spans: list[Span]


class Named(Schema):
    """A field that a query can name; ``form`` is what may be written after the colon."""

    names: list[str]
    kind: str
    says: str
    form: str
    column: str
    ocsf: str


Form = Literal["columns", "ocsf"]


@router.get("events", response=Events, summary="Find events")
def events(
    request: HttpRequest,
    response: HttpResponse,
    *,
    q: str = Q,
    limit: int = Parameter(50, ge=1, le=MOST),
    cursor: str = "",
    form: Form = "columns",
    tz: str = TZ,
) -> Any:
    """A page of events, the newest first. `Link` leads to the next (RFC 8288)."""
    from ringwall.lake.search.reading import SHOWN, WHOLE  # noqa: PLC0415 - see asking

    wanted = query(q, tz)
    with asked(f"searched: {q or 'everything'}", {"query": q}) as log:
        columns = SHOWN if form == "columns" else WHOLE
        page = log.page(wanted, limit=limit, cursor=cursor, columns=columns)
    if page.cursor:
        told = {"q": q, "limit": limit, "cursor": page.cursor, "form": form, "tz": tz}
        response.headers["Link"] = f'<{request.path}?{urlencode(told)}>; rel="next"'
    return {"events": [shown(row, form) for row in page.rows], "next": page.cursor or None}


@router.get("events/{event}", response=dict[str, Any], summary="One event")
def event(request: HttpRequest, event: str, form: Form = "columns") -> Any:
    """All there is of an event, by its number or by its own uid: as columns, or as OCSF has it."""
    del request
    with asked(f"looked at event {event[:200]}", {"event": event[:200]}) as log:
        row = log.event(event)
    if row is None:
        raise _no_event(event)
    return shown(row, form)


@router.get("events/{event}/proof", summary="The proof of an event")
def proof(request: HttpRequest, event: int, *, personal: bool = True) -> HttpResponse:
    """A bundle that stands for itself: `ringwall log verify` checks it anywhere, offline."""
    del request
    with asked(f"took the proof of event {event}", {"event": str(event)}) as log:
        try:
            content = log.proof(event, personal=personal)
        except (LookupError, FileNotFoundError) as error:
            raise ProblemError(404, "Not found", str(error)) from error
        except ValueError as error:
            raise ProblemError(409, "It cannot be proven", str(error)) from error
    told = {"Content-Disposition": f'attachment; filename="event-{event}.proof.json"'}
    return HttpResponse(content, content_type="application/json", headers=told)


@router.get("count", response=Count, summary="Count events")
def count(request: HttpRequest, q: str = Q, tz: str = TZ) -> Any:
    """How many events a query finds."""
    del request
    wanted = query(q, tz)
    with asked(f"counted: {q or 'everything'}", {"query": q}) as log:
        return {"count": log.count(wanted)}


@router.get("top", response=Top, summary="The most frequent values")
def top(
    request: HttpRequest,
    *,
    field_name: str = Parameter(..., alias="field"),
    q: str = Q,
    limit: int = Parameter(10, ge=1, le=MOST),
    tz: str = TZ,
) -> Any:
    """The most frequent values of a field among what a query finds."""
    del request
    wanted, of = query(q, tz), field(field_name)
    about = {"query": q, "by": of.name}
    with asked(f"counted by {of.name}: {q or 'everything'}", about) as log:
        found = log.top(wanted, of, limit=limit)
    values = [{"value": _plain(value), "count": number} for value, number in found]
    return {"field": of.name, "values": values}


@router.get("histogram", response=Histogram, summary="Events over time")
def histogram(
    request: HttpRequest,
    *,
    every: str = Parameter("1h", description="How long a span lasts: 5m, 1h, 1d"),
    q: str = Q,
    tz: str = TZ,
) -> Any:
    """How many events a query finds in each span of time."""
    from ringwall.lake.search.moments import length, moment_of  # noqa: PLC0415 - see asking

    del request
    wanted, interval = query(q, tz), length(every)
    if interval is None or interval < 1:
        raise ProblemError(400, "A parameter is wrong", f"every: {every!r} is no length of time")
    with asked(f"counted over time: {q or 'everything'}", {"query": q}) as log:
        found = log.histogram(wanted, interval)
    spans = [{"since": moment_of(at).isoformat(), "count": number} for at, number in found]
    return {"every": every, "spans": spans}


@router.get("fields", response=list[Named], summary="What a query can name")
def fields(request: HttpRequest) -> Any:
    """The fields, what each is, its column in SQL (empty: none) and its path in OCSF."""
    del request  # says nothing of what happened, so it is told nowhere
    return [
        {
            "names": one.names,
            "kind": one.kind,
            "says": one.says,
            "form": FORMS[one.kind],
            "column": one.column,
            "ocsf": one.ocsf,
        }
        for one in FIELDS
    ]


def shown(row: Any, form: Form) -> dict[str, Any]:
    """A row as JSON, in the form that is wanted."""
    if form == "ocsf":
        from ringwall.lake.ocsf import event_of  # noqa: PLC0415 - see asking

        return event_of(row)
    from ringwall.lake.search.showing import as_json  # noqa: PLC0415 - see asking

    return as_json(row)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _no_event(name: str) -> ProblemError:
    detail = f"there is no event {name[:200]}: it was kept long enough and went, or never was"
    return ProblemError(404, "Not found", detail)

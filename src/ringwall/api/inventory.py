"""``/api/v1/inventory/``: components, ways between them, what became of them."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.params.functions import Query as Parameter

from ringwall.api.problems import ProblemError
from ringwall.inventory.query import Query, QueryError, parse

router: Final = Router()

MOST: Final = 1000
"""Components of one page."""
_LONGEST_ID: Final = 2100
_FIRST: Final = datetime(2, 1, 1, tzinfo=UTC)

Q: Final = Parameter("", description="As for `ringwall inventory list`: `kind:aws-s3-* is:unowned`")
ID: Final = Parameter(..., max_length=_LONGEST_ID, description="`<kind>/<name>`")


class Components(Schema):
    """A page of components, by id; ``next`` is what ``after`` has to be for the page after it."""

    components: list[dict[str, Any]]
    next: str | None


class Count(Schema):
    """How many components there are."""

    count: int


class Drifts(Schema):
    """What is not as it was; ``is_whole`` says that there is no more of it."""

    since: datetime
    until: datetime
    drift: list[dict[str, Any]]
    is_whole: bool


class Ways(Schema):
    """Ways hop by hop. Without any, ``is_whole`` says that none is known."""

    ways: list[list[dict[str, Any]]]
    is_whole: bool
    looked_at: int


@router.get("components", response=Components, summary="Find components")
def components(
    request: HttpRequest,
    response: HttpResponse,
    *,
    q: str = Q,
    limit: int = Parameter(50, ge=1, le=MOST),
    after: str = Parameter("", max_length=_LONGEST_ID),
) -> Any:
    """A page of components, by id. `Link` leads to the next (RFC 8288)."""
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    found = service.find(_query(q), limit=limit, after=after)
    following = found[-1].id if len(found) == limit else None
    if following is not None:
        told = {"q": q, "limit": limit, "after": following}
        response.headers["Link"] = f'<{request.path}?{urlencode(told)}>; rel="next"'
    return {"components": [one.to_json() for one in found], "next": following}


@router.get("count", response=Count, summary="Count components")
def count(request: HttpRequest, q: str = Q) -> Any:
    """How many components a query finds."""
    del request
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    return {"count": service.count(_query(q))}


@router.get("component", response=dict[str, Any], summary="One component")
def component(request: HttpRequest, id: str = ID) -> Any:  # noqa: A002 - what it is called outside
    """All there is of a component: who says what of it, its relations, its history."""
    del request
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables
    from ringwall.inventory.standing import whole  # noqa: PLC0415 - as above

    found = service.get(id)
    if found is None:
        raise ProblemError(404, "Not found", f"there is no component {id[:200]}")
    return whole(
        found, service.told_of(id), service.neighbours(id, limit=MOST), service.history(id)
    )


@router.get("paths", response=Ways, summary="Ways from one component to another")
def paths(
    request: HttpRequest,
    *,
    to: str = ID,
    start: str = Parameter(
        "ringwall-network/internet", alias="from", max_length=_LONGEST_ID, description="Where from"
    ),
    limit: int = Parameter(10, ge=1, le=100),
) -> Any:
    """The shortest ways by which the internet, or another component, gets at one."""
    del request
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables
    from ringwall.inventory.reaching import to_json  # noqa: PLC0415 - as above

    if service.get(to) is None:
        raise ProblemError(404, "Not found", f"there is no component {to[:200]}")
    return to_json(service.paths(start, to, at_most=limit))


@router.get("drift", response=Drifts, summary="What is not as it was")
def drift(
    request: HttpRequest,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    q: str = Q,
    limit: int = Parameter(200, ge=1, le=MOST),
) -> Any:
    """What became of components between two times (RFC 3339); of the last day without any."""
    del request
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    end = _in_utc(until) or datetime.now(UTC)
    begin = _in_utc(since) or max(end, _FIRST) - timedelta(days=1)
    if begin >= end:
        raise ProblemError(400, "A parameter is wrong", "it would end before it begins")
    found = service.drift(begin, end, _query(q))
    told = [one.to_json() for one in islice(found, limit)]
    return {"since": begin, "until": end, "drift": told, "is_whole": next(found, None) is None}


def _query(text: str) -> Query:
    try:
        return parse(text)
    except QueryError as error:
        raise ProblemError(400, "The query cannot be read", str(error)) from error


def _in_utc(at: datetime | None) -> datetime | None:
    """A time without a zone is one of UTC; one that no clock of ours shows is refused."""
    if at is None:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError as error:
        raise ProblemError(400, "A parameter is wrong", "there is no such time") from error

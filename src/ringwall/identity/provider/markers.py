"""That somebody was asked: noted in their browser while they are away to prove themselves.

``prompt=login`` and ``max_age`` are met by a proof younger than the question. So when it was
asked must come from here and from nobody's address bar: a marker is good in the browser it was made
in, for the very request and the very session, for a quarter of an hour, and for one code.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from django.http import HttpRequest

from ringwall.identity.models import Session
from ringwall.identity.secrets import hash_of

PARAMETER: Final = "rw_since"
"""What names the marker in a request that comes back."""
LIFE: Final = 900
"""Seconds that somebody may take to sign in or to consent."""

_KEPT: Final = "authorizing"
_MOST: Final = 8
"""Requests of one browser that wait at a time; the oldest gives way."""
_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """When a request was first made, and when the person was sent to prove themselves again."""

    asked: datetime | None = None
    tried: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A marker as a session keeps it; ``of`` is the session, empty while nobody is signed in."""

    query: str
    of: str
    made: int
    asked: int
    tried: int | None


def bare(query: str) -> str:
    """A query as it was before it was marked."""
    kept = (part for part in query.split("&") if not part.startswith(f"{PARAMETER}="))
    return "&".join(kept)


def mark(
    request: HttpRequest, query: str, marker: Marker, *, of: Session | None, now: datetime
) -> str:
    """Note a marker, in place of the request's earlier one; the query that names it."""
    kept = _all(request)
    kept.pop(request.GET.get(PARAMETER, ""), None)
    while len(kept) >= _MOST:
        del kept[min(kept, key=lambda name: int(kept[name]["made"]))]
    name = secrets.token_urlsafe(12)
    kept[name] = asdict(
        _Kept(
            query=hash_of(bare(query)),
            of=_NOBODY if of is None else of.pk,
            made=int(now.timestamp()),
            asked=int((marker.asked or now).timestamp()),
            tried=None if marker.tried is None else int(marker.tried.timestamp()),
        )
    )
    request.session[_KEPT] = kept
    return f"{bare(query)}&{PARAMETER}={name}"


def marker_of(request: HttpRequest, query: str, *, of: Session | None, now: datetime) -> Marker:
    """The marker that a request names; one without times for all that do not count."""
    found = _all(request).get(parse_qs(query).get(PARAMETER, [""])[-1])
    if found is None:
        return Marker()
    kept = _Kept(**found)
    if kept.query != hash_of(bare(query)) or not 0 <= now.timestamp() - kept.made <= LIFE:
        return Marker()
    if kept.of != _NOBODY and (of is None or of.pk != kept.of):
        return Marker()
    if kept.of == _NOBODY and of is not None and int(of.created.timestamp()) < kept.made:
        return Marker()
    tried = None if kept.tried is None else datetime.fromtimestamp(kept.tried, UTC)
    return Marker(datetime.fromtimestamp(kept.asked, UTC), tried)


def waiting(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """The markers of a browser, for :func:`carry_over`."""
    return _all(request)


def carry_over(
    request: HttpRequest, kept: dict[str, dict[str, Any]], *, of: Session | None
) -> None:
    """Keep the markers of the session ``of`` for the same person's next, in the same browser.

    Who signs on once more gets a new session, which the one before does not survive. It begins
    after the question was asked, as that of somebody does who was nobody then.
    """
    if of is None or request.user.pk != of.user_id:
        return
    own = {name: {**one, "of": _NOBODY} for name, one in kept.items() if one["of"] == of.pk}
    if own:
        request.session[_KEPT] = own


def spend(request: HttpRequest, name: str) -> None:
    """Let a marker count no more: its request has been answered."""
    kept = _all(request)
    if kept.pop(name, None) is not None:
        request.session[_KEPT] = kept


def _all(request: HttpRequest) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = dict(request.session.get(_KEPT, {}))
    return found

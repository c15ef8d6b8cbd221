"""Who is behind a request: a person, a directory, a program, or nobody that is known."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ringwall.core.events import Actor, Factor, Kind, Outcome, asked
from ringwall.runtime.recording import (
    RecordingError,
    acting,
    current_actor,
    record_at_once,
)
from ringwall.runtime.recording.acting import new_id

_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def connect() -> None:
    """Nobody acts any more once a request, and what follows its answer, is over."""
    request_finished.connect(_finished, dispatch_uid="ringwall.identity.recording")


def _finished(**_: Any) -> None:
    acting.end()


class Acting:
    """Stands before all pages: whatever is recorded meanwhile was done by who asks.

    What somebody known asked for and did not come to is recorded too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        number = new_id()
        acting.begin(lambda: of_request(request, number))
        response = self._get_response(request)
        if response.status_code >= 400:
            with suppress(RecordingError):  # nothing was done, and the process's log says why not
                _failed(request, response.status_code)
        return response


def of_request(request: HttpRequest, number: str) -> Actor:
    """Who asks, as far as it is known by now; ``number`` is the request's own."""
    match = request.resolver_match
    made = Actor(
        channel="console",
        kind=Kind.NOBODY,
        address=request.headers.get("X-Ringwall-Address") or "",
        user_agent=request.headers.get("User-Agent", "")[:400],
        request=number,
        method=request.method or "",
        route="" if match is None else f"/{match.route}",
    )
    token = getattr(request, "ringwall_directory", None)
    if token is not None:
        return replace(
            made,
            channel="scim",
            kind=Kind.DIRECTORY,
            uid=f"scim:{token.organisation.slug}",
            credential=str(token.pk),
            app_name=token.name,
            tenant=token.organisation.slug,
        )
    shown = getattr(request, "ringwall_bearer", None)
    if shown is not None:
        return _with_bearer(made, shown)
    if match is not None and (match.route or "").startswith("api/"):
        made = replace(made, channel="api")
    if match is not None and (match.route or "").startswith(("identity/", "scim/")):
        made = replace(made, channel="scim" if match.route.startswith("scim") else "provider")
    return _with_person(made, request)


def _with_bearer(made: Actor, shown: Any) -> Actor:
    """Whoever shows a key or a token: a person with it, or the program by itself."""
    client, person, place = shown.client, shown.person, shown.organisation
    program = "" if client is None else str(client.pk)
    # A key is told as its user's, so that the user of a program's key is the program.
    uid = program if shown.credential else ""
    return replace(
        made,
        channel="api",
        kind=Kind.PROGRAM if person is None else Kind.PERSON,
        uid=uid if person is None else person.subject,
        name="" if person is None else person.get_full_name(),
        email="" if person is None else person.email,
        credential=shown.credential,
        app=program,
        app_name="" if client is None else client.client.name,
        tenant="" if place is None else place.slug,
    )


def client_shown(client: Any, named: str, factor: Factor | None = None) -> None:
    """An OAuth client has shown who it is: what follows is done by it, for whoever it acts for.

    Without ``client`` it has not: ``named`` is whom it called itself, ``factor`` what it showed.
    """
    if client is None:
        from ringwall.identity.recording import signing  # noqa: PLC0415 - which asks who acts

        signing.program_refused(named, factor)
        return
    before = current_actor()
    organisation = client.organisation
    acting.begin(
        replace(
            before,
            channel="provider",
            kind=Kind.PROGRAM,
            uid="",
            app=str(client.pk),
            app_name=client.client.name,
            tenant="" if organisation is None else organisation.slug,
        )
    )


def _with_person(made: Actor, request: HttpRequest) -> Actor:
    session = getattr(request, "ringwall_session", None)
    user = session.user if session is not None else getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return made
    found = replace(
        made, kind=Kind.PERSON, uid=user.subject, name=user.get_full_name(), email=user.email
    )
    if session is None:
        return found
    organisation = session.organisation
    return replace(
        found,
        session=session.pk,
        idp="" if session.connection_id is None else session.connection.slug,
        tenant="" if organisation is None else organisation.slug,
        lent=_lent(request, user, organisation),
    )


def _lent(request: HttpRequest, user: Any, organisation: Any) -> tuple[str, ...]:
    """Roles for some time, looked up once for a request."""
    from ringwall.identity import lent  # noqa: PLC0415 - needs the models

    known: dict[Any, tuple[str, ...]] = request.__dict__.setdefault("ringwall_lent", {})
    place = None if organisation is None else organisation.pk
    if place not in known:
        known[place] = tuple(sorted(lent.fleeting(user, organisation, timezone.now())))
    return known[place]


def _failed(request: HttpRequest, status: int) -> None:
    """Record that somebody known asked for a change that came to nothing, or did not come in."""
    from ringwall.identity.recording import signing  # noqa: PLC0415 - which asks who acts

    actor, match = current_actor(), request.resolver_match
    if status in {401, 429}:
        return
    if actor.kind is Kind.NOBODY and match is not None:
        signing.turned_away(match.url_name or "", status, str(match.kwargs.get("slug", "")))
    if actor.kind in {Kind.PERSON, Kind.DIRECTORY} and request.method in _CHANGING:
        name = "nothing" if match is None else match.url_name or match.route
        record_at_once(asked(actor, f"page {name}", outcome=Outcome.FAILURE, code=status))

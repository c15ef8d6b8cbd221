"""Clients are told that a session is over (OpenID Connect Back-Channel Logout 1.0).

Who is to be told was written down when they got their tokens, so an end cannot be missed: the
worker looks for sessions that are over and clients that do not know it yet, and tries until they
do. That the end is told at once, and not at the worker's next turn, is a courtesy.
"""

import http.client
import logging
import sqlite3
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from ringwall.identity.facts import Facts
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Participation, Session
from ringwall.identity.provider import minting
from ringwall.runtime.current import current_installation

JOB: Final = "tell-logouts"
_TIMEOUT: Final = 5.0
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_TRIES: Final = 30
"""About a day with the pauses; then the client is given up, and the log says so."""
_AT_ONCE: Final = 100

Send = Callable[[str, str], None]
"""Post a logout token to an address; ``OSError`` when it was not taken."""

log = logging.getLogger("ringwall.identity.provider")


def hurry(session: Session) -> None:
    """Have the worker tell the end of a session now, if there is anybody to tell."""
    told = Participation.objects.filter(session=session)
    if not told.exclude(client__ringwall__backchannel_logout_uri="").exists():
        return
    from ringwall.runtime.worker import run_soon  # noqa: PLC0415 - huey is needed only here

    try:
        run_soon(current_installation(), JOB)
    except sqlite3.Error as error:
        log.warning("clients hear of the end of %s a little later: %s", session.pk, error)


def tell(now: datetime, *, send: Send | None = None) -> tuple[int, int]:
    """Tell whoever is to be told now; how many were, and how many did not take it."""
    facts = current_facts()
    over = Q(session__ended__isnull=False) | Q(session__expires__lte=now)
    due = (
        Participation.objects.filter(over, told=None, next_try__lte=now, tries__lt=_TRIES)
        .exclude(client__ringwall__backchannel_logout_uri="")
        .select_related("session__user", "client__ringwall")
        .order_by("next_try")[:_AT_ONCE]
    )
    told = failed = 0
    for one in due:
        if _tell(one, facts, now, send or post):
            told += 1
        else:
            failed += 1
    return told, failed


def post(address: str, logout_token: str) -> None:
    """Post a logout token (section 2.5). Redirects are not followed."""
    body = urllib.parse.urlencode({"logout_token": logout_token}).encode()
    request = urllib.request.Request(  # noqa: S310 - registered as http or https, see clients
        address, body, {"Content-Type": "application/x-www-form-urlencoded"}
    )
    opener = urllib.request.build_opener(
        _Stay, urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    with opener.open(request, timeout=_TIMEOUT) as answer:
        if answer.status not in {200, 204}:
            msg = f"it answered {answer.status}"
            raise OSError(msg)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing: where the client registered is where it is told."""


def _tell(one: Participation, facts: Facts, now: datetime, send: Send) -> bool:
    pause = min(_FIRST_PAUSE * 2**one.tries, _LONGEST_PAUSE)
    # Noted before it is tried: whoever dies in between has tried.
    Participation.objects.filter(pk=one.pk).update(tries=one.tries + 1, next_try=now + pause)
    token = minting.logout_token(
        client_id=str(one.client_id),
        subject=one.session.user.subject,
        session_id=one.session_id,
        facts=facts,
        now=now,
    )
    try:
        send(one.client.ringwall.backchannel_logout_uri, token)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = _reason(error)
        Participation.objects.filter(pk=one.pk).update(error=reason[:200])
        last = one.tries + 1 >= _TRIES
        log.log(
            logging.ERROR if last else logging.WARNING,
            "client %s did not take the end of session %s (try %d): %s",
            one.client_id,
            one.session_id,
            one.tries + 1,
            reason,
        )
        return False
    Participation.objects.filter(pk=one.pk).update(told=now, error="")
    return True


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"it answered {error.code}"
    return str(error) or type(error).__name__

"""Familiar devices: a browser that an account has been signed in to from before.

It carries a cookie with one mark an account: an HMAC of the device's number, the day and the mail
address. So nothing is kept here, nothing can be forged, and a mark can be judged without looking
the account up, which would tell whether there is one. It proves nobody: it only keeps somebody who
guesses from elsewhere from slowing the owner down, and a sign-in from being reported as new.
"""

import hmac
import secrets
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

COOKIE: Final = "__Host-ringwall-device"
LIFE: Final = timedelta(days=400)
"""As long as browsers keep a cookie (RFC 6265bis section 5.5)."""
MOST: Final = 8
"""Accounts a browser is remembered for; the oldest is forgotten first."""

_NUMBER: Final = 22
_MARK: Final = 32


def is_familiar(request: HttpRequest, email: str) -> bool:
    """Whether this browser has signed in to the account with this mail address before."""
    return device_of(request, email) is not None


def device_of(request: HttpRequest, email: str) -> str | None:
    """The number of this device if it is familiar to the account, else ``None``."""
    number, marks = _read(request)
    today = timezone.now().date()
    found = None
    for day, mark in marks:
        wanted = _mark(number, day, email)
        if (
            hmac.compare_digest(mark, wanted)
            and day <= today + timedelta(1)
            and today - day <= LIFE
        ):
            found = number
    return found


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Make this device familiar to the account that has just been signed in to from it."""
    number, marks = _read(request)
    today = timezone.now().date()
    number = number or secrets.token_urlsafe(16)
    others = [
        (day, mark)
        for day, mark in marks
        if not hmac.compare_digest(mark, _mark(number, day, email))
    ]
    kept = [*others[-(MOST - 1) :], (today, _mark(number, today, email))]
    response.set_cookie(
        COOKIE,
        ".".join([number, *(f"{day.toordinal()}-{mark}" for day, mark in kept)]),
        max_age=LIFE,
        secure=True,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _read(request: HttpRequest) -> tuple[str, list[tuple[date, str]]]:
    number, _, rest = request.COOKIES.get(COOKIE, "").partition(".")
    if len(number) != _NUMBER or not number.isascii():
        return "", []
    marks = []
    for part in rest.split(".")[:MOST]:
        day, _, mark = part.partition("-")
        if not (part.isascii() and day.isdigit() and len(day) <= 7 and len(mark) == _MARK):
            continue
        if 0 < int(day) <= date.max.toordinal():
            marks.append((date.fromordinal(int(day)), mark))
    return number, marks


def _mark(number: str, day: date, email: str) -> str:
    told = f"{number}\n{day.toordinal()}\n{email.strip().lower()}"
    made = salted_hmac("ringwall.identity.familiar", told, algorithm="sha256").hexdigest()
    return made[:_MARK]

"""Which tries are slowed down, and by what: before every page that takes a guess.

Per account, address, network and over all. What somebody does from a device that has signed in to
the account before is counted by that device alone: so those who guess from elsewhere slow down only
themselves, and a passkey, which nobody can guess, is not counted by account at all. A try that was
none (the password was right) is taken back by its own drop; nothing is ever emptied.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY, unstash_login
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from ringwall.identity import alerts, familiar
from ringwall.identity.models import User
from ringwall.identity.recording import signing
from ringwall.identity.sessions import address_of
from ringwall.identity.throttling import (
    Charge,
    Rule,
    address_block,
    give_back,
    network_block,
    spend,
    wait_of,
)

log = logging.getLogger("ringwall.identity")

MINUTE: Final = 60.0

ADDRESS: Final = Rule("address", 30, 6)
ADDRESS_DAY: Final = Rule("address-day", 300, 60)
NETWORK: Final = Rule("network", 150, 1.5)
EVERYWHERE: Final = Rule("everywhere", 600, 0.1)

PASSWORD: Final = Rule("password", 6, 30)
PASSWORD_DAY: Final = Rule("password-day", 60, 15 * MINUTE)
"""About a hundred guesses a day at most (NIST SP 800-63B section 3.2.2)."""
PASSWORD_DEVICE: Final = Rule("password-device", 10, 20)
PASSWORD_DEVICE_DAY: Final = Rule("password-device-day", 100, 10 * MINUTE)
CODE: Final = Rule("code", 5, MINUTE)
CODE_DAY: Final = Rule("code-day", 20, 30 * MINUTE)
"""Three of a million codes hold at a time: guessing one takes centuries."""
CODE_DEVICE: Final = Rule("code-device", 5, 30)
CODE_DEVICE_DAY: Final = Rule("code-device-day", 40, 15 * MINUTE)
MAIL: Final = Rule("mail", 4, 10 * MINUTE)
"""Mails that a stranger can have sent to one address."""
MAIL_ADDRESS: Final = Rule("mail-address", 15, MINUTE)
MAIL_NETWORK: Final = Rule("mail-network", 60, 10)
MAIL_EVERYWHERE: Final = Rule("mail-everywhere", 300, 1)
AGAIN: Final = Rule("again", 6, 20)
AGAIN_DAY: Final = Rule("again-day", 40, 10 * MINUTE)
SIGN_ON: Final = Rule("sign-on", 240, 0.5)
SIGN_ON_NETWORK: Final = Rule("sign-on-network", 2000, 0.1)
"""Steps of single sign-on, of which an office has many at nine in the morning."""
LINK: Final = Rule("link", 240, 1)
ASKING: Final = Rule("asking", 120, 1)
DEVICE: Final = Rule("device", 20, 10)
"""Devices that begin to wait, each of which costs a row (RFC 8628 section 3.1)."""
DEVICE_NETWORK: Final = Rule("device-network", 100, 2)
DEVICE_EVERYWHERE: Final = Rule("device-everywhere", 1000, 0.1)
MARKING: Final = Rule("marking", 60, 5)
MARKING_NETWORK: Final = Rule("marking-network", 600, 0.5)
"""Strangers whose request is noted until they have signed in, each of which costs a row."""
SCANNING: Final = Rule("scanning", 600, 0.1)
"""Tokens that a client asks about and that are worth nothing (RFC 7662 section 4)."""
DEVICE_CODE: Final = Rule("device-code", 6, 30)
DEVICE_CODE_EVERYWHERE: Final = Rule("device-code-everywhere", 300, 0.5)

RULES: Final = tuple(one for one in tuple(globals().values()) if isinstance(one, Rule))


class ThrottledError(Exception):
    """A try came too soon; there is room again in ``wait`` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many tries: wait {ceil(wait)} s")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Try:
    """What a request costs, and whose account it is about, if it says so."""

    charges: tuple[Charge, ...]
    email: str | None = None
    may_be_none: bool = False
    """Whether the drop is taken back when it turns out to be no guess."""


def require_room(*charges: Charge) -> None:
    """For pages and endpoints of others: :class:`ThrottledError` when a try comes too soon."""
    wait = spend(charges, timezone.now())
    if wait > 0:
        raise ThrottledError(wait)


Charges = tuple[Charge, ...]


def where(request: HttpRequest, *, address: Rule = ADDRESS, network: Rule = NETWORK) -> Charges:
    """The charges by where a request comes from."""
    found = address_of(request)
    return (Charge(address, address_block(found)), Charge(network, network_block(found)))


def sign_in(request: HttpRequest) -> Try:
    """A password for the account that the form names, whether it exists or not."""
    email = request.POST.get("login", "").strip().lower()[:320]
    rules = (PASSWORD, PASSWORD_DAY, PASSWORD_DEVICE, PASSWORD_DEVICE_DAY)
    return Try(_by_account(request, email, rules), email, may_be_none=True)


def second_step(request: HttpRequest) -> Try:
    """A code after the password. A passkey is no guess: it counts by address alone."""
    if "code" not in request.POST:
        return Try(where(request))
    login = unstash_login(request, peek=True)
    email = login.user.email if login is not None and login.user is not None else ""
    rules = (CODE, CODE_DAY, CODE_DEVICE, CODE_DEVICE_DAY)
    return Try(_by_account(request, email, rules), email, may_be_none=True)


def again(request: HttpRequest) -> Try:
    """A password or code within a session: counted by the session, which no stranger has."""
    session = getattr(request, "ringwall_session", None)
    if session is None:
        return Try(where(request))
    return Try(
        (Charge(AGAIN, session.pk), Charge(AGAIN_DAY, session.user_id.hex)), may_be_none=True
    )


def mailed(request: HttpRequest) -> Try:
    """What sends a mail to an address that the form names."""
    email = request.POST.get("email", "").strip().lower()[:320]
    by_place = where(request, address=MAIL_ADDRESS, network=MAIL_NETWORK)
    return Try((Charge(MAIL, email), *by_place, Charge(MAIL_EVERYWHERE, "")), email)


def linked(request: HttpRequest) -> Try:
    """A secret from a link, or a code from a mail."""
    return Try(where(request, address=LINK))


def sign_on(request: HttpRequest) -> Try:
    """A step of single sign-on: we may have to ask somebody else's provider for it."""
    return Try(where(request, address=SIGN_ON, network=SIGN_ON_NETWORK))


def asking(request: HttpRequest) -> Try:
    """Options of a passkey, which cost a row."""
    return Try(where(request, address=ASKING))


def device_code(request: HttpRequest) -> Try:
    """The code of another device (RFC 8628 section 5.1), typed or in the address."""
    fields = request.POST if request.method == "POST" else request.GET
    if not fields.get("code") or getattr(request, "ringwall_session", None) is None:
        return Try(())  # nothing is looked up for strangers, who could only use the room up
    by_place = where(request, address=DEVICE_CODE)
    return Try((*by_place, Charge(DEVICE_CODE_EVERYWHERE, "")))


def require_device_room(request: HttpRequest) -> None:
    """Before a device begins to wait: :class:`ThrottledError` when too many do."""
    by_place = where(request, address=DEVICE, network=DEVICE_NETWORK)
    require_room(*by_place, Charge(DEVICE_EVERYWHERE, ""))


def require_marking_room(request: HttpRequest) -> None:
    """Before a stranger's request is noted: :class:`ThrottledError` when too many are."""
    require_room(*where(request, address=MARKING, network=MARKING_NETWORK))


def require_scanning_room(client_id: str) -> None:
    """Before a client is told of a token: :class:`ThrottledError` while it scans for good ones."""
    wait = wait_of((Charge(SCANNING, client_id),), timezone.now())
    if wait > 0:
        raise ThrottledError(wait)


def note_scanned(client_id: str) -> None:
    """Count a token that was worth nothing."""
    spend((Charge(SCANNING, client_id),), timezone.now())


def _by_account(request: HttpRequest, email: str, rules: tuple[Rule, Rule, Rule, Rule]) -> Charges:
    short, day, device, device_day = rules
    number = familiar.device_of(request, email)
    if number is not None:
        subject = f"{number} {email}"
        return (Charge(device, subject), Charge(device_day, subject))
    found = address_of(request)
    return (
        Charge(short, email),
        Charge(day, email),
        *where(request),
        Charge(ADDRESS_DAY, address_block(found)),
        Charge(EVERYWHERE, ""),
    )


_POSTS: Final[dict[str, Callable[[HttpRequest], Try]]] = {
    "account_login": sign_in,
    "mfa_authenticate": second_step,
    "account_reauthenticate": again,
    "mfa_reauthenticate": again,
    "mfa_reauthenticate_webauthn": linked,
    "mfa_activate_totp": again,
    "account_change_password": again,
    "account_signup": mailed,
    "account_reset_password": mailed,
    "account_email": mailed,
    "account_email_verification_sent": linked,
    "account_reset_password_from_key": linked,
    "mfa_login_webauthn": linked,
    "first": linked,
    "first_passkey": linked,
    "first_app": linked,
    "recover": linked,
    "invitation": linked,
    "device": device_code,
    "sign_on_discover": sign_on,
    "sign_on": sign_on,
    "sign_on_acs": sign_on,
}
_GETS: Final[dict[str, Callable[[HttpRequest], Try]]] = {
    "mfa_login_webauthn": asking,
    "account_reset_password_from_key": linked,
    "first": linked,
    "recover": linked,
    "invitation": linked,
    "device": device_code,
    "sign_on": sign_on,
    "sign_on_callback": sign_on,
    "sign_on_finish": sign_on,
}


class Slowing:
    """Stands before the pages that take guesses, and remembers the devices of those who are in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; then take back what was no guess."""
        response = self._get_response(request)
        found: Try | None = getattr(request, "ringwall_try", None)
        if found is not None and found.may_be_none and _was_right(request, response):
            give_back(found.charges, timezone.now())
        person: User | None = getattr(request, "ringwall_signed_in", None)
        if person is not None and request.user.is_authenticated:
            familiar.remember(request, response, person.email)
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Refuse what comes too soon."""
        match = request.resolver_match
        pages = _POSTS if request.method == "POST" else _GETS
        made = pages.get(match.url_name or "") if match is not None else None
        if made is None:
            return None
        found = made(request)
        if not found.charges:
            return None
        wait = spend(found.charges, timezone.now())
        if wait > 0:
            return too_soon(request, wait)
        request.ringwall_try = found  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The same for pages that ask for room by themselves."""
        return too_soon(request, error.wait) if isinstance(error, ThrottledError) else None


def too_soon(request: HttpRequest, wait: float) -> HttpResponse:
    """How long to wait (RFC 6585 section 4), as a page or as problem details (RFC 9457)."""
    seconds = max(1, ceil(wait))
    log.warning("too many tries at %s from %s", request.path[:80], address_of(request))
    signing.slowed(request)
    answer: HttpResponse
    if "text/html" in request.headers.get("Accept", "text/html"):
        answer = render(request, "429.html", {"wait": in_words(seconds)}, status=429)
    else:
        answer = JsonResponse(
            {
                "type": "about:blank",
                "title": "Too Many Requests",
                "status": 429,
                "detail": f"Wait {in_words(seconds)}, then try again.",
            },
            status=429,
            content_type="application/problem+json",
        )
    answer.headers["Retry-After"] = str(seconds)
    return answer


def in_words(seconds: int) -> str:
    """``40 seconds``, ``3 minutes``, ``2 hours``: rounded up."""
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds > size:
            count = -(-seconds // size)
            return f"{count} {name}s" if count != 1 else f"1 {name}"
    return f"{seconds} seconds" if seconds != 1 else "1 second"


def connect() -> None:
    """Listen for people who sign in."""
    user_logged_in.connect(_signed_in, dispatch_uid="ringwall.identity.slowing.signed_in")


def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is None:
        return
    request.ringwall_signed_in = user  # type: ignore[attr-defined]
    alerts.signed_in(request, user, familiar=familiar.is_familiar(request, user.email))


def _was_right(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a try got further: signed in, or on to the second step."""
    if response.status_code != 302:
        return False
    return request.user.is_authenticated or LOGIN_SESSION_KEY in request.session

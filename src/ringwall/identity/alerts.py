"""Alerts: mail to people about what happened to their account, so that a stranger's act is seen."""

import logging
from dataclasses import dataclass, field
from typing import Any, Final

from allauth.account.signals import (
    email_added,
    email_changed,
    email_removed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from ringwall.identity import devices
from ringwall.identity.installed import current_facts, where_is
from ringwall.identity.models import Session, User
from ringwall.identity.sessions import address_of

log = logging.getLogger("ringwall.identity")


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened, in a subject and a sentence, and what to do if it was somebody else."""

    subject: str
    text: str
    advice: str = (
        "If this was not you, change your password, look through your sign-in methods and end the "
        "sessions you do not know."
    )
    facts: tuple[tuple[str, str], ...] = field(default=())


NEW_DEVICE: Final = Alert(
    "A new device signed in to your account",
    "Your account was signed in to from a device that it has not been used on before.",
)
FACTOR_ADDED: Final = "A sign-in method was added to your account"
FACTOR_REMOVED: Final = "A sign-in method was removed from your account"
CODES_MADE: Final = Alert(
    "New recovery codes for your account",
    "Recovery codes were made. Those you had before do not work any more.",
)
CODE_USED: Final = Alert(
    "A recovery code of your account was used",
    "Somebody confirmed a sign-in to your account with one of its recovery codes.",
)
PASSWORD_CHANGED: Final = Alert(
    "Your password was changed",
    "The password of your account is another one now. Other devices were signed out.",
    "If this was not you, ask your administrator at once: somebody else can sign in as you.",
)

_KINDS: Final = {"totp": "an authenticator app", "webauthn": "a passkey"}


def connect() -> None:
    """Listen to what the libraries tell."""
    for signal, listener in (
        (authenticator_added, _added),
        (authenticator_removed, _removed),
        (authenticator_reset, _reset),
        (authenticator_used, _used),
        (email_added, _address_added),
        (email_changed, _address_changed),
        (email_removed, _address_removed),
        (password_changed, _password),
        (password_set, _password),
        (password_reset, _password),
    ):
        signal.connect(listener, dispatch_uid=f"ringwall.identity.alerts.{listener.__name__}")


def tell(person: User, alert: Alert, *, request: HttpRequest | None = None, to: str = "") -> None:
    """Put a mail about ``alert`` to ``person``, or their address ``to``, into the outbox."""
    facts = current_facts()
    known = [("When", f"{timezone.now():%d %B %Y, %H:%M} UTC"), *alert.facts]
    if request is not None:
        known.append(("Device", devices.in_words(request.headers.get("User-Agent", ""))))
        address = address_of(request)
        known.append(("Address", address or "unknown"))
        if place := where_is(address):
            known.append(("Place", place))
    context = {
        "alert": alert,
        "person": person,
        "facts": known,
        "company": facts.settings.name,
        "url": facts.origin if facts.settings.host else "",
    }
    mail = EmailMultiAlternatives(
        subject=f"{alert.subject} ({facts.settings.name})",
        body=render_to_string("identity/mail/alert.txt", context).strip() + "\n",
        from_email=facts.settings.mail.sender,
        to=[to or person.email],
    )
    mail.attach_alternative(render_to_string("identity/mail/alert.html", context), "text/html")
    mail.send()
    log.info("alert to %s: %s", person.subject, alert.subject)


def signed_in(request: HttpRequest, person: User, *, familiar: bool) -> None:
    """Tell of a sign-in from a device the account was not used on, unless it is the very first."""
    if not familiar and Session.objects.filter(user=person).count() > 1:
        tell(person, NEW_DEVICE, request=request)


def _added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    kind = _KINDS.get(authenticator.type)
    if kind is not None:
        text = f"From now on {kind} ({_name(authenticator)}) can be used to sign in as you."
        tell(user, Alert(FACTOR_ADDED, text), request=request)


def _removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    kind = _KINDS.get(authenticator.type)
    if kind is not None:
        text = f"It was {kind} ({_name(authenticator)}), which does not work here any more."
        tell(user, Alert(FACTOR_REMOVED, text), request=request)


def _reset(request: HttpRequest, user: User, **_: Any) -> None:
    tell(user, CODES_MADE, request=request)


def _used(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        facts = (("Codes left", str(left)),)
        alert = Alert(CODE_USED.subject, CODE_USED.text, CODE_USED.advice, facts)
        tell(user, alert, request=request)


def _password(request: HttpRequest, user: User, **_: Any) -> None:
    tell(user, PASSWORD_CHANGED, request=request)


def _address_added(request: HttpRequest, user: User, email_address: Any, **_: Any) -> None:
    text = f"{email_address.email} was added to your account and waits to be confirmed."
    tell(user, Alert("A mail address was added to your account", text), request=request)


def _address_removed(request: HttpRequest, user: User, email_address: Any, **_: Any) -> None:
    text = f"{email_address.email} does not belong to your account any more."
    alert = Alert("A mail address was removed from your account", text)
    for to in {user.email, email_address.email}:
        tell(user, alert, request=request, to=to)


def _address_changed(
    request: HttpRequest, user: User, from_email_address: Any, to_email_address: Any, **_: Any
) -> None:
    before = getattr(from_email_address, "email", "")
    text = f"Mail about your account, and its sign-in, go by {to_email_address.email} from now on."
    alert = Alert("The mail address of your account was changed", text)
    for to in {before, to_email_address.email} - {""}:
        tell(user, alert, request=request, to=to)


def _name(authenticator: Any) -> str:
    return str(authenticator)[:60]

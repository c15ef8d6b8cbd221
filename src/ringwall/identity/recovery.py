"""Break-glass: a link made on the host lets somebody in who lost all factors, to set up new ones.

Whoever has the host can do this, so it is never done in silence: it takes a reason, which is kept
with who made it; the person and every other owner are told by mail; and the session it opens can do
nothing before a new factor is there (:mod:`ringwall.identity.enrolment`).
"""

import logging
import unicodedata
from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from ringwall.identity import alerts, founding
from ringwall.identity.alerts import Alert
from ringwall.identity.browser_sessions import kept_key
from ringwall.identity.facts import Facts
from ringwall.identity.models import RecoveryLink, Session, User
from ringwall.identity.secrets import hash_of, new_secret

log = logging.getLogger("ringwall.identity")

LIFE: Final = timedelta(minutes=15)
METHOD: Final = "recovery_link"
"""What the session records; it counts as one weak factor."""

_SESSION_LIFE: Final = timedelta(hours=1)
_LONGEST_REASON: Final = 500


def make_link(email: str, *, reason: str, author: str, facts: Facts) -> str:
    """Return a link that holds once and for 15 minutes; an earlier one of the person ends.

    ``LookupError`` when nobody has that mail address or the account is disabled, ``ValueError``
    when the reason says nothing.
    """
    told = " ".join("".join(map(_printable, reason)).split())
    if len(told) < 3 or len(told) > _LONGEST_REASON:
        msg = f"give a reason of 3 to {_LONGEST_REASON} letters: the person and the owners read it"
        raise ValueError(msg)
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        msg = f"nobody here has the mail address {email}"
        raise LookupError(msg)
    if not person.is_active:
        msg = f"the account of {email} is disabled: a link would let nobody in"
        raise LookupError(msg)
    secret, now = new_secret(), timezone.now()
    with transaction.atomic():
        RecoveryLink.objects.filter(user=person, used=None, expires__gt=now).update(expires=now)
        RecoveryLink.objects.create(
            secret_hash=hash_of(secret),
            user=person,
            reason=told,
            made_by=author[:150],
            created=now,
            expires=now + LIFE,
        )
        _tell(person, "made", reason=told, author=author)
    log.warning("recovery link for %s made by %s: %s", person.subject, author, told)
    return f"{facts.origin}/recover?secret={secret}"


def take(secret_hash: str) -> RecoveryLink | None:
    """Use a link up, by its hash; ``None`` when it is used, late, replaced or never was ours."""
    now = timezone.now()
    with transaction.atomic():
        found = (
            RecoveryLink.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(secret_hash=secret_hash, used=None)
            .filter(created__lte=now + timedelta(minutes=1), expires__gt=now)
            .first()
        )
        if found is None or not found.user.is_active:
            return None
        found.used = now
        found.save(update_fields=["used"])
        return found


def sign_in(request: HttpRequest, link: RecoveryLink) -> None:
    """Sign the person in who took ``link``, for an hour and only to set up new factors."""
    person = link.user
    logout(request)
    record_authentication(request, person, method=METHOD)
    get_adapter(request).login(request, person)
    now = timezone.now()
    Session.objects.filter(
        user=person, key=kept_key(request.session.session_key), ended=None
    ).update(expires=now + _SESSION_LIFE)
    log.warning(
        "recovery link for %s, made by %s, used from %s",
        person.subject,
        link.made_by,
        request.headers.get("X-Ringwall-Address", "an unknown address"),
    )
    _tell(person, "used", reason=link.reason, author=link.made_by, request=request)


def _tell(
    person: User, what: str, *, reason: str, author: str, request: HttpRequest | None = None
) -> None:
    facts = (("Account", person.email), ("Made by", author), ("Reason", reason))
    subject = f"A recovery link for {person.email} was {what}"
    text = {
        "made": "On the host of Ringwall a link was made for whoever lost all sign-in methods.",
        "used": "Somebody came in by a recovery link and can set up new sign-in methods.",
    }[what]
    advice = "If nobody should have done this, ask whoever runs the host at once."
    for one in {person, *founding.owners()}:
        alerts.tell(one, Alert(subject, text, advice, facts), request=request)


def _printable(letter: str) -> str:
    return " " if unicodedata.category(letter).startswith(("C", "Z")) else letter

"""What happens when the libraries say that something happened."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from ringwall.identity import sessions
from ringwall.identity.browser_sessions import kept_key
from ringwall.identity.models import Session, User
from ringwall.identity.provider import backchannel
from ringwall.identity.recording import signing


def connect() -> None:
    """Listen; called once when the tables are known."""
    user_logged_in.connect(_signed_in, dispatch_uid="ringwall.identity.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="ringwall.identity.signed_out")
    sessions.ended.connect(_ended, dispatch_uid="ringwall.identity.ended")
    for signal in (password_changed, password_reset):
        signal.connect(_password_changed, dispatch_uid="ringwall.identity.password")


def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is not None:
        signing.signed_in(request, user, sessions.begin(request, user))


def _signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if request is None or user is None or not request.session.session_key:
        return
    for found in Session.objects.filter(key=kept_key(request.session.session_key), ended=None):
        sessions.end(found, reason="signed out")


def _ended(session: Session, **_: Any) -> None:
    backchannel.hurry(session)


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever knew the old password is signed out everywhere else."""
    own: Session | None = getattr(request, "ringwall_session", None)
    if own is not None and own.user_id != user.pk:
        own = None
    if own is not None and request.session.session_key:
        # Django has given the session of this very request a new key.
        own.key = kept_key(request.session.session_key)
        own.save(update_fields=["key"])
    sessions.end_all(user, reason="the password changed", but=own)

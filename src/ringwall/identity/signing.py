"""Signing in, up and back in without a hint whether there is an account: same text, work, time.

Sign-in does the same look-ups and one hash whoever is meant. What a forgotten password sets off
happens once the answer has gone. Sign-up does for an address that is known what it does for a new
one and takes it back; what still differs disappears in a pause up to a fixed time.
"""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm, SignupForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core import context
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from ringwall.identity.models import User

log = logging.getLogger("ringwall.identity")

SIGN_UP_TAKES: Final = 0.75
"""Seconds, at least."""

_LATER: Final = "ringwall_later"


class ByPassword(AuthenticationBackend):
    """Mail address and password, with as many look-ups and hashes for one as for another."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        found = list(filter_users_by_email(email, prefer_verified=True, for_login=True))
        if EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
            # A verified address is found at once; another is looked for in a second table.
            User.objects.filter(email=email.lower()).first()
        for user in found[:1]:
            checked: User | None = self._check_password(user, password)
            return checked
        return None


class SignUp(SignupForm):
    """A new account, or for an address that has one a mail that says so."""

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """The person, or the answer for an address that is known.

        The password counts as shown from now on, as at a sign-in: with nothing but a second
        factor, added or shown later, a session would be of one factor for ever.
        """
        request.ringwall_takes = SIGN_UP_TAKES  # type: ignore[attr-defined]
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    made: tuple[Any, Any] = super().try_save(request)
                    record_authentication(request, made[0], "password", email=made[0].email)
                    return made
            except IntegrityError:
                # Somebody was faster with the same address.
                self.account_already_exists = True
        with transaction.atomic():
            self._as_if()
            found: tuple[Any, Any] = super().try_save(request)
            return found

    def _as_if(self) -> None:
        """Do what a new account takes, and take it back."""
        point = transaction.savepoint()
        address = f"{secrets.token_hex(16)}@nobody.invalid"
        user = User(email=address)
        user.set_password(self.cleaned_data.get("password1") or secrets.token_hex(16))
        user.save()
        EmailAddress.objects.create(user=user, email=address, primary=True)
        transaction.savepoint_rollback(point)


class ResetPassword(ResetPasswordForm):
    """A link by mail, if there is an account; nothing is looked up before the answer has gone."""

    def clean_email(self) -> str:
        """Take the address as accounts have it, for the link goes where this says.

        A letter that only becomes an ASCII one in lower case (K, U+212A) would find the account of
        one mailbox and send its link to another.
        """
        email: str = self.cleaned_data["email"]
        return email.lower()

    def save(self, request: HttpRequest, **more: Any) -> str:
        """Have the mail sent once the answer has gone."""

        def send() -> None:
            self.users = filter_users_by_email(
                self.cleaned_data["email"].lower(),
                is_active=True,
                prefer_verified=True,
                for_login=True,
            )
            with context.request_context(request):
                super(ResetPassword, self).save(request, **more)

        setattr(request, _LATER, send)
        return str(self.cleaned_data["email"])


class Evenly:
    """Answers that must not tell by their time: a pause before them, work after them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer when the time has come; do the rest once the answer has gone."""
        began = time.monotonic()
        response = self._get_response(request)
        later: Callable[[], None] | None = getattr(request, _LATER, None)
        if later is not None:
            _after(response, later)
        left = began + getattr(request, "ringwall_takes", 0.0) - time.monotonic()
        if left > 0:
            time.sleep(left)
        return response


def _after(response: HttpResponse, work: Callable[[], None]) -> None:
    """Do ``work`` when the server closes the response, which it does after sending it."""
    close = response.close

    def closing() -> None:
        try:
            work()
        except Exception:
            log.exception("what was to follow an answer failed")
        finally:
            close()

    response.close = closing  # type: ignore[method-assign]

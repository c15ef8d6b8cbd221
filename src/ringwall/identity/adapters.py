"""Where the libraries ask us: who may make an account, what a factor is called, who issues."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import clear_authentication_records
from allauth.core import context
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from ringwall.identity import devices, enrolment, wording
from ringwall.identity.admission import sign_in_objection
from ringwall.identity.config import SignUp
from ringwall.identity.installed import current_facts
from ringwall.identity.pages.invitations import pending
from ringwall.identity.pages.objecting import sign_in_otherwise
from ringwall.identity.sealing import seal, unseal
from ringwall.identity.sessions import address_of, connection_of, current
from ringwall.identity.vouching import kinds_in

log = logging.getLogger("ringwall.identity")


class Accounts(DefaultAccountAdapter):
    """Accounts of people."""

    error_messages = {**DefaultAccountAdapter.error_messages, **wording.ACCOUNTS}  # noqa: RUF012

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether anybody may make an account, or this browser came with an invitation."""
        return current_facts().settings.sign_up is SignUp.OPEN or pending(request) is not None

    def clean_email(self, email: str) -> str:
        """Who makes an account because of an invitation makes it for the invited address."""
        found: str = super().clean_email(email)
        request = self.request
        match = request.resolver_match if request is not None else None
        if request is None or match is None or match.url_name != "account_signup":
            return found
        invited = pending(request)
        closed = current_facts().settings.sign_up is not SignUp.OPEN
        if closed and (invited is None or invited.email != found.strip().lower()):
            msg = "The invitation is for another address: write the one it was sent to."
            raise ValidationError(msg)
        return found

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> Any:
        """Hold a sign-in to the rules of whoever's member it is."""
        missing = sign_in_objection(
            user, connection=connection_of(request, user), address=address_of(request)
        )
        if missing is None:
            return super().pre_login(request, user, **more)
        clear_authentication_records(request)
        return sign_in_otherwise(request, missing, back=more.get("redirect_url") or "/")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the edge saw."""
        return address_of(request) or "127.0.0.1"

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Whether somebody has to show who they are before they change how they sign in."""
        del app
        return not enrolment.is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ways to show it again, the strongest first; a password only where there is no factor."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [one for one in found if one["id"] != "reauthenticate"]
        return list(reversed(strong)) if _has_factor(user) else found

    def get_from_email(self) -> str:
        """Whom our mail is from."""
        return current_facts().settings.mail.sender


def _has_factor(user: Any) -> bool:
    session = current(context.request)
    if not user.is_authenticated or session is None:
        return False
    return bool({"totp", "webauthn"} & kinds_in(session))


class Factors(DefaultMFAAdapter):
    """Second factors and passkeys."""

    error_messages = {**DefaultMFAAdapter.error_messages, **wording.FACTORS}  # noqa: RUF012

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows."""
        return current_facts().settings.name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for: the host of sign-in."""
        facts = current_facts()
        return {"id": facts.settings.host or "localhost", "name": facts.settings.name}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - the library's
        """What a new one is called until its owner says otherwise: the device it is made on."""
        words = devices.in_words(context.request.headers.get("User-Agent", ""))
        count = Authenticator.objects.filter(user=user, type=type).count()
        return words if count == 0 else f"{words}, {count + 1}"

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Whether a factor may go."""
        request = context.request
        recovering = enrolment.is_recovering(request)
        return enrolment.may_remove(authenticator, current(request), recovering=recovering)

    def encrypt(self, text: str) -> str:
        """What is kept of a secret."""
        return seal(text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(encrypted_text).decode()


class Provider(DefaultOIDCAdapter):
    """Ringwall as OpenID provider."""

    scope_display = {**DefaultOIDCAdapter.scope_display, **wording.SCOPES}  # noqa: RUF012

    def get_issuer(self) -> str:
        """The issuer: the origin of sign-in, whatever host was asked."""
        return current_facts().origin

    def get_user_sub(self, client: Any, user: Any) -> str:
        """The subject of a person."""
        del client
        return str(user.subject)

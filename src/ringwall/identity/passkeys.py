"""Passkeys as strangers send them: whatever is no answer to our question is refused, never a fault.

A passkey that counts its uses is taken for a copy when its count goes back (WebAuthn Level 3
section 6.1.1).
"""

import logging
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ringwall.identity.recording import signing

log = logging.getLogger("ringwall.identity")

_LONGEST: Final = 64 * 1024
_FAULTS: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
"""What parsing a credential raises that no browser made."""


class CredentialField(forms.JSONField):
    """What a browser made of a passkey, as JSON of a size that a browser makes."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Parse it; what is too long or nested too deep is no credential."""
        if isinstance(value, str) and len(value) > _LONGEST:
            raise _refused()
        try:
            return super().to_python(value)
        except RecursionError:
            raise _refused() from None


class Add(AddWebAuthnForm):
    """A new passkey."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be one."""
        try:
            return dict(super().clean() or {})
        except ValidationError:
            raise
        except _FAULTS:
            raise _refused() from None


class _Checked(AuthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Any:
        try:
            return self._checked()
        except ValidationError:
            signing.passkey_refused(self.user)
            raise

    def _checked(self) -> Any:
        credential = self.cleaned_data["credential"]
        try:
            found = super().clean_credential()
            count = auth.parse_authentication_response(
                credential
            ).response.authenticator_data.counter
        except ValidationError:
            raise
        except _FAULTS:
            raise _refused() from None
        if not _counts_on(found, count):
            raise _refused()
        return found


class SignIn(_Checked, LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class SecondStep(_Checked, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class Again(_Checked, ReauthenticateWebAuthnForm):
    """A passkey for a fresh proof."""


def _counts_on(authenticator: Authenticator, count: int) -> bool:
    """Whether the count of uses has gone on; passkeys that do not count always say 0."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        before = int(kept.data.get("count", 0))
        if count <= before and (count or before):
            log.warning("passkey %s of %s may have been copied", kept.pk, kept.user_id)
            return False
        kept.data["count"] = count
        kept.save(update_fields=["data"])
        authenticator.data = kept.data
    return True


def _refused() -> ValidationError:
    found: ValidationError = get_adapter().validation_error("incorrect_code")
    return found

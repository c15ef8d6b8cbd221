"""Second factors as they are kept: each code holds once, and the database gives none away.

The library keeps recovery codes as a seed that makes them all again, and notes used codes of an
app in the memory of one process. Here recovery codes are kept as hashes (Argon2id, one salt a set)
and shown once; the secret of an app is encrypted (:mod:`ringwall.identity.sealing`) and the last
time step it was used for is noted in the same row (RFC 6238 section 5.2).
"""

import hmac
import json
import logging
import secrets
import time
from typing import Any, Final, Self

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth as recovery_auth
from allauth.mfa.recovery_codes.internal import flows as recovery_flows
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.totp.internal import flows as totp_flows
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ringwall.identity.models import User
from ringwall.identity.passwords import stretched
from ringwall.identity.sealing import UnsealingError, seal, unseal

log = logging.getLogger("ringwall.identity")

CODES: Final = 10
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""None that is taken for another."""
_LENGTH: Final = 10
_SHOWN_WITHIN: Final = 15 * 60
"""Seconds until codes that nobody looked at are forgotten."""


def install() -> None:
    """Have the library use these classes wherever it uses its own."""
    recovery_auth.RecoveryCodes = recovery_flows.RecoveryCodes = HashedCodes
    totp_auth.TOTP = totp_flows.TOTP = App


def counter_of(secret: str, code: str, *, now: float | None = None) -> int | None:
    """The time step (RFC 6238) that a code is for, one step to either side; else ``None``."""
    digits = "".join(code.split()).replace("-", "")
    if len(digits) != app_settings.TOTP_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    current = int(time.time() if now is None else now) // app_settings.TOTP_PERIOD
    found = None
    for counter in (current - 1, current, current + 1):
        wanted = totp_auth.format_hotp_value(totp_auth.hotp_value(secret, counter))
        if hmac.compare_digest(wanted, digits):
            found = counter
    return found


def keep_app(person: User, secret: str, *, used: int | None) -> Authenticator:
    """Keep an authenticator app; ``used`` is the time step whose code has just been shown."""
    made: Authenticator = Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.TOTP,
        data={"secret": seal(secret.encode("ascii")), "last": -1 if used is None else used},
    )
    return made


def add_recovery_codes(person: User) -> Authenticator:
    """Make recovery codes for somebody who has none; they can be looked at once, soon."""
    found: Authenticator = HashedCodes.activate(person).instance
    return found


class App(totp_auth.TOTP):
    """An authenticator app."""

    instance: Any

    @classmethod
    def activate(cls, user: User, secret: str) -> Self:
        """Keep a new one; the code that showed that it works does not work again."""
        code = str(context.request.POST.get("code", ""))
        return cls(keep_app(user, secret, used=counter_of(secret, code)))

    def validate_code(self, code: str) -> bool:
        """Whether the code is right and newer than every one used before; it is used now."""
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().filter(pk=self.instance.pk).first()
            if kept is None:
                return False
            try:
                secret = unseal(kept.data["secret"]).decode("ascii")
            except UnsealingError as error:
                log.error("the app of %s cannot be asked: %s", kept.user_id, error)  # noqa: TRY400
                return False
            counter = counter_of(secret, code)
            if counter is None:
                return False
            if counter <= int(kept.data.get("last", -1)):
                log.warning("a used code of the app of %s was shown again", kept.user_id)
                return False
            kept.data["last"] = counter
            kept.save(update_fields=["data"])
            self.instance.data = kept.data
        return True


class HashedCodes(recovery_auth.RecoveryCodes):
    """Ten recovery codes of which only hashes stay. ``data``: ``salt``, ``hashes``, ``shown``."""

    instance: Any
    _plain: list[str] | None = None

    @classmethod
    def activate(cls, user: User) -> Self:
        """The codes somebody has; made now if there are none."""
        found = Authenticator.objects.filter(
            user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
        ).first()
        if found is not None:
            return cls(found)
        codes = [_new_code() for _ in range(CODES)]
        salt = secrets.token_bytes(16)
        told = json.dumps({"codes": codes, "until": time.time() + _SHOWN_WITHIN})
        return cls(
            Authenticator.objects.create(
                user=user,
                type=Authenticator.Type.RECOVERY_CODES,
                data={
                    "salt": salt.hex(),
                    "hashes": [stretched(_bare(code), salt).hex() for code in codes],
                    "shown": seal(told.encode()),
                },
            )
        )

    def validate_code(self, code: str) -> bool:
        """Whether it is one of the codes that are left; it is gone now."""
        bare = _bare(code)
        if len(bare) != _LENGTH or set(bare) - set(_LETTERS):
            return False
        salt = bytes.fromhex(self.instance.data.get("salt", ""))
        if len(salt) != 16:
            return False
        shown = stretched(bare, salt).hex()
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().filter(pk=self.instance.pk).first()
            if kept is None or kept.data.get("salt") != salt.hex():
                return False
            left = [one for one in kept.data["hashes"] if not hmac.compare_digest(one, shown)]
            if len(left) == len(kept.data["hashes"]):
                return False
            kept.data = {"salt": salt.hex(), "hashes": left}
            kept.save(update_fields=["data"])
            self.instance.data = kept.data
        return True

    def get_unused_codes(self) -> list[str]:
        """The codes, if they are being looked at for the first time; else as many blanks."""
        if self._plain is not None:
            return list(self._plain)
        return ["·····-·····" for _ in self.instance.data.get("hashes", ())]

    def generate_codes(self) -> list[str]:
        """The same: nothing makes codes again."""
        return self.get_unused_codes()

    @property
    def did_view(self) -> bool:
        """Whether the codes have been looked at, or waited too long for it."""
        return self._waiting() is None

    def mark_as_viewed(self) -> None:
        """Forget the codes; this very object still shows them."""
        with transaction.atomic():
            kept = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
            self.instance.data = kept.data
            self._plain = self._waiting()
            kept.data.pop("shown", None)
            kept.save(update_fields=["data"])

    def _waiting(self) -> list[str] | None:
        sealed = self.instance.data.get("shown")
        if not sealed:
            return None
        try:
            told: dict[str, Any] = json.loads(unseal(sealed))
        except UnsealingError:
            return None
        return list(told["codes"]) if time.time() < told["until"] else None


class ActivateApp(ActivateTOTPForm):
    """Set an authenticator app up; its secret waits encrypted, and stays the same on a reload."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.user = more.pop("user")
        forms.Form.__init__(self, *args, **more)
        self.fields["code"].max_length = 12
        self.secret = _pending_secret()

    def clean_code(self) -> str:
        """Refuse a code that the app would not show now."""
        validate_can_add_authenticator(self.user)
        code: str = self.cleaned_data["code"]
        if counter_of(self.secret, code) is None:
            msg = "This code is not right. Wait for the next one and type that."
            raise ValidationError(msg)
        return code


def _pending_secret() -> str:
    session = context.request.session
    try:
        return unseal(session.get(totp_auth.SECRET_SESSION_KEY) or "").decode("ascii")
    except UnsealingError:
        secret: str = totp_auth.generate_totp_secret()
        session[totp_auth.SECRET_SESSION_KEY] = seal(secret.encode("ascii"))
        return secret


def _new_code() -> str:
    text = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{text[:5]}-{text[5:]}"


def _bare(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()[: _LENGTH + 1]

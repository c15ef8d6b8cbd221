"""Devices without a browser (RFC 8628): they show a code, a person types it and says yes or no."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from ringwall.identity import sessions
from ringwall.identity.models import ApiClient, DeviceCode, Grant, Organisation, Session
from ringwall.identity.provider import grants
from ringwall.identity.secrets import hash_of, new_secret
from ringwall.identity.vouching import speaks_for

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
LIFE: Final = timedelta(minutes=10)
INTERVAL: Final = 5
"""Seconds between two questions of a device."""

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628 section 6.1: no vowels, so no words; 20^8 codes."""
_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class Polled:
    """What a device is told, in the error codes of RFC 8628 section 3.5 or ``authorized``."""

    status: str | None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A device's secret and what the person types."""

    device_code: str
    user_code: str


def begin(
    client: ApiClient, *, scopes: Sequence[str], audiences: Sequence[str], now: datetime
) -> Begun:
    """Let a device begin to wait."""
    device_code = new_secret()
    for _ in range(5):
        typed = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        try:
            with transaction.atomic():
                DeviceCode.objects.create(
                    device_hash=hash_of(device_code),
                    user_code=typed,
                    client_id=client.pk,
                    scopes=list(scopes),
                    audiences=list(audiences),
                    created=now,
                    expires=now + LIFE,
                    interval=INTERVAL,
                )
        except IntegrityError:
            continue
        return Begun(device_code, f"{typed[:4]}-{typed[4:]}")
    msg = "no free code was found"
    raise RuntimeError(msg)


def waiting(typed: str, *, now: datetime) -> DeviceCode | None:
    """The device that waits under a code as somebody typed it."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(code) != _LENGTH:
        return None
    return (
        DeviceCode.objects.select_related("client")
        .filter(user_code=code, decided=None, expires__gt=now, client__ringwall__disabled=None)
        .first()
    )


def decide(device: DeviceCode, session: Session | None, *, now: datetime) -> bool:
    """Let the device in as the person of ``session``, or with ``None`` not; once only."""
    return bool(
        DeviceCode.objects.filter(pk=device.pk, decided=None, expires__gt=now).update(
            decided=now, session=session
        )
    )


def poll(device_code: str, *, client: ApiClient, now: datetime) -> Polled:
    """Answer a device that asks whether it is let in. The grant is begun once."""
    found = (
        DeviceCode.objects.select_related("session__user", "session__organisation")
        .filter(device_hash=hash_of(device_code), client=client.pk)
        .first()
    )
    if found is None:
        return Polled(None)
    if found.expires <= now:
        return Polled("expired_token")
    if found.grant_id is not None:
        return Polled(None)
    if found.last_poll is not None and now < found.last_poll + timedelta(seconds=found.interval):
        DeviceCode.objects.filter(pk=found.pk).update(last_poll=now, interval=F("interval") + 5)
        return Polled("slow_down")
    DeviceCode.objects.filter(pk=found.pk).update(last_poll=now)
    if found.decided is None:
        return Polled("authorization_pending")
    if found.session is None or sessions.is_over(found.session, now):
        return Polled("access_denied")
    if not speaks_for(found.session, client.organisation or found.session.organisation):
        return Polled("access_denied")
    return _let_in(found, found.session, client, now)


def _let_in(device: DeviceCode, session: Session, client: ApiClient, now: datetime) -> Polled:
    organisation: Organisation | None = client.organisation or session.organisation
    with transaction.atomic():
        grant = grants.open_now(
            grants.Wanted(
                client=client,
                session=session,
                organisation=organisation,
                scopes=device.scopes,
                audiences=device.audiences,
            ),
            now=now,
        )
        if not DeviceCode.objects.filter(pk=device.pk, grant=None).update(grant=grant):
            transaction.set_rollback(True)
            return Polled(None)
    return Polled("authorized", grants.by_id(grant.pk))

"""What people have allowed programs: consents, grants, devices; and who is told of an end."""

import secrets

from allauth.idp.oidc.models import Client
from django.db import models
from django.utils import timezone

from ringwall.identity.kinds import GRANT
from ringwall.identity.models.organisations import Organisation
from ringwall.identity.models.people import User
from ringwall.identity.models.sessions import Session


def grant_id() -> str:
    """A new grant's id, which tokens name as ``rw_grant``; no secret."""
    return GRANT + secrets.token_urlsafe(16)


class Consent(models.Model):
    """A person lets a client have these scopes, now and later."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    scopes = models.JSONField(default=list)
    given = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "client"), name="one_consent_each"),)

    def __str__(self) -> str:
        return f"{self.user_id} to {self.client_id}"


class Grant(models.Model):
    """One authorization by a person: its code, and the family of tokens that came of it.

    A refresh token is ``id``, ``serial`` and a keyed hash of both. ``serial`` grows with each use,
    in one statement: of two uses of one token only one succeeds, and the other tells a theft.
    """

    id = models.CharField(primary_key=True, max_length=32, default=grant_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="grants")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    scopes = models.JSONField(default=list)
    audiences = models.JSONField(default=list)
    acr = models.CharField(max_length=10)
    amr = models.JSONField(default=list)
    auth_time = models.DateTimeField()
    nonce = models.TextField(blank=True)
    code_hash = models.CharField(max_length=64, null=True, unique=True)
    redirect_uri = models.TextField(blank=True)
    challenge = models.CharField(max_length=128, blank=True)
    """Of the code's verifier, by S256 (RFC 7636)."""
    code_expires = models.DateTimeField(null=True)
    code_used = models.DateTimeField(null=True)
    serial = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    last_use = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(db_index=True)
    ended = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.id


class DeviceCode(models.Model):
    """A device without a browser waits for a person to let it in (RFC 8628)."""

    device_hash = models.CharField(max_length=64, unique=True)
    user_code = models.CharField(max_length=16, unique=True)
    """As people type it, without the dash, in capitals."""
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    scopes = models.JSONField(default=list)
    audiences = models.JSONField(default=list)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(db_index=True)
    last_poll = models.DateTimeField(null=True)
    interval = models.PositiveIntegerField(default=5)
    """Seconds between two questions of the device."""
    decided = models.DateTimeField(null=True)
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE)
    """Of the person who said yes; none once decided means no."""
    grant = models.ForeignKey(Grant, null=True, on_delete=models.CASCADE)
    """What came of it, once the device has taken it."""

    def __str__(self) -> str:
        return f"device of {self.client_id}"


class UsedAssertion(models.Model):
    """An assertion of a client (RFC 7523) that was shown; no second one of its name is taken."""

    key = models.CharField(primary_key=True, max_length=64)
    """SHA-256 of the client's id and ``jti``."""
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Participation(models.Model):
    """A client that took part in a session, and is to be told when it ends.

    It is written when the client gets its tokens and so is there before the session can end:
    no end is missed, whoever was killed in between.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participations")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="participations")
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    told = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "client"), name="one_participation_each"),
        )

    def __str__(self) -> str:
        return f"{self.client_id} in {self.session_id}"

"""Sessions of people, their visits to hosts, and what ends tokens before their time."""

import secrets

from allauth.mfa.models import Authenticator
from django.db import models
from django.utils import timezone

from ringwall.identity.models.connections import Connection
from ringwall.identity.models.organisations import Organisation
from ringwall.identity.models.people import User
from ringwall.identity.models.sealed import SealedText


def session_id() -> str:
    """A new ``sid``; nothing can be guessed from it, and it is no secret."""
    return "s" + secrets.token_urlsafe(16)


class Session(models.Model):
    """A person signed in on one device. ``id`` is the ``sid`` of its tokens.

    ``key`` is the hash of Django's session on the host of sign-in. ``acr`` is what was proven
    (``single``, ``mfa`` or ``phr``), ``amr`` how (RFC 8176), ``proven`` when all of it was last
    proven.
    """

    id = models.CharField(primary_key=True, max_length=32, default=session_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL)
    """Which organisation the person acts for now."""
    key = models.CharField(max_length=40, db_index=True)
    created = models.DateTimeField(default=timezone.now)
    last_use = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    """The absolute end."""
    idle = models.PositiveIntegerField()
    """Seconds without a use after which it is over."""
    acr = models.CharField(max_length=10)
    amr = models.JSONField(default=list)
    proven = models.DateTimeField(default=timezone.now)
    left = models.JSONField(default=dict)
    """When it stopped acting for an organisation, by the id of that: seconds since 1970."""
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=400, blank=True)
    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL)
    """The organisation's own identity provider that proved who it is, if one did."""
    vouched_by = models.CharField(max_length=36, blank=True)
    """The id of the customer whose provider's word is all there is; empty where there is more."""
    turn = models.PositiveIntegerField(default=0)
    """How often tokens were called back although the session goes on: roles changed, say."""
    ended = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (models.Index(fields=("user", "ended")),)

    def __str__(self) -> str:
        return self.id

    @property
    def sid(self) -> str:
        """The ``sid`` of tokens made now; those of earlier turns are revoked."""
        return f"{self.id}.{self.turn}" if self.turn else self.id


class VouchedFactor(models.Model):
    """A factor that was added in a session behind which only a customer's provider stood."""

    authenticator = models.OneToOneField(
        Authenticator, on_delete=models.CASCADE, related_name="vouchedfactor"
    )
    by = models.CharField(max_length=36)
    """The id of that customer, kept although it may be gone."""

    def __str__(self) -> str:
        return f"{self.authenticator_id} by {self.by}"


class Visit(models.Model):
    """A session on one protected host; ``secret_hash`` is of the cookie's secret there."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="visits")
    host = models.CharField(max_length=260)
    """The authority, with the port if it is not 443."""
    secret_hash = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(default=timezone.now)
    token = SealedText(blank=True)
    """The token given last, so that requests at the same moment get the same."""
    token_expires = models.DateTimeField(null=True)
    token_made = models.DateTimeField(null=True)
    """When the edge last asked for one."""

    def __str__(self) -> str:
        return f"{self.session_id} at {self.host}"


class EntryCode(models.Model):
    """A code that carries a signed-in person from the sign-in host to a protected one, once."""

    code_hash = models.CharField(max_length=64, unique=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL)
    host = models.CharField(max_length=260)
    state = models.CharField(max_length=64)
    target = models.TextField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"entry to {self.host}"


class Subject(models.TextChoices):
    """What a revocation names."""

    SESSION = "session", "a session, a grant, a client or a key, by its sid"
    USER = "user", "a person, by sub"
    TENANT = "tenant", "an organisation, by slug"


class Revocation(models.Model):
    """Tokens of ``value`` are refused at the edge from ``at`` until ``until``, when all are over.

    ``serial`` grows with every change, so that followers see at once that something changed.
    """

    serial = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    value = models.CharField(max_length=100)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    """``None`` for as long as nobody takes it back, as for a suspended organisation."""
    reason = models.CharField(max_length=100, blank=True)
    lifted = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("lifted", "until")),)

    def __str__(self) -> str:
        return f"{self.subject} {self.value}"

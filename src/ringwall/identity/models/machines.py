"""Programs: API clients, beyond what OAuth knows of them, and API keys."""

import secrets

from allauth.idp.oidc.models import Client
from django.db import models
from django.utils import timezone

from ringwall.identity.models.organisations import Organisation
from ringwall.identity.models.people import User


def key_id() -> str:
    """A new key's id, which is the ``sid`` of the key; no secret."""
    return "k" + secrets.token_urlsafe(12)


class ApiClient(models.Model):
    """What Ringwall adds to an OAuth client."""

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.CASCADE, related_name="ringwall"
    )
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    roles = models.JSONField(default=list, blank=True)
    auth_method = models.CharField(max_length=40, default="client_secret_basic")
    """As in RFC 7591: also ``private_key_jwt``, ``tls_client_auth`` and the like."""
    jwks = models.JSONField(null=True, blank=True)
    certificate_subject = models.CharField(max_length=255, blank=True)
    certificate_thumbprint = models.CharField(max_length=64, blank=True)
    """SHA-256 of the certificate, hex."""
    audiences = models.JSONField(default=list, blank=True)
    first_party = models.BooleanField(default=False)
    backchannel_logout_uri = models.URLField(blank=True)
    disabled = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    previous_secret = models.CharField(max_length=80, blank=True)
    """The hash of the secret before this one, good until ``previous_until``."""
    previous_until = models.DateTimeField(null=True, blank=True)
    certificate_authority = models.TextField(blank=True)
    """Whose certificates ``tls_client_auth`` takes: PEM, one or several."""
    certificate_bound = models.BooleanField(default=False)
    """Whether its access tokens are bound to its certificate (RFC 8705 section 3)."""

    def __str__(self) -> str:
        return str(self.client_id)


class ApiKey(models.Model):
    """A signed key for a program. The key itself is shown once and is not kept."""

    id = models.CharField(primary_key=True, max_length=32, default=key_id, editable=False)
    name = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="api_keys")
    """The person it acts for; a key without one acts for ``client``."""
    client = models.ForeignKey(ApiClient, null=True, on_delete=models.CASCADE, related_name="keys")
    groups = models.JSONField(default=list, blank=True)
    """Of its owner's groups, those that policies keep out; nobody chooses them."""
    email = models.EmailField(max_length=254, blank=True)
    """Its owner's address where policies keep out by that, as it was when the key was made."""
    idle = models.CharField(max_length=300, blank=True)
    """Why it is refused for now, until that is mended; empty while it is good."""
    audiences = models.JSONField(default=list, blank=True)
    """Origins it is good for; empty for every host of the edge."""
    scopes = models.JSONField(default=list)
    roles = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    """The end that is signed into the key."""
    ends = models.DateTimeField(null=True)
    """An earlier end, once a successor was made."""
    last_use = models.DateTimeField(null=True)
    last_address = models.GenericIPAddressField(null=True)
    revoked = models.DateTimeField(null=True)
    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )

    def __str__(self) -> str:
        return self.id

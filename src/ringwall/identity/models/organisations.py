"""Organisations: the company itself and its customers, with members and rules."""

import uuid

from django.db import models
from django.utils import timezone

from ringwall.identity.models.people import User


class Kind(models.TextChoices):
    """Whether an organisation runs the SaaS or uses it."""

    PROVIDER = "provider", "runs the service"
    CUSTOMER = "customer", "uses the service"


class SecondFactor(models.TextChoices):
    """What an organisation asks of its members."""

    OPTIONAL = "optional", "Password alone is enough"
    REQUIRED = "required", "A second factor or a passkey"
    PASSKEY = "passkey", "A passkey"


class Organisation(models.Model):
    """A tenant. ``slug`` is its name in tokens and hosts and never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=63, unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOMER)
    created = models.DateTimeField(default=timezone.now)
    suspended = models.DateTimeField(null=True, blank=True)
    second_factor = models.CharField(
        max_length=10, choices=SecondFactor.choices, default=SecondFactor.OPTIONAL
    )
    session_idle = models.PositiveIntegerField(null=True, blank=True)
    """Seconds; the shorter of this and the configuration's holds."""
    session_absolute = models.PositiveIntegerField(null=True, blank=True)
    networks = models.JSONField(default=list, blank=True)
    """Networks its members may come from, such as ``10.0.0.0/8``; empty means any."""
    sso_enforced = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """A person in an organisation, with roles there."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    roles = models.JSONField(default=list, blank=True)
    from_groups = models.JSONField(default=list, blank=True)
    """Those of ``roles`` that only groups give; the others were given by somebody."""
    groups = models.JSONField(default=list, blank=True)
    """The groups that the organisation's identity provider named at the last sign-in."""
    source = models.CharField(max_length=20, default="invitation")
    """How it came to be: ``first``, ``invitation``, ``sso``, ``scim``, ``command``."""
    let_in_by = models.JSONField(default=list, blank=True)
    """Ids of whose invitation it came of, of who had invited those, and so on, whoever leaves."""
    active = models.BooleanField(default=True)
    lent_until = models.DateTimeField(null=True, blank=True)
    """Until then there may be roles that they have for some time: :mod:`ringwall.identity.lent`."""
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "user"), name="one_membership_each"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"


class Invitation(models.Model):
    """An offer of membership, taken by whoever has the link and the mail address."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    email = models.EmailField(max_length=254)
    roles = models.JSONField(default=list, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    taken = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation_id}"

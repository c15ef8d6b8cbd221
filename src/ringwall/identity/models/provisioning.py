"""What a provisioning system (SCIM 2.0) keeps here, one organisation apart from the other."""

import uuid

from django.db import models
from django.utils import timezone

from ringwall.identity.models.organisations import Membership, Organisation


class ProvisionedUser(models.Model):
    """A person as the provisioning system of one organisation sees them (RFC 7643 section 4.1).

    ``attributes`` is what was said of them. Another organisation of the same person has a row of
    its own and sees nothing of this one. ``membership`` is ``None`` while they are no member: who
    has an address of a domain that the organisation has not shown to be its own is invited, and
    decides alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    membership = models.OneToOneField(
        Membership, null=True, on_delete=models.SET_NULL, related_name="provisioned"
    )
    email = models.EmailField(max_length=254, blank=True)
    active = models.BooleanField(default=True)
    disabled_account = models.BooleanField(default=False)
    """Whether it was us who disabled the whole account, and so may enable it again."""
    user_name = models.CharField(max_length=254)
    """In lower case: it is compared without regard to case (RFC 7643 section 4.1.1)."""
    external_id = models.CharField(max_length=255, blank=True)
    attributes = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now)
    modified = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user_name"), name="one_user_name_in_an_organisation"
            ),
        )

    def __str__(self) -> str:
        return self.user_name


class Group(models.Model):
    """A group of an organisation's provisioning system (RFC 7643 section 4.2)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255, blank=True)
    members = models.ManyToManyField(ProvisionedUser, related_name="in_groups")
    created = models.DateTimeField(default=timezone.now)
    modified = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="one_group_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name

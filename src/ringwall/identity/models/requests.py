"""What people ask for and have for some time: requests, and who approved them."""

import uuid

from django.db import models
from django.utils import timezone

from ringwall.identity.models.organisations import Organisation
from ringwall.identity.models.people import User


class RequestState(models.TextChoices):
    """What became of a request; the last six are final."""

    WAITING = "waiting", "Waiting"
    GRANTED = "granted", "Granted"
    DENIED = "denied", "Denied"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNANSWERED = "unanswered", "Not answered in time"
    OVER = "over", "Over"
    ENDED = "ended", "Ended early"
    LEFT = "left", "Ended as they left"


class AccessRequest(models.Model):
    """Somebody asks for roles in an organisation, for ``lasts`` seconds from the approval on.

    Only the functions of :mod:`ringwall.identity.requesting.moves` and
    :mod:`ringwall.identity.requesting.leaving` change ``state``, each holding the row. What the
    clock ends is over at that moment, whether the row says so yet or not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_requests")
    """Who asks, and has the roles then."""
    by_machine = models.BooleanField(default=False)
    """Whether a command on the machine made it for them."""
    roles = models.JSONField(default=list)
    lasts = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    state = models.CharField(
        max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    created = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField()
    """When it is over if nobody has answered it."""
    granted = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    """When the roles end, or ended."""
    closed = models.DateTimeField(null=True)
    """When it came into its final state."""
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_by_machine = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    """Why it was denied or ended early."""

    class Meta:
        indexes = (
            models.Index(fields=("organisation", "user", "state")),
            models.Index(fields=("state", "ends")),
        )

    def __str__(self) -> str:
        return f"request {self.pk} of {self.user_id.hex}"


class RequestApproval(models.Model):
    """Somebody approves a request, perhaps for a shorter time; without ``user`` a command did."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="approvals")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_machine = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    lasts = models.PositiveIntegerField()
    """Seconds."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("request", "user"), name="one_approval_each"),
        )

    def __str__(self) -> str:
        return f"approval of {self.request_id}"

"""Forms that wait while their sender signs in."""

from django.db import models


class HeldForm(models.Model):
    """What somebody sent to a protected page whose session was over; sealed, and taken once."""

    secret_hash = models.CharField(primary_key=True, max_length=64)
    target = models.TextField()
    fields = models.TextField()
    """The form's fields, a list of pairs as JSON, sealed."""
    created = models.DateTimeField()

    def __str__(self) -> str:
        return self.target

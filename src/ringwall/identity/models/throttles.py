"""What slows guessing down, shared by all processes."""

from django.db import models


class Throttle(models.Model):
    """A leaky bucket: ``level`` at ``at``, leaking by its rule's rate since."""

    key = models.CharField(primary_key=True, max_length=128)
    level = models.FloatField(default=0.0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key

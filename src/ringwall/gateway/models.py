"""Tables of the gateway: whom people block, why, and until when."""

from django.db import models
from django.utils import timezone


class Block(models.Model):
    """A network that somebody denies at every edge that shares these tables.

    It is over at ``until``, or when it is ``lifted``; the row is kept for some time after that.
    """

    network = models.CharField(max_length=43, db_index=True)
    """As :mod:`ipaddress` writes it, with its prefix."""
    reason = models.CharField(max_length=300)
    author = models.CharField(max_length=100)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    """Its end; ``None`` until it is lifted."""
    lifted = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.network

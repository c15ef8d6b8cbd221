"""Tables of the gateway: what people block, why, and until when."""

from django.db import models
from django.utils import timezone


class Block(models.Model):
    """A network, or another source, that somebody denies at every edge that shares these tables.

    It is over at ``until``, or when it is ``lifted``; the row is kept for some time after that.
    """

    kind = models.CharField(max_length=12, default="network")
    """Of what kind it is: a ``Kind``."""
    what = models.CharField(max_length=110, db_index=True)
    """As it is written: a network as :mod:`ipaddress` does, with its prefix."""
    reason = models.CharField(max_length=300)
    author = models.CharField(max_length=100)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    """Its end; ``None`` until it is lifted."""
    lifted = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.what

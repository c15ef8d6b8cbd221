"""Mail on its way to people."""

from django.db import models
from django.utils import timezone

from ringwall.identity.models.sealed import SealedText


class OutgoingMail(models.Model):
    """A mail in the outbox, sent or not."""

    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = SealedText()
    html = SealedText(blank=True)
    """Sealed: their links and codes let in whoever uses them."""
    created = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"

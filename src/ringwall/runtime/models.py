"""Tables of the plumbing: what jobs did, and events on their way to the spool."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class JobRun(models.Model):
    """The last run of one job. ``error`` is empty when it went well."""

    name = models.CharField(max_length=100, primary_key=True)
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class PendingEvent(models.Model):
    """An event that tells of what was committed with it, and is not in the spool yet."""

    number = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=32, unique=True)
    line = models.TextField()
    made = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["PendingEvent"]] = models.Manager()

    def __str__(self) -> str:
        return self.uid

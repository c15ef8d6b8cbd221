"""Tables of the plumbing: what jobs did."""

from django.db import models


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

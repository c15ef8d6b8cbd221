"""Tables of the queue: findings, who saw them, what became of them, who has to be told."""

from typing import Any, ClassVar

from django.db import models


class Queued(models.Model):
    """A finding as it stands in the queue, with the words of the source that tells most of it."""

    uid = models.CharField(max_length=20, primary_key=True)
    weakness = models.CharField(max_length=200, db_index=True)
    component = models.CharField(max_length=1000)
    part = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=100)
    """Whose words these are."""
    severity = models.PositiveSmallIntegerField()
    """OCSF's number."""
    told = models.JSONField()
    """The rest of it, as :mod:`ringwall.findings.keeping` writes it."""
    title = models.CharField(max_length=500)

    state = models.CharField(max_length=20)
    since = models.DateTimeField()
    """When it came to its state."""
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    due_from = models.DateTimeField()
    """What the deadline is counted from: when it was found first, or came back."""
    unconfirmed_since = models.DateTimeField(null=True)
    """When a run first could not judge what had been found."""
    unconfirmed_why = models.CharField(max_length=300, blank=True)
    reopened = models.PositiveIntegerField(default=0)
    excuse = models.JSONField(null=True)

    exposure = models.CharField(max_length=20, blank=True)
    classification = models.CharField(max_length=20, blank=True)
    criticality = models.CharField(max_length=20, blank=True)
    environment = models.CharField(max_length=20, blank=True)
    is_behind = models.BooleanField(default=False, db_default=False)
    """Whether a way from the internet led to its component, over what would be taken over."""
    exploited = models.BooleanField(default=False)
    epss = models.FloatField(null=True)
    score = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=200, blank=True)
    is_assigned = models.BooleanField(default=False)
    """Somebody said whose it is: the component's owner is not asked any more."""
    deadline = models.DateTimeField(null=True)
    overdue_told = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Queued"]] = models.Manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-score", "uid"], name="findings_by_rank"),
            models.Index(fields=["component"], name="findings_by_component"),
            models.Index(fields=["owner", "state"], name="findings_by_owner"),
            models.Index(fields=["deadline", "state"], name="findings_by_deadline"),
        ]

    def __str__(self) -> str:
        return self.uid


class Sighting(models.Model):
    """What one source saw of a finding in one scope."""

    id: Any
    finding = models.ForeignKey(Queued, on_delete=models.CASCADE, related_name="sightings")
    source = models.CharField(max_length=100)
    scope = models.CharField(max_length=300)
    rule = models.CharField(max_length=300, blank=True)
    content = models.CharField(max_length=16)
    """A digest of all that it says."""
    facts = models.CharField(max_length=16)
    """A digest of what it stands on."""
    severity = models.PositiveSmallIntegerField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    is_present = models.BooleanField(default=True)
    unconfirmed_since = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Sighting"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["finding", "source", "scope"], name="findings_one_sighting"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source", "scope", "is_present"], name="findings_by_run")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.scope}"


class Step(models.Model):
    """What became of a finding: a new state, a comment, another owner."""

    id: Any
    finding = models.ForeignKey(Queued, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    who = models.CharField(max_length=200)
    """The id of a person or program, or the source of a run."""

    objects: ClassVar[models.Manager["Step"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.what} {self.before} {self.after}"


class Notice(models.Model):
    """That somebody has to be told of findings, until they were."""

    id: Any
    rule = models.CharField(max_length=63, db_index=True)
    """The name of the rule in the configuration."""
    occasion = models.CharField(max_length=20)
    findings = models.JSONField()
    """Their uids."""
    made = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.rule}: {self.occasion}"

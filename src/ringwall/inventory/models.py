"""Tables of the inventory: what there is, who says so, what has to do with what, what became of it.

Ids of components and relations are made of what they name (:mod:`ringwall.inventory.numbers`), so
that a million can be taken in without asking for each which number it has.
"""

from typing import Any, ClassVar

from django.db import models


class Scope(models.Model):
    """What one source speaks of at a time: an account, a configuration."""

    id: Any
    source = models.CharField(max_length=100)
    scope = models.CharField(max_length=300)
    run = models.PositiveBigIntegerField(default=0)
    """Counts its listings: whoever finds another number than its own was overtaken."""
    began = models.DateTimeField(null=True)
    taken = models.DateTimeField(null=True)
    """When its last listing was made that came to its end."""
    whole = models.DateTimeField(null=True)
    """When its last listing was made that was complete: all later news of it is partial."""
    opens = models.JSONField(default=list)
    """The kinds of which it tells every way that the internet has to them."""

    objects: ClassVar[models.Manager["Scope"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "scope"], name="inventory_one_scope")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.scope}"


class Thing(models.Model):
    """A component. Without ``first`` it is only named, by a relation, and nobody told of it yet."""

    id = models.BigIntegerField(primary_key=True)
    uid = models.CharField(max_length=2100, unique=True)
    kind = models.CharField(max_length=100)
    label = models.CharField(max_length=1000)
    account = models.CharField(max_length=100)
    region = models.CharField(max_length=100)
    tags = models.TextField()
    """A list of pairs, as JSON."""
    words = models.TextField()
    """What a search for text looks in, in lower case: a line for each tag and name."""
    declared = models.TextField()
    """The categories that its own declaration gives it, as JSON."""
    teller = models.ForeignKey(Scope, on_delete=models.PROTECT, null=True, db_index=False)
    """Whose words the above are."""

    first = models.DateTimeField(null=True, db_index=True)
    since = models.DateTimeField(null=True)
    """When it appeared last."""
    gone = models.DateTimeField(null=True)

    owner = models.CharField(max_length=200)
    layer = models.CharField(max_length=20)
    service_model = models.CharField(max_length=20)
    environment = models.CharField(max_length=20)
    classification = models.CharField(max_length=20)
    criticality = models.CharField(max_length=20)
    exposure = models.CharField(max_length=20)
    """What is said; empty where nobody said anything."""
    reach = models.CharField(max_length=20)
    """What was derived: see :mod:`ringwall.inventory.reaching`."""

    objects: ClassVar[models.Manager["Thing"]] = models.Manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "uid"], name="inventory_by_kind"),
            models.Index(fields=["account", "uid"], name="inventory_by_account"),
            models.Index(fields=["owner", "uid"], name="inventory_by_owner"),
            models.Index(fields=["reach", "uid"], name="inventory_by_reach"),
        ]

    def __str__(self) -> str:
        return self.uid


class Saying(models.Model):
    """What one source says of a component in one scope."""

    pk = models.CompositePrimaryKey("scope_id", "thing_id")
    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, db_index=False)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE)
    digest = models.BigIntegerField()
    aspects = models.TextField()
    """What :func:`ringwall.inventory.telling.written` makes of them."""
    untold = models.BooleanField(default=False)
    """Whether some of it could not be read."""

    objects: ClassVar[models.Manager["Saying"]] = models.Manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["thing"], name="inventory_untold", condition=models.Q(untold=True))
        ]

    def __str__(self) -> str:
        return f"{self.scope_id} {self.thing_id}"


class Link(models.Model):
    """A relation, as one source tells it in one scope."""

    id = models.BigIntegerField(primary_key=True)
    scope = models.ForeignKey(Scope, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)
    origin = models.BigIntegerField()
    target = models.BigIntegerField()
    since = models.DateTimeField()
    why = models.TextField(default="", db_default="")
    """Through what it is so, in words; empty where its kind says it all."""

    objects: ClassVar[models.Manager["Link"]] = models.Manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["origin"], name="inventory_forward"),
            models.Index(fields=["target"], name="inventory_backward"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.kind} {self.target}"


class Step(models.Model):
    """What became of a component: it appeared again, changed, vanished, got or lost a relation."""

    id: Any
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, db_index=False)
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=20)
    aspect = models.CharField(max_length=100)
    """Which aspect changed, or the kind of relation."""
    before = models.TextField()
    after = models.TextField()
    source = models.CharField(max_length=100)

    objects: ClassVar[models.Manager["Step"]] = models.Manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["thing", "at"], name="inventory_history")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.aspect}"

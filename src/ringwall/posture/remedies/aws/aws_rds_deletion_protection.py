"""Protect a database from being deleted."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-rds-instance-deletion-protection",)


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    told = it.read("listed")
    before = bool(told.get("DeletionProtection"))
    return set_and_back(
        "rds:ModifyDBInstance",
        {"DBInstanceIdentifier": it.label, "ApplyImmediately": True},
        {"DeletionProtection": True},
        {"DeletionProtection": before},
        change="deletion protection: off → on",
        words=f"protect the database {it.label} from being deleted",
        warning="whoever deletes it has to take the protection off first",
        terraform=argument("aws_db_instance", it.label, {"deletion_protection": True}),
        keys={"listed": ("DeletionProtection",)},
    )

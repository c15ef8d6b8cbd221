"""Protect a table from being deleted."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-dynamodb-table-deletion-protection",)


def plan(it: Subject, world: World) -> Draft:
    """As it was comes back if it does not help."""
    told = it.read("described")
    before = bool(told.get("DeletionProtectionEnabled"))
    return set_and_back(
        "dynamodb:UpdateTable",
        {"TableName": it.label},
        {"DeletionProtectionEnabled": True},
        {"DeletionProtectionEnabled": before},
        change="deletion protection: off → on",
        words=f"protect the table {it.label} from being deleted",
        warning="whoever deletes it has to take the protection off first",
        terraform=argument("aws_dynamodb_table", it.label, {"deletion_protection_enabled": True}),
        keys={"described": ("DeletionProtectionEnabled",)},
    )

"""Protect a database from being deleted."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-instance-deletion-protection",)

plan = listed_setting(
    "rds:ModifyDBInstance",
    "DBInstanceIdentifier",
    "DeletionProtection",
    True,
    change="deletion protection: off → on",
    words="protect the database {label} from being deleted",
    warning="whoever deletes it has to take the protection off first",
    terraform=("aws_db_instance", "deletion_protection"),
    more={"ApplyImmediately": True},
)

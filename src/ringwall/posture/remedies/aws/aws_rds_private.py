"""Take the public address from a database."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-instance-public",)

plan = listed_setting(
    "rds:ModifyDBInstance",
    "DBInstanceIdentifier",
    "PubliclyAccessible",
    False,
    change="public address: one → none",
    words="take the public address from the database {label}",
    warning="whoever reaches it from outside of its network is cut off",
    terraform=("aws_db_instance", "publicly_accessible"),
    more={"ApplyImmediately": True},
)

"""Have a database take minor versions by itself."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-instance-upgrades",)

plan = listed_setting(
    "rds:ModifyDBInstance",
    "DBInstanceIdentifier",
    "AutoMinorVersionUpgrade",
    True,
    change="minor versions by itself: off → on",
    words="have the database {label} take minor versions by itself",
    warning="it restarts in its maintenance window when there is one",
    terraform=("aws_db_instance", "auto_minor_version_upgrade"),
    more={"ApplyImmediately": True},
)

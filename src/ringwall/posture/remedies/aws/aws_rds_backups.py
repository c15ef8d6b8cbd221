"""Keep daily backups of a database for a week."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-instance-backups",)

plan = listed_setting(
    "rds:ModifyDBInstance",
    "DBInstanceIdentifier",
    "BackupRetentionPeriod",
    7,
    otherwise=0,
    change="backups: kept for {before} days → 7 days",
    words="keep backups of the database {label} for a week",
    warning="a database that had none pauses for some seconds; backups cost by their size",
    terraform=("aws_db_instance", "backup_retention_period"),
    more={"ApplyImmediately": True},
)

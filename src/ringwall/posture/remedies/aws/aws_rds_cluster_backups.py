"""Keep daily backups of a cluster of databases for a week."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-cluster-backups",)

plan = listed_setting(
    "rds:ModifyDBCluster",
    "DBClusterIdentifier",
    "BackupRetentionPeriod",
    7,
    otherwise=1,
    change="backups: kept for {before} days → 7 days",
    words="keep backups of the cluster {label} for a week",
    warning="backups cost by their size",
    terraform=("aws_rds_cluster", "backup_retention_period"),
    more={"ApplyImmediately": True},
)

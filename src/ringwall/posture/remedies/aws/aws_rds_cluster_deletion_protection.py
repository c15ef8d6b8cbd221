"""Protect a cluster of databases from being deleted."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-rds-cluster-deletion-protection",)

plan = listed_setting(
    "rds:ModifyDBCluster",
    "DBClusterIdentifier",
    "DeletionProtection",
    True,
    change="deletion protection: off → on",
    words="protect the cluster {label} from being deleted",
    warning="whoever deletes it has to take the protection off first",
    terraform=("aws_rds_cluster", "deletion_protection"),
    more={"ApplyImmediately": True},
)

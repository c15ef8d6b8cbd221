"""Take the public address from a warehouse."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-redshift-cluster-public",)

plan = listed_setting(
    "redshift:ModifyCluster",
    "ClusterIdentifier",
    "PubliclyAccessible",
    False,
    change="public address: one → none",
    words="take the public address from the cluster {label}",
    warning="whoever reaches it from outside of its network is cut off",
    terraform=("aws_redshift_cluster", "publicly_accessible"),
)

"""Have a warehouse take new versions by itself."""

from typing import Final

from ringwall.posture.fixing.drafting import listed_setting

MENDS: Final = ("aws-redshift-cluster-upgrades",)

plan = listed_setting(
    "redshift:ModifyCluster",
    "ClusterIdentifier",
    "AllowVersionUpgrade",
    True,
    change="new versions: by hand → by themselves",
    words="let the cluster {label} take new versions",
    warning="it is away for some minutes in its maintenance window",
    terraform=("aws_redshift_cluster", "allow_version_upgrade"),
)

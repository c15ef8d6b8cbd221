"""Redshift: clusters, what they log, and their parameters."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, whole
from ringwall.posture.snapshot.snapshot import Seen

CLUSTER: Final = "aws-redshift-cluster"
GROUP: Final = "aws-redshift-parameter-group"
_TOLD: Final = frozenset({"require_ssl", "enable_user_activity_logging"})


def _parameters(pages: list[Mapping[str, Any]]) -> Any:
    return {
        one["ParameterName"]: one.get("ParameterValue")
        for page in pages
        for one in page.get("Parameters") or ()
        if one["ParameterName"] in _TOLD
    }


def _cluster(seen: Seen) -> Mapping[str, Any]:
    return {"ClusterIdentifier": seen.found.label}


LISTINGS: Final = (
    described(
        CLUSTER,
        "redshift:DescribeClusters",
        "Clusters",
        "redshift:cluster:{ClusterIdentifier}",
        "ClusterIdentifier",
    ),
    described(
        GROUP,
        "redshift:DescribeClusterParameterGroups",
        "ParameterGroups",
        "redshift:parametergroup:{ParameterGroupName}",
        "ParameterGroupName",
    ),
)
DETAILS: Final = (
    Detail(
        kind=CLUSTER,
        aspect="logging",
        call="redshift:DescribeLoggingStatus",
        arguments=_cluster,
        pick=whole,
    ),
    Detail(
        kind=GROUP,
        aspect="parameters",
        call="redshift:DescribeClusterParameters",
        arguments=lambda seen: {"ParameterGroupName": seen.found.label},
        pick=_parameters,
    ),
)

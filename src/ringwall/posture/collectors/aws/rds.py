"""RDS: databases, clusters, their snapshots, and the parameters that bear on safety.

Neptune and DocumentDB answer to the same calls.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described
from ringwall.posture.snapshot.snapshot import LISTED, Seen

SNAPSHOT: Final = "aws-rds-snapshot"
CLUSTER_SNAPSHOT: Final = "aws-rds-cluster-snapshot"
GROUP: Final = "aws-rds-parameter-group"
CLUSTER_GROUP: Final = "aws-rds-cluster-parameter-group"
_TOLD: Final = frozenset(
    {
        "rds.force_ssl",
        "require_secure_transport",
        "tls",
        "neptune_enforce_ssl",
        "audit_logs",
        "log_connections",
        "log_disconnections",
        "log_statement",
        "pgaudit.log",
        "server_audit_logging",
        "db2comm",
    }
)


def _named(seen: Seen, member: str) -> Mapping[str, Any]:
    return {member: seen.aspects[LISTED].value[member]}


def _of(member: str) -> Callable[[Seen], Mapping[str, Any]]:
    return lambda seen: _named(seen, member)


def _shared(member: str) -> Callable[[Seen], Mapping[str, Any] | None]:
    """Only snapshots that somebody made by hand can be shared."""

    def arguments(seen: Seen) -> Mapping[str, Any] | None:
        is_manual = seen.aspects[LISTED].value.get("SnapshotType", "manual") == "manual"
        return _named(seen, member) if is_manual else None

    return arguments


def _restorable(result: str, attributes: str) -> Callable[[list[Mapping[str, Any]]], Any]:
    return lambda pages: [
        account
        for one in pages[0][result].get(attributes) or ()
        if one.get("AttributeName") == "restore"
        for account in one.get("AttributeValues") or ()
    ]


def _parameters(pages: list[Mapping[str, Any]]) -> Any:
    """Only what bears on safety is kept of some hundreds."""
    return {
        one["ParameterName"]: one.get("ParameterValue")
        for page in pages
        for one in page.get("Parameters") or ()
        if one["ParameterName"] in _TOLD
    }


def _lives(pages: list[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """By engine and major version, when each kind of support ends, in ISO's form."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for page in pages:
        for one in page["DBMajorEngineVersions"]:
            found.setdefault(one["Engine"], {})[one["MajorEngineVersion"]] = {
                each["LifecycleSupportName"]: str(each["LifecycleSupportEndDate"])
                for each in one.get("SupportedEngineLifecycles") or ()
            }
    return found


LISTINGS: Final = (
    described(
        "aws-rds-instance",
        "rds:DescribeDBInstances",
        "DBInstances",
        "DBInstanceArn",
        "DBInstanceIdentifier",
        tags="TagList",
    ),
    described(
        "aws-rds-cluster",
        "rds:DescribeDBClusters",
        "DBClusters",
        "DBClusterArn",
        "DBClusterIdentifier",
        tags="TagList",
    ),
    described(
        SNAPSHOT,
        "rds:DescribeDBSnapshots",
        "DBSnapshots",
        "DBSnapshotArn",
        "DBSnapshotIdentifier",
        tags="TagList",
    ),
    described(
        CLUSTER_SNAPSHOT,
        "rds:DescribeDBClusterSnapshots",
        "DBClusterSnapshots",
        "DBClusterSnapshotArn",
        "DBClusterSnapshotIdentifier",
        tags="TagList",
    ),
    described(
        GROUP,
        "rds:DescribeDBParameterGroups",
        "DBParameterGroups",
        "rds:pg:{DBParameterGroupName}",
        "DBParameterGroupName",
    ),
    described(
        CLUSTER_GROUP,
        "rds:DescribeDBClusterParameterGroups",
        "DBClusterParameterGroups",
        "rds:cluster-pg:{DBClusterParameterGroupName}",
        "DBClusterParameterGroupName",
    ),
    described(
        "aws-rds-event-subscription",
        "rds:DescribeEventSubscriptions",
        "EventSubscriptionsList",
        "rds:es:{CustSubscriptionId}",
        "CustSubscriptionId",
    ),
)
DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="rds_versions",
        call="rds:DescribeDBMajorEngineVersions",
        arguments=lambda _: {"MaxRecords": 100},
        pick=_lives,
    ),
    Detail(
        kind=SNAPSHOT,
        aspect="restorable_by",
        call="rds:DescribeDBSnapshotAttributes",
        arguments=_shared("DBSnapshotIdentifier"),
        pick=_restorable("DBSnapshotAttributesResult", "DBSnapshotAttributes"),
    ),
    Detail(
        kind=CLUSTER_SNAPSHOT,
        aspect="restorable_by",
        call="rds:DescribeDBClusterSnapshotAttributes",
        arguments=_shared("DBClusterSnapshotIdentifier"),
        pick=_restorable("DBClusterSnapshotAttributesResult", "DBClusterSnapshotAttributes"),
    ),
    Detail(
        kind=GROUP,
        aspect="parameters",
        call="rds:DescribeDBParameters",
        arguments=_of("DBParameterGroupName"),
        pick=_parameters,
    ),
    Detail(
        kind=CLUSTER_GROUP,
        aspect="parameters",
        call="rds:DescribeDBClusterParameters",
        arguments=_of("DBClusterParameterGroupName"),
        pick=_parameters,
    ),
)

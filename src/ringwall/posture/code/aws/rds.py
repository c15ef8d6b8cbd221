"""RDS: instances and clusters, and those of Neptune and DocumentDB, which RDS lists, too."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    ident,
    idents,
    known,
    renamed,
)
from ringwall.posture.code.aws.parameters import CLUSTER, INSTANCE, group_of, usual
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-rds-instance", "aws-rds-cluster")
_CLUSTERS: Final = {
    "aws_rds_cluster": "aurora",
    "aws_neptune_cluster": "neptune",
    "aws_docdb_cluster": "docdb",
}
"""Which engine a cluster has that names none."""
_INSTANCES: Final = {
    "aws_db_instance": "",
    "aws_rds_cluster_instance": "",
    "aws_neptune_cluster_instance": "neptune",
    "aws_docdb_cluster_instance": "docdb",
}
_ELSEWHERE: Final = Unknown("it is that of a snapshot, a primary or a cluster")
_SOURCES: Final = (
    "snapshot_identifier",
    "db_snapshot_identifier",
    "db_cluster_snapshot_identifier",
    "replicate_source_db",
    "source_db_instance_identifier",
    "source_db_instance_automated_backups_arn",
    "source_db_cluster_identifier",
    "replication_source_identifier",
    "global_cluster_identifier",
    "restore_to_point_in_time",
)
"""What names something that it is made of."""
_BOTH: Final = {
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "kms_key_id": "KmsKeyId",
    "port": "Port",
    "backtrack_window": "BacktrackWindow",
    "ca_cert_identifier": "CACertificateIdentifier",
}


def components(code: Resources) -> Iterator[Collected]:
    """Databases, with what RDS takes where nothing is written."""
    for one in code.of(*_INSTANCES):
        listed = _instance(one)
        if "DBClusterIdentifier" in listed and one.get("storage_encrypted") is None:
            listed["StorageEncrypted"] = _of_cluster(code, listed["DBClusterIdentifier"])
        yield from _running(code, one, listed)
        yield component(
            "aws-rds-instance", one, one.get("identifier"), {"listed": known(listed, one)}
        )
    for one in code.of(*_CLUSTERS):
        name = one.get("cluster_identifier")
        listed = _cluster(one)
        yield from _running(code, one, listed)
        yield component("aws-rds-cluster", one, name, {"listed": known(listed, one)})


def _of_cluster(code: Resources, named: Any) -> Any:
    """Whether the cluster is encrypted that an instance is in."""
    for one in code.of(*_CLUSTERS):
        if isinstance(named, str) and named in {one.address, one.get("cluster_identifier", "")}:
            return _encrypted(one)
    return Unknown("it is that of its cluster, which is not here")


def _encrypted(one: Instance) -> Any:
    """As it is written; what is made of something else has what that has."""
    if one.get("storage_encrypted") is None and any(one.get(key) is not None for key in _SOURCES):
        return _ELSEWHERE
    return one.get("storage_encrypted", default=False)


def _running(code: Resources, one: Instance, listed: dict[str, Any]) -> Iterator[Collected]:
    """Say with which parameters it runs, and what they are where it names none."""
    is_cluster = one.type in _CLUSTERS
    kind = CLUSTER if is_cluster else INSTANCE
    argument = "db_cluster_parameter_group_name" if is_cluster else "parameter_group_name"
    named = one.get(argument, one.get("neptune_cluster_parameter_group_name"))
    if named is not None:
        group = group_of(code, named, kind)
    elif isinstance(listed.get("Engine"), str):
        group, usually = usual(one, kind, listed["Engine"], listed.get("EngineVersion"))
        yield usually
    else:
        return
    if is_cluster:
        listed["DBClusterParameterGroup"] = group
    else:
        listed["DBParameterGroups"] = [{"DBParameterGroupName": group}]


def _shared(one: Instance) -> dict[str, Any]:
    groups = idents(one.get("vpc_security_group_ids"))
    made: dict[str, Any] = {
        **renamed(one.values, _BOTH),
        "StorageEncrypted": _encrypted(one),
        "DeletionProtection": one.get("deletion_protection", default=False),
        "IAMDatabaseAuthenticationEnabled": one.get(
            "iam_database_authentication_enabled", default=False
        ),
        "EnabledCloudwatchLogsExports": one.get(
            "enabled_cloudwatch_logs_exports", one.get("enable_cloudwatch_logs_exports", [])
        ),
        "MasterUsername": one.get("username", one.get("master_username", _ELSEWHERE)),
        "VpcSecurityGroups": groups
        if isinstance(groups, Unknown)
        else [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups],
        "CopyTagsToSnapshot": one.get("copy_tags_to_snapshot", default=False),
    }
    if isinstance(made.get("Engine"), str):
        made["Engine"] = made["Engine"].lower()
    managed = one.get("manage_master_user_password")
    if isinstance(managed, Unknown):
        made["MasterUserSecret"] = managed
    if managed is True:
        made["MasterUserSecret"] = {"SecretStatus": "active"}
    return made


def _instance(one: Instance) -> dict[str, Any]:
    made = {
        **_shared(one),
        "DBInstanceIdentifier": one.get("identifier", one.address),
        "PubliclyAccessible": one.get("publicly_accessible", default=False),
        "MultiAZ": one.get("multi_az", default=False),
        "AutoMinorVersionUpgrade": one.get("auto_minor_version_upgrade", default=True),
        "BackupRetentionPeriod": one.get("backup_retention_period", 0),
        "MonitoringInterval": one.get("monitoring_interval", 0),
    }
    made.setdefault("Engine", _INSTANCES[one.type] or _ELSEWHERE)
    if "Port" in made:  # which is a cluster's alone to say
        made["Endpoint"] = {"Port": made.pop("Port")}
    if one.get("replicate_source_db") is not None:
        made["ReadReplicaSourceDBInstanceIdentifier"] = ident(one.get("replicate_source_db"))
    cluster = one.get("cluster_identifier", one.get("db_cluster_identifier"))
    if cluster is not None or one.type != "aws_db_instance":
        made["DBClusterIdentifier"] = ident(cluster)
    return made


def _cluster(one: Instance) -> dict[str, Any]:
    return {
        "Engine": _CLUSTERS[one.type],
        **_shared(one),
        "DBClusterIdentifier": one.get("cluster_identifier", one.address),
        "BackupRetentionPeriod": one.get("backup_retention_period", 1),
        "MultiAZ": Unknown("how many instances a cluster has is not counted in code"),
    }

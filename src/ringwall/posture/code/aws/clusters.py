"""Redshift and ElastiCache: clusters that keep data of their own."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    ident,
    idents,
    known,
    part,
    presence,
    renamed,
    unsure,
)
from ringwall.posture.code.aws.parameters import WAREHOUSE, group_of
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import Given
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = (
    "aws-redshift-cluster",
    "aws-elasticache-replication-group",
    "aws-elasticache-cluster",
)
_PUBLIC: Final = "the provider makes clusters public before its version 6, where nothing is said"


def components(code: Resources) -> Iterator[Collected]:
    """Clusters and caches."""
    several = list(code.of("aws_redshift_cluster"))
    for one in several:
        yield _cluster(code, one)
    for one in code.of("aws_elasticache_replication_group"):
        name = one.get("replication_group_id")
        aspects = {"listed": known(_replicated(one), one)}
        yield component("aws-elasticache-replication-group", one, name, aspects)
    for one in code.of("aws_elasticache_cluster"):
        if one.get("replication_group_id") is not None:
            continue
        listed = {
            "CacheClusterId": one.get("cluster_id", one.address),
            "Engine": one.get("engine"),
            "TransitEncryptionEnabled": one.get("transit_encryption_enabled", default=False),
            "CacheSubnetGroupName": ident(one.get("subnet_group_name", "default")),
        }
        aspects = {"listed": known(listed, one)}
        yield component("aws-elasticache-cluster", one, one.get("cluster_id"), aspects)


def _cluster(code: Resources, one: Instance) -> Collected:
    groups = idents(one.get("vpc_security_group_ids"))
    named = one.get("cluster_parameter_group_name")
    group = group_of(code, named, WAREHOUSE) if named is not None else None
    listed: dict[str, Any] = {
        "ClusterIdentifier": one.get("cluster_identifier", one.address),
        "Encrypted": one.get("encrypted", default=False),
        "PubliclyAccessible": one.get("publicly_accessible", Unknown(_PUBLIC)),
        "AllowVersionUpgrade": one.get("allow_version_upgrade", default=True),
        "EnhancedVpcRouting": one.get("enhanced_vpc_routing", default=False),
        "DBName": one.get("database_name", "dev"),
        "MultiAZ": _state(one.get("multi_az", default=False)),
        "MasterUsername": one.get("master_username", Unknown("it is that of a snapshot")),
        "AutomatedSnapshotRetentionPeriod": one.get("automated_snapshot_retention_period", 1),
        "Endpoint": {"Port": one.get("port", 5439)},
        "VpcSecurityGroups": groups
        if isinstance(groups, Unknown)
        else [{"VpcSecurityGroupId": each, "Status": "active"} for each in groups],
        "ClusterParameterGroups": [{"ParameterGroupName": group}] if group else [],
    }
    aspects = {"listed": known(listed, one), "logging": _logging(code, one)}
    return component("aws-redshift-cluster", one, one.get("cluster_identifier"), aspects)


def _logging(code: Resources, one: Instance) -> Observation:
    beside = code.pointing(
        "aws_redshift_logging", "cluster_identifier", one, one.get("cluster_identifier")
    )
    if beside and beside[0].doubt:
        return unsure(beside[0].doubt)
    if beside:
        return known({"LoggingEnabled": True}, beside[0])
    block = one.block("logging")
    if block is None:
        return absent(one)
    return known({"LoggingEnabled": part(block, "enable", fallback=False)}, one, "logging")


def _replicated(one: Instance) -> dict[str, Any]:
    token = one.get("auth_token")
    failover = one.get("automatic_failover_enabled", default=False)
    zones = one.get("multi_az_enabled", default=False)
    limit = one.get("snapshot_retention_limit", 0)
    users = one.get("user_group_ids")
    return {
        "ReplicationGroupId": one.get("replication_group_id", one.address),
        # who has to give a token gives one: that is how secrets stay out of code
        "AuthTokenEnabled": True if isinstance(token, Given) else presence(token),
        "UserGroupIds": idents(users) if users is not None else [],
        "SnapshotRetentionLimit": limit,
        "AtRestEncryptionEnabled": one.get("at_rest_encryption_enabled", default=False),
        "TransitEncryptionEnabled": one.get("transit_encryption_enabled", default=False),
        "AutomaticFailover": _state(failover),
        "MultiAZ": _state(zones),
        "AutoMinorVersionUpgrade": one.get("auto_minor_version_upgrade", default=True),
        **renamed(one.values, {"transit_encryption_mode": "TransitEncryptionMode"}),
    }


def _state(on: Any) -> Any:
    return on if isinstance(on, Unknown) else "enabled" if on else "disabled"

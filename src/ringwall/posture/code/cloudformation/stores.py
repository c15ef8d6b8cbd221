"""What keeps data or images: clusters of databases, tables, search, caches, files; and EKS."""

from typing import Any, Final

from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    deeply,
    several,
    truth,
    under,
)
from ringwall.posture.snapshot.partial import Unknown


def _database(told: Properties) -> Properties:
    made = deeply(
        {
            "DBClusterIdentifier": "cluster_identifier",
            "MasterUsername": "master_username",
            "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
            "IamAuthEnabled": "iam_database_authentication_enabled",
            "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
            "DBClusterParameterGroupName": "db_cluster_parameter_group_name",
            "ManageMasterUserPassword": "manage_master_user_password",
        }
    )(told)
    made.setdefault("backup_retention_period", 1)
    return made


def _table(told: Properties) -> Properties:
    encrypted = under(told.get("SSESpecification"), "SSEEnabled")
    recovery = under(told.get("PointInTimeRecoverySpecification"), "PointInTimeRecoveryEnabled")
    return {
        "name": told.get("TableName"),
        "deletion_protection_enabled": truth(told.get("DeletionProtectionEnabled")),
        "server_side_encryption": _block(enabled=truth(encrypted)),
        "point_in_time_recovery": _block(enabled=truth(recovery)),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }


def _block(**arguments: Any) -> Any:
    return None if all(one is None for one in arguments.values()) else [arguments]


def _domain(told: Properties) -> Properties:
    made = deeply(
        {
            "EncryptionAtRestOptions": "encrypt_at_rest",
            "NodeToNodeEncryptionOptions": "node_to_node_encryption",
            "ElasticsearchClusterConfig": "cluster_config",
            "EnforceHTTPS": "enforce_https",
            "TLSSecurityPolicy": "tls_security_policy",
            "VPCOptions": "vpc_options",
            "AnonymousAuthEnabled": "anonymous_auth_enabled",
        }
    )(told)
    logs = told.get("LogPublishingOptions")
    if isinstance(logs, dict):
        made["log_publishing_options"] = [
            {"log_type": kind, "enabled": truth(under(one, "Enabled"))}
            for kind, one in logs.items()
        ]
    return made


def _warehouse(told: Properties) -> Properties:
    names = {"DBName": "database_name", "MultiAZ": "multi_az"}
    made = deeply(names)(told)
    made.setdefault("publicly_accessible", False)
    logged = told.get("LoggingProperties")
    if logged is not None:
        made["logging"] = logged if isinstance(logged, Unknown) else [{"enable": True}]
    return made


def _parameters(told: Properties) -> Properties:
    made = deeply({"ParameterGroupName": "name"})(told)
    made["parameter"] = several(
        told.get("Parameters"),
        lambda one: {"name": one.get("ParameterName"), "value": one.get("ParameterValue")},
    )
    return made


def _set(told: Properties) -> Properties:
    """Parameters as a mapping from their names."""
    made = {"name": told.get("DBParameterGroupName"), "family": told.get("Family")}
    written = told.get("Parameters")
    if isinstance(written, dict):
        made["parameter"] = [{"name": key, "value": one} for key, one in written.items()]
    elif written is not None:
        made["parameter"] = written
    return made


def _repository(told: Properties) -> Properties:
    made: Properties = {
        "name": told.get("RepositoryName"),
        "image_tag_mutability": told.get("ImageTagMutability"),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }
    scanned = told.get("ImageScanningConfiguration")
    if scanned is not None:
        made["image_scanning_configuration"] = [
            {"scan_on_push": truth(under(scanned, "ScanOnPush"))}
        ]
    encrypted = told.get("EncryptionConfiguration")
    if encrypted is not None:
        made["encryption_configuration"] = [
            {
                "encryption_type": under(encrypted, "EncryptionType"),
                "kms_key": under(encrypted, "KmsKey"),
            }
        ]
    return made


def _cluster(told: Properties) -> Properties:
    made: Properties = {
        "name": told.get("Name"),
        "version": told.get("Version"),
        "deletion_protection": truth(told.get("DeletionProtection")),
        "tags": deeply()({"Tags": told.get("Tags")})["tags"],
    }
    for key, name in (
        ("ResourcesVpcConfig", "vpc_config"),
        ("AccessConfig", "access_config"),
    ):
        block = told.get(key)
        if block is not None:
            made[name] = block if isinstance(block, Unknown) else [deeply()(block)]
    encrypted = told.get("EncryptionConfig")
    if encrypted is not None:
        made["encryption_config"] = several(encrypted, deeply())
    kinds = under(told.get("Logging"), "ClusterLogging", "EnabledTypes")
    if kinds is not None:
        made["enabled_cluster_log_types"] = several(kinds, lambda one: one.get("Type"))
    return made


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::RDS::DBCluster": ("aws_rds_cluster", _database),
    "AWS::Neptune::DBCluster": ("aws_neptune_cluster", _database),
    "AWS::DocDB::DBCluster": ("aws_docdb_cluster", _database),
    "AWS::RDS::DBParameterGroup": ("aws_db_parameter_group", _set),
    "AWS::RDS::DBClusterParameterGroup": ("aws_rds_cluster_parameter_group", _set),
    "AWS::DynamoDB::Table": ("aws_dynamodb_table", _table),
    "AWS::OpenSearchService::Domain": ("aws_opensearch_domain", _domain),
    "AWS::Elasticsearch::Domain": ("aws_elasticsearch_domain", _domain),
    "AWS::Redshift::Cluster": ("aws_redshift_cluster", _warehouse),
    "AWS::Redshift::ClusterParameterGroup": ("aws_redshift_parameter_group", _parameters),
    "AWS::ElastiCache::ReplicationGroup": ("aws_elasticache_replication_group", deeply()),
    "AWS::ElastiCache::CacheCluster": (
        "aws_elasticache_cluster",
        deeply({"ClusterName": "cluster_id", "CacheSubnetGroupName": "subnet_group_name"}),
    ),
    "AWS::ECR::Repository": ("aws_ecr_repository", _repository),
    "AWS::EFS::FileSystem": ("aws_efs_file_system", deeply({"BackupPolicy": ""})),
    "AWS::EKS::Cluster": ("aws_eks_cluster", _cluster),
}

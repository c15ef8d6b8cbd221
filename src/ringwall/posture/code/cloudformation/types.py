"""CloudFormation's types as the resources of Terraform that say the same.

So one mapping serves both.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from ringwall.posture.code.terraform.values import as_json
from ringwall.posture.snapshot.partial import Unknown

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
Properties = dict[str, Any]


def snake(name: str) -> str:
    """``KmsMasterKeyId`` as ``kms_master_key_id``."""
    return _WORD.sub("_", name).lower()


def _plain(names: dict[str, str] | None = None) -> Callable[[Properties], Properties]:
    """Every property under its name in small letters, or under the one that is given."""
    given = names or {}

    def made(properties: Properties) -> Properties:
        return {given.get(key) or snake(key): _value(key, one) for key, one in properties.items()}

    return made


def _value(key: str, value: Any) -> Any:
    if key == "Tags":
        return _tags(value)
    if key.endswith(("PolicyDocument", "PolicyText", "KeyPolicy", "ResourcePolicy")) or key in {
        "RedrivePolicy",
        "FileSystemPolicy",
    }:
        return value if isinstance(value, str | Unknown) else as_json(value)
    return value


def _tags(value: Any) -> Any:
    if not isinstance(value, list):
        return value if isinstance(value, dict | Unknown) else None
    return {str(one.get("Key")): one.get("Value") for one in value if isinstance(one, dict)}


def _truth(value: Any) -> Any:
    """CloudFormation takes texts for truth values."""
    return (
        {"true": True, "false": False}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


def _under(value: Any, *keys: str) -> Any:
    for key in keys:
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _several(value: Any, make: Callable[[Any], Any]) -> Any:
    if isinstance(value, Unknown):
        return value
    return [one if isinstance(one, Unknown) else make(one) for one in value or ()]


def _bucket(told: Properties) -> Properties:
    rules = _under(told.get("BucketEncryption"), "ServerSideEncryptionConfiguration")
    made: Properties = {"bucket": told.get("BucketName"), "tags": _tags(told.get("Tags"))}
    if told.get("AccessControl"):
        canned = told["AccessControl"]
        made["acl"] = canned if isinstance(canned, Unknown) else snake(canned).replace("_", "-")
    if rules is not None:
        inner = _several(rules, _encrypted)
        made["server_side_encryption_configuration"] = [{"rule": inner}]
    versioning = told.get("VersioningConfiguration")
    if versioning is not None:
        status = _under(versioning, "Status")
        on = status if isinstance(status, Unknown) else status == "Enabled"
        made["versioning"] = [{"enabled": on}]
    logging = told.get("LoggingConfiguration")
    if logging is not None:
        target = _under(logging, "DestinationBucketName")
        made["logging"] = [{"target_bucket": target}]
    if told.get("WebsiteConfiguration") is not None:
        made["website"] = [
            {"index_document": _under(told["WebsiteConfiguration"], "IndexDocument")}
        ]
    if told.get("ObjectLockEnabled") is not None:
        made["object_lock_enabled"] = _truth(told["ObjectLockEnabled"])
    rules = _under(told.get("LifecycleConfiguration"), "Rules")
    if rules is not None:
        made["lifecycle_rule"] = _several(
            rules, lambda one: {"id": one.get("Id"), "enabled": one.get("Status") == "Enabled"}
        )
    cors = _under(told.get("CorsConfiguration"), "CorsRules")
    if cors is not None:
        made["cors_rule"] = _several(cors, _plain())
    return made


def _encrypted(rule: Any) -> Any:
    by = rule.get("ServerSideEncryptionByDefault")
    named = {"SSEAlgorithm": "sse_algorithm", "KMSMasterKeyID": "kms_master_key_id"}
    inner = by if isinstance(by, Unknown) else _plain(named)(by or {})
    return {
        "apply_server_side_encryption_by_default": [inner],
        "bucket_key_enabled": _truth(rule.get("BucketKeyEnabled", False)),
    }


def _group(told: Properties) -> Properties:
    return {
        "name": told.get("GroupName"),
        "description": told.get("GroupDescription"),
        "vpc_id": told.get("VpcId"),
        "ingress": _several(told.get("SecurityGroupIngress"), rule),
        "egress": _several(told["SecurityGroupEgress"], rule)
        if "SecurityGroupEgress" in told
        else [{"protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}],
        "tags": _tags(told.get("Tags")),
    }


def rule(told: Properties) -> Properties:
    """A rule of a security group."""
    made: Properties = {
        "protocol": told.get("IpProtocol"),
        "from_port": _number(told.get("FromPort")),
        "to_port": _number(told.get("ToPort")),
    }
    for key, name in (
        ("CidrIp", "cidr_blocks"),
        ("CidrIpv6", "ipv6_cidr_blocks"),
        ("SourceSecurityGroupId", "security_groups"),
        ("SourcePrefixListId", "prefix_list_ids"),
    ):
        if told.get(key) is not None:
            made[name] = [told[key]]
    return made


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def _way(way: str) -> Callable[[Properties], Properties]:
    return lambda told: {"type": way, "security_group_id": told.get("GroupId"), **rule(told)}


def _instance(told: Properties) -> Properties:
    made = _plain({"SecurityGroupIds": "vpc_security_group_ids", "UserData": "user_data_base64"})(
        told
    )
    interfaces = told.get("NetworkInterfaces")
    if isinstance(interfaces, list) and interfaces and isinstance(interfaces[0], dict):
        first = interfaces[0]
        made["vpc_security_group_ids"] = first.get("GroupSet", [])
        made["subnet_id"] = first.get("SubnetId")
        made["associate_public_ip_address"] = _truth(first.get("AssociatePublicIpAddress"))
    made["monitoring"] = _truth(told.get("Monitoring", False))
    return made


def _database(told: Properties) -> Properties:
    made = _plain(
        {
            "DBInstanceIdentifier": "identifier",
            "MultiAZ": "multi_az",
            "VPCSecurityGroups": "vpc_security_group_ids",
            "MasterUsername": "username",
            "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
            "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
            "CACertificateIdentifier": "ca_cert_identifier",
        }
    )(told)
    made.setdefault("backup_retention_period", 1)
    return {key: _number(_truth(one)) for key, one in made.items()}


def _somebody(word: str) -> Callable[[Properties], Properties]:
    def made(told: Properties) -> Properties:
        return {
            "name": told.get(f"{word}Name"),
            "path": told.get("Path"),
            "assume_role_policy": _value("PolicyDocument", told.get("AssumeRolePolicyDocument")),
            "managed_policy_arns": told.get("ManagedPolicyArns"),
            "permissions_boundary": told.get("PermissionsBoundary"),
            "inline_policy": _several(
                told.get("Policies"),
                lambda one: {
                    "name": one.get("PolicyName"),
                    "policy": _value("PolicyDocument", one.get("PolicyDocument")),
                },
            ),
            "tags": _tags(told.get("Tags")),
        }

    return made


def _function(told: Properties) -> Properties:
    made = _plain({"VpcConfig": "", "Environment": ""})(told)
    environment = _under(told.get("Environment"), "Variables")
    if environment is not None:
        made["environment"] = [{"variables": environment}]
    network = told.get("VpcConfig")
    if network is not None:
        made["vpc_config"] = network if isinstance(network, Unknown) else [_plain()(network)]
    return made


def _truths(names: dict[str, str] | None = None) -> Callable[[Properties], Properties]:
    made = _plain(names)
    return lambda told: {key: _truth(one) for key, one in made(told).items()}


TYPES: Final[dict[str, tuple[str, Callable[[Properties], Properties]]]] = {
    "AWS::S3::Bucket": ("aws_s3_bucket", _bucket),
    "AWS::S3::BucketPolicy": (
        "aws_s3_bucket_policy",
        _plain({"PolicyDocument": "policy", "Bucket": "bucket"}),
    ),
    "AWS::EC2::SecurityGroup": ("aws_security_group", _group),
    "AWS::EC2::SecurityGroupIngress": ("aws_security_group_rule", _way("ingress")),
    "AWS::EC2::SecurityGroupEgress": ("aws_security_group_rule", _way("egress")),
    "AWS::EC2::Instance": ("aws_instance", _instance),
    "AWS::EC2::Volume": ("aws_ebs_volume", _truths()),
    "AWS::EC2::VPC": ("aws_vpc", _plain()),
    "AWS::EC2::Subnet": ("aws_subnet", _truths()),
    "AWS::RDS::DBInstance": ("aws_db_instance", _database),
    "AWS::KMS::Key": (
        "aws_kms_key",
        _truths({"KeyPolicy": "policy", "KeySpec": "customer_master_key_spec"}),
    ),
    "AWS::SNS::Topic": ("aws_sns_topic", _plain({"TopicName": "name"})),
    "AWS::SNS::TopicPolicy": (
        "aws_sns_topic_policy",
        _plain({"Topics": "arn", "PolicyDocument": "policy"}),
    ),
    "AWS::SQS::Queue": ("aws_sqs_queue", _truths({"QueueName": "name"})),
    "AWS::SQS::QueuePolicy": (
        "aws_sqs_queue_policy",
        _plain({"Queues": "queue_url", "PolicyDocument": "policy"}),
    ),
    "AWS::IAM::Role": ("aws_iam_role", _somebody("Role")),
    "AWS::IAM::User": ("aws_iam_user", _somebody("User")),
    "AWS::IAM::Group": ("aws_iam_group", _somebody("Group")),
    "AWS::IAM::ManagedPolicy": (
        "aws_iam_policy",
        _plain({"ManagedPolicyName": "name", "PolicyDocument": "policy"}),
    ),
    "AWS::Lambda::Function": ("aws_lambda_function", _function),
    "AWS::Lambda::Permission": ("aws_lambda_permission", _plain()),
    "AWS::CloudTrail::Trail": (
        "aws_cloudtrail",
        _truths(
            {
                "TrailName": "name",
                "EnableLogFileValidation": "enable_log_file_validation",
                "IsLogging": "enable_logging",
                "CloudWatchLogsLogGroupArn": "cloud_watch_logs_group_arn",
                "KMSKeyId": "kms_key_id",
                "EventSelectors": "",
            }
        ),
    ),
    "AWS::SecretsManager::Secret": ("aws_secretsmanager_secret", _plain()),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", _plain({"LogGroupName": "name"})),
}

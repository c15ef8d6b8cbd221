"""CloudFormation's types as the resources of Terraform that say the same.

So one mapping serves both.
"""

from collections.abc import Callable
from typing import Any, Final

from ringwall.posture.code.cloudformation import machines, stores
from ringwall.posture.code.cloudformation.naming import (
    Properties,
    number,
    plain,
    several,
    snake,
    tags,
    truth,
    truths,
    under,
    valued,
)
from ringwall.posture.snapshot.partial import Unknown


def _bucket(told: Properties) -> Properties:
    rules = under(told.get("BucketEncryption"), "ServerSideEncryptionConfiguration")
    made: Properties = {"bucket": told.get("BucketName"), "tags": tags(told.get("Tags"))}
    if told.get("AccessControl"):
        canned = told["AccessControl"]
        made["acl"] = canned if isinstance(canned, Unknown) else snake(canned).replace("_", "-")
    if rules is not None:
        inner = several(rules, _encrypted)
        made["server_side_encryption_configuration"] = [{"rule": inner}]
    versioning = told.get("VersioningConfiguration")
    if versioning is not None:
        status = under(versioning, "Status")
        on = status if isinstance(status, Unknown) else status == "Enabled"
        made["versioning"] = [{"enabled": on}]
    logging = told.get("LoggingConfiguration")
    if logging is not None:
        target = under(logging, "DestinationBucketName")
        made["logging"] = [{"target_bucket": target}]
    if told.get("WebsiteConfiguration") is not None:
        made["website"] = [{"index_document": under(told["WebsiteConfiguration"], "IndexDocument")}]
    if told.get("ObjectLockEnabled") is not None:
        made["object_lock_enabled"] = truth(told["ObjectLockEnabled"])
    rules = under(told.get("LifecycleConfiguration"), "Rules")
    if rules is not None:
        made["lifecycle_rule"] = several(
            rules, lambda one: {"id": one.get("Id"), "enabled": one.get("Status") == "Enabled"}
        )
    cors = under(told.get("CorsConfiguration"), "CorsRules")
    if cors is not None:
        made["cors_rule"] = several(cors, plain())
    return made


def _encrypted(rule: Any) -> Any:
    by = rule.get("ServerSideEncryptionByDefault")
    named = {"SSEAlgorithm": "sse_algorithm", "KMSMasterKeyID": "kms_master_key_id"}
    inner = by if isinstance(by, Unknown) else plain(named)(by or {})
    return {
        "apply_server_side_encryption_by_default": [inner],
        "bucket_key_enabled": truth(rule.get("BucketKeyEnabled", False)),
    }


def _group(told: Properties) -> Properties:
    return {
        "name": told.get("GroupName"),
        "description": told.get("GroupDescription"),
        "vpc_id": told.get("VpcId"),
        "ingress": several(told.get("SecurityGroupIngress"), rule),
        "egress": several(told["SecurityGroupEgress"], rule)
        if "SecurityGroupEgress" in told
        else [{"protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}],
        "tags": tags(told.get("Tags")),
    }


def rule(told: Properties) -> Properties:
    """A rule of a security group."""
    made: Properties = {
        "protocol": told.get("IpProtocol"),
        "from_port": number(told.get("FromPort")),
        "to_port": number(told.get("ToPort")),
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


def _way(way: str) -> Callable[[Properties], Properties]:
    return lambda told: {"type": way, "security_group_id": told.get("GroupId"), **rule(told)}


def _instance(told: Properties) -> Properties:
    made = plain({"SecurityGroupIds": "vpc_security_group_ids", "UserData": "user_data_base64"})(
        told
    )
    interfaces = told.get("NetworkInterfaces")
    if isinstance(interfaces, list) and interfaces and isinstance(interfaces[0], dict):
        first = interfaces[0]
        made["vpc_security_group_ids"] = first.get("GroupSet", [])
        made["subnet_id"] = first.get("SubnetId")
        made["associate_public_ip_address"] = truth(first.get("AssociatePublicIpAddress"))
    made["monitoring"] = truth(told.get("Monitoring", False))
    options = told.get("MetadataOptions")
    if options is not None:
        made["metadata_options"] = options if isinstance(options, Unknown) else [plain()(options)]
    disks = machines.disks_of(told)
    if disks is not None:
        made["ebs_block_device"] = disks
    return made


def _database(told: Properties) -> Properties:
    made = plain(
        {
            "DBInstanceIdentifier": "identifier",
            "MultiAZ": "multi_az",
            "DBParameterGroupName": "parameter_group_name",
            "VPCSecurityGroups": "vpc_security_group_ids",
            "MasterUsername": "username",
            "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
            "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
            "CACertificateIdentifier": "ca_cert_identifier",
        }
    )(told)
    made.setdefault("backup_retention_period", 1)
    if "PubliclyAccessible" not in told:
        why = "whether it is public depends on the network it will be in, and is not written"
        made["publicly_accessible"] = Unknown(why)
    return {key: number(truth(one)) for key, one in made.items()}


def _somebody(word: str) -> Callable[[Properties], Properties]:
    def made(told: Properties) -> Properties:
        return {
            "name": told.get(f"{word}Name"),
            "path": told.get("Path"),
            "assume_role_policy": valued("PolicyDocument", told.get("AssumeRolePolicyDocument")),
            "managed_policy_arns": told.get("ManagedPolicyArns"),
            "permissions_boundary": told.get("PermissionsBoundary"),
            "inline_policy": several(
                told.get("Policies"),
                lambda one: {
                    "name": one.get("PolicyName"),
                    "policy": valued("PolicyDocument", one.get("PolicyDocument")),
                },
            ),
            "tags": tags(told.get("Tags")),
        }

    return made


def _function(told: Properties) -> Properties:
    made = plain({"VpcConfig": "", "Environment": ""})(told)
    environment = under(told.get("Environment"), "Variables")
    if environment is not None:
        made["environment"] = [{"variables": environment}]
    for key in ("VpcConfig", "DeadLetterConfig", "TracingConfig"):
        block = told.get(key)
        if block is not None:
            made[snake(key)] = block if isinstance(block, Unknown) else [plain()(block)]
    reserved = "reserved_concurrent_executions"
    return made | ({reserved: number(made[reserved])} if reserved in made else {})


TYPES: Final[dict[str, tuple[str, Callable[[Properties], Properties]]]] = {
    "AWS::S3::Bucket": ("aws_s3_bucket", _bucket),
    "AWS::S3::BucketPolicy": (
        "aws_s3_bucket_policy",
        plain({"PolicyDocument": "policy", "Bucket": "bucket"}),
    ),
    "AWS::EC2::SecurityGroup": ("aws_security_group", _group),
    "AWS::EC2::SecurityGroupIngress": ("aws_security_group_rule", _way("ingress")),
    "AWS::EC2::SecurityGroupEgress": ("aws_security_group_rule", _way("egress")),
    "AWS::EC2::Instance": ("aws_instance", _instance),
    "AWS::EC2::Volume": ("aws_ebs_volume", truths()),
    "AWS::EC2::VPC": ("aws_vpc", plain()),
    "AWS::EC2::Subnet": ("aws_subnet", truths()),
    "AWS::RDS::DBInstance": ("aws_db_instance", _database),
    "AWS::KMS::Key": (
        "aws_kms_key",
        truths({"KeyPolicy": "policy", "KeySpec": "customer_master_key_spec"}),
    ),
    "AWS::SNS::Topic": ("aws_sns_topic", plain({"TopicName": "name"})),
    "AWS::SNS::TopicPolicy": (
        "aws_sns_topic_policy",
        plain({"Topics": "arn", "PolicyDocument": "policy"}),
    ),
    "AWS::SQS::Queue": ("aws_sqs_queue", truths({"QueueName": "name"})),
    "AWS::SQS::QueuePolicy": (
        "aws_sqs_queue_policy",
        plain({"Queues": "queue_url", "PolicyDocument": "policy"}),
    ),
    "AWS::IAM::Role": ("aws_iam_role", _somebody("Role")),
    "AWS::IAM::User": ("aws_iam_user", _somebody("User")),
    "AWS::IAM::Group": ("aws_iam_group", _somebody("Group")),
    "AWS::IAM::ManagedPolicy": (
        "aws_iam_policy",
        plain({"ManagedPolicyName": "name", "PolicyDocument": "policy"}),
    ),
    "AWS::Lambda::Function": ("aws_lambda_function", _function),
    "AWS::Lambda::Permission": ("aws_lambda_permission", plain()),
    "AWS::CloudTrail::Trail": (
        "aws_cloudtrail",
        truths(
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
    "AWS::SecretsManager::Secret": ("aws_secretsmanager_secret", plain()),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", plain({"LogGroupName": "name"})),
    **machines.TYPES,
    **stores.TYPES,
}

"""CloudFormation's types as the resources of Terraform that say the same.

So one mapping serves both.
"""

from collections.abc import Callable
from typing import Final

from ringwall.posture.code.cloudformation import (
    around,
    buckets,
    machines,
    people,
    settings,
    speaking,
    stores,
)
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
)
from ringwall.posture.snapshot.partial import Unknown


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
    listed = interfaces if isinstance(interfaces, list) else [interfaces]
    first = listed[0] if len(listed) == 1 else None
    if interfaces and not (isinstance(first, dict) and "NetworkInterfaceId" not in first):
        made["network_interface"] = [{}]  # what it has is not one that stands here
    elif isinstance(first, dict):
        made["vpc_security_group_ids"] = first.get("GroupSet", [])
        made["subnet_id"] = first.get("SubnetId")
        made["associate_public_ip_address"] = truth(first.get("AssociatePublicIpAddress"))
    if "Monitoring" in told:
        made["monitoring"] = truth(told["Monitoring"])
    options = told.get("MetadataOptions")
    if options is not None:
        made["metadata_options"] = options if isinstance(options, Unknown) else [plain()(options)]
    disks = machines.disks_of(told)
    if disks is not None:
        made["ebs_block_device"] = disks
        made["ephemeral_block_device"] = machines.without_disks(told)
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
    "AWS::Lambda::Function": ("aws_lambda_function", _function),
    "AWS::Lambda::Permission": ("aws_lambda_permission", plain()),
    "AWS::SecretsManager::Secret": ("aws_secretsmanager_secret", plain()),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", plain({"LogGroupName": "name"})),
    **buckets.TYPES,
    **people.TYPES,
    **speaking.TYPES,
    **machines.TYPES,
    **stores.TYPES,
    **settings.TYPES,
    **around.TYPES,
}
BESIDE: Final[dict[str, people.Beside]] = {
    **buckets.BESIDE,
    **people.BESIDE,
    **settings.BESIDE,
}
"""What else some of them come to, as resources of their own."""

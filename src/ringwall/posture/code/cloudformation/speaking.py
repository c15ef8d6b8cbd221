"""What speaks of another resource: policies of secrets, queues and topics, and addresses."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.naming import Naming, Properties, plain, under
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference, as_json
from ringwall.posture.snapshot.partial import Unknown

_WITHIN: Final = {
    "AWS::ECR::Repository": (
        ("RepositoryPolicyText", "", "aws_ecr_repository_policy", "repository", "policy"),
        (
            "LifecyclePolicy",
            "LifecyclePolicyText",
            "aws_ecr_lifecycle_policy",
            "repository",
            "policy",
        ),
    ),
    "AWS::EFS::FileSystem": (
        ("FileSystemPolicy", "", "aws_efs_file_system_policy", "file_system_id", "policy"),
        ("BackupPolicy", "Status", "aws_efs_backup_policy", "file_system_id", "backup_policy"),
    ),
    "AWS::DynamoDB::Table": (
        (
            "ResourcePolicy",
            "PolicyDocument",
            "aws_dynamodb_resource_policy",
            "resource_arn",
            "policy",
        ),
    ),
}
"""By type: a property, what in it, and as which resource, argument and value Terraform has it."""


def within(name: str, type_: str, told: Properties, place: Place) -> Iterator[Instance]:
    """What Terraform has as resources of their own, beside the one that it is about."""
    for key, inner, made, argument, as_ in _WITHIN.get(type_, ()):
        said = under(told.get(key), inner) if inner else told.get(key)
        if said is None:
            continue
        value = said if as_ == "backup_policy" or isinstance(said, str | Unknown) else as_json(said)
        if as_ == "backup_policy":
            value = [{"status": said}]
        whom = Reference("the resource beside it", name, "id")
        yield Instance(made, f"{name}.{made}", {argument: whom, as_: value}, place)


def _address(told: Properties) -> Properties:
    made: dict[str, Any] = {"function_name": told.get("TargetFunctionArn")}
    cors = told.get("Cors")
    return made | {
        "authorization_type": told.get("AuthType"),
        "cors": cors if cors is None or isinstance(cors, Unknown) else [plain()(cors)],
    }


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::Lambda::Url": ("aws_lambda_function_url", _address),
    "AWS::SecretsManager::ResourcePolicy": (
        "aws_secretsmanager_secret_policy",
        plain({"SecretId": "secret_arn", "ResourcePolicy": "policy"}),
    ),
    "AWS::SecretsManager::RotationSchedule": ("aws_secretsmanager_secret_rotation", plain()),
    "AWS::SQS::QueueInlinePolicy": (
        "aws_sqs_queue_policy",
        plain({"Queue": "queue_url", "PolicyDocument": "policy"}),
    ),
    "AWS::SNS::TopicInlinePolicy": (
        "aws_sns_topic_policy",
        plain({"TopicArn": "arn", "PolicyDocument": "policy"}),
    ),
    "AWS::EC2::EIP": ("aws_eip", plain()),
    "AWS::EC2::EIPAssociation": ("aws_eip_association", plain()),
}

"""Policies that SAM writes from a name and a resource, those that are used most.

AWS SAM Developer Guide, "Policy template list": each has one parameter, or none.
"""

from collections.abc import Mapping
from typing import Any, Final

_HERE: Final = "${AWS::Region}:${AWS::AccountId}"
_TABLE: Final = f"arn:aws:dynamodb:{_HERE}:table/${{It}}"
_BUCKET: Final = ("arn:aws:s3:::${It}", "arn:aws:s3:::${It}/*")
_QUEUE: Final = f"arn:aws:sqs:{_HERE}:${{It}}"
_KEY: Final = f"arn:aws:kms:{_HERE}:key/${{It}}"
_READS: Final = ("GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable")
_WRITES: Final = ("PutItem", "UpdateItem", "BatchWriteItem")
_OBJECT: Final = ("GetObject", "ListBucket", "GetBucketLocation", "GetObjectVersion")
_LIFECYCLE: Final = ("PutLifecycleConfiguration", "GetLifecycleConfiguration")
_PUT: Final = ("PutObject", "PutObjectAcl", *_LIFECYCLE)

_TEMPLATES: Final[Mapping[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]]] = {
    "AWSSecretsManagerGetSecretValuePolicy": (
        "SecretArn",
        "secretsmanager",
        ("GetSecretValue",),
        ("${It}",),
    ),
    "CloudWatchPutMetricPolicy": ("", "cloudwatch", ("PutMetricData",), ("*",)),
    "DynamoDBCrudPolicy": (
        "TableName",
        "dynamodb",
        (*_READS, *_WRITES, "DeleteItem", "ConditionCheckItem"),
        (_TABLE, f"{_TABLE}/index/*"),
    ),
    "DynamoDBReadPolicy": ("TableName", "dynamodb", _READS, (_TABLE, f"{_TABLE}/index/*")),
    "DynamoDBWritePolicy": ("TableName", "dynamodb", _WRITES, (_TABLE, f"{_TABLE}/index/*")),
    "EC2DescribePolicy": ("", "ec2", ("DescribeRegions", "DescribeInstances"), ("*",)),
    "EventBridgePutEventsPolicy": (
        "EventBusName",
        "events",
        ("PutEvents",),
        (f"arn:aws:events:{_HERE}:event-bus/${{It}}",),
    ),
    "KMSDecryptPolicy": ("KeyId", "kms", ("Decrypt",), (_KEY,)),
    "KMSEncryptPolicy": ("KeyId", "kms", ("Encrypt",), (_KEY,)),
    "LambdaInvokePolicy": (
        "FunctionName",
        "lambda",
        ("InvokeFunction",),
        (f"arn:aws:lambda:{_HERE}:function:${{It}}*",),
    ),
    "S3CrudPolicy": ("BucketName", "s3", (*_OBJECT, *_PUT, "DeleteObject"), _BUCKET),
    "S3FullAccessPolicy": (
        "BucketName",
        "s3",
        (*_OBJECT, *_PUT, "DeleteObject", "GetObjectAcl", "PutObjectTagging", "GetObjectTagging"),
        _BUCKET,
    ),
    "S3ReadPolicy": ("BucketName", "s3", (*_OBJECT, "GetLifecycleConfiguration"), _BUCKET),
    "S3WritePolicy": ("BucketName", "s3", _PUT, _BUCKET),
    "SNSPublishMessagePolicy": (
        "TopicName",
        "sns",
        ("Publish",),
        (f"arn:aws:sns:{_HERE}:${{It}}",),
    ),
    "SQSPollerPolicy": (
        "QueueName",
        "sqs",
        (
            *("ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "GetQueueAttributes"),
            *("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
        ),
        (_QUEUE,),
    ),
    "SQSSendMessagePolicy": ("QueueName", "sqs", ("SendMessage*",), (_QUEUE,)),
    "SSMParameterReadPolicy": (
        "ParameterName",
        "ssm",
        ("GetParameter", "GetParameters", "GetParametersByPath"),
        (f"arn:aws:ssm:{_HERE}:parameter/${{It}}",),
    ),
    "StepFunctionsExecutionPolicy": (
        "StateMachineName",
        "states",
        ("StartExecution",),
        (f"arn:aws:states:{_HERE}:stateMachine:${{It}}",),
    ),
    "VPCAccessPolicy": (
        "",
        "ec2",
        (
            *("CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces"),
            "DetachNetworkInterface",
        ),
        ("*",),
    ),
}
"""By name: the parameter, the service, its actions, and what they are about."""


def written(name: str, parameters: Any) -> dict[str, Any] | None:
    """The policy that one of them comes to; ``None`` of one that is not known, or not so called."""
    known = _TEMPLATES.get(name)
    if known is None:
        return None
    parameter, service, actions, resources = known
    given = parameters if isinstance(parameters, Mapping) else {}
    if set(given) != ({parameter} if parameter else set()):
        return None
    about: list[Any] = [
        {"Fn::Sub": [one, {"It": given[parameter]}]} if parameter else one for one in resources
    ]
    called = [f"{service}:{one}" for one in actions]
    return {"Statement": [{"Effect": "Allow", "Action": called, "Resource": about}]}

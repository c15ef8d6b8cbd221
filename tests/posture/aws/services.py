"""Keys, secrets, messages, functions, trails and alarms of tests, with care and without."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.posture.aws.people import ACCOUNT, document, trust

REGION = "eu-west-1"
Client = Callable[[str], Any]
EVERYBODY = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
OWN = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def _everybody(action: str, **more: Any) -> str:
    return document(EVERYBODY | {"Action": action} | more)


def _service(action: str, **more: Any) -> str:
    by = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Resource": "*"}
    return document(by | {"Action": action} | more)


def _code() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("index.py", "def handler(event, context): return 1")
    return content.getvalue()


def function(client: Client, name: str, **more: Any) -> None:
    """A function, with a role of its own."""
    iam = client("iam")
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"})
    )["Role"]["Arn"]
    client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": _code()},
        **{"Runtime": "python3.14"} | more,
    )


def careless(client: Client) -> None:
    """Everything is for everybody, plain, and never changed."""
    kms, secrets = client("kms"), client("secretsmanager")
    administrators = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    by_service = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    opened = EVERYBODY | {"Action": "kms:Decrypt", "Condition": by_service}
    key = kms.create_key(Policy=document(administrators, opened))["KeyMetadata"]["KeyId"]
    kms.create_grant(
        KeyId=key,
        GranteePrincipal="arn:aws:iam::444455556666:role/partner",
        Operations=["Decrypt"],
    )
    off = kms.create_key(Policy=document(administrators))["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=off)
    secrets.create_secret(Name="plain", SecretString="x")
    own_account = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    for_all = _everybody("secretsmanager:GetSecretValue", Condition=own_account)
    secrets.put_resource_policy(SecretId="plain", ResourcePolicy=for_all)
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=_everybody("sns:Publish")
    )
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://a:b@example.com/x?token=c")
    queue = sqs.create_queue(QueueName="work", Attributes={"SqsManagedSseEnabled": "false"})
    sqs.set_queue_attributes(
        QueueUrl=queue["QueueUrl"],
        Attributes={"Policy": _service("sqs:SendMessage")},
    )
    function(
        client,
        "thumbnails",
        Runtime="nodejs16.x",
        Environment={"Variables": {"DB_PASSWORD": "hunter2hunter2"}},
        Layers=[],
    )
    functions = client("lambda")
    functions.add_permission(
        FunctionName="thumbnails", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
    )
    functions.add_permission(
        FunctionName="thumbnails",
        StatementId="address",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
    )
    functions.create_function_url_config(
        FunctionName="thumbnails", AuthType="NONE", Cors={"AllowOrigins": ["*"]}
    )
    client("ssm").put_parameter(Name="/shop/db/password", Value="x", Type="String")
    document_of_ssm = json.dumps({"schemaVersion": "2.2", "description": "x", "mainSteps": []})
    client("ssm").create_document(Content=document_of_ssm, Name="setup", DocumentType="Command")
    client("ssm").modify_document_permission(
        Name="setup", PermissionType="Share", AccountIdsToAdd=["all"]
    )
    client("events").create_event_bus(Name="orders")
    client("logs").put_resource_policy(
        policyName="all", policyDocument=_everybody("logs:PutLogEvents")
    )
    client("logs").create_log_group(logGroupName="short")
    client("logs").put_retention_policy(logGroupName="short", retentionInDays=7)
    client("route53").create_hosted_zone(Name="example.com", CallerReference="a")


def careful(client: Client) -> None:
    """What looks like that, and is not."""
    kms, secrets = client("kms"), client("secretsmanager")
    administrators = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    callers = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}
    ours = EVERYBODY | {"Action": "kms:Decrypt", "Condition": callers}
    key = kms.create_key(Policy=document(administrators, ours))["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    secrets.create_secret(Name="ours", SecretString="x", KmsKeyId=key)
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    shut = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    allowed = EVERYBODY | {"Action": "secretsmanager:GetSecretValue"}
    secrets.put_resource_policy(
        SecretId="ours", ResourcePolicy=document(allowed, shut | {"Condition": outside})
    )
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    sns.set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=_everybody(
            "sns:Publish", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
        ),
    )
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://example.com/x")
    queue = sqs.create_queue(QueueName="work", Attributes={"SqsManagedSseEnabled": "true"})
    sqs.set_queue_attributes(
        QueueUrl=queue["QueueUrl"],
        Attributes={"Policy": _service("sqs:SendMessage", Condition=OWN)},
    )
    function(
        client,
        "thumbnails",
        Environment={"Variables": {"DB_PASSWORD": "/shop/database/password"}},
        KMSKeyArn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
        TracingConfig={"Mode": "Active"},
    )
    functions = client("lambda")
    functions.add_permission(
        FunctionName="thumbnails",
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceAccount=ACCOUNT,
    )
    functions.create_function_url_config(FunctionName="thumbnails", AuthType="NONE")
    client("ssm").put_parameter(Name="/shop/db/password", Value="x", Type="SecureString")
    client("ssm").put_parameter(Name="/shop/publicKey", Value="x", Type="String")
    client("events").create_event_bus(Name="orders")
    client("logs").create_log_group(logGroupName="long", kmsKeyId=key)
    client("logs").put_retention_policy(logGroupName="long", retentionInDays=400)

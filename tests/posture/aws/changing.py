"""Changes of an account, one after another by chance: of each service that is read and moto has."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.posture.aws.people import ACCOUNT, ALL, document, trust
from tests.posture.aws.services import REGION, _code, _everybody, function

Client = Callable[[str], Any]
Change = Callable[[Client, Random], Any]
CHANGES: Final[dict[str, list[Change]]] = {}
PLACE: Final = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
NAMES: Final = ("app", "Team", "orders")


def _change(service: str) -> Callable[[Change], Change]:
    def put(change: Change) -> Change:
        CHANGES.setdefault(service, []).append(change)
        return change

    return put


def _some(chance: Random, several: list[Any]) -> Any:
    """One of them; where there is none the change cannot be made."""
    if not several:
        raise LookupError
    return chance.choice(sorted(several, key=str))


def _one_of(chance: Random, several: list[Callable[[], Any]]) -> None:
    chance.choice(several)()


def _name(chance: Random) -> str:
    return chance.choice(NAMES)


# S3


@_change("s3")
def makes_bucket(client: Client, chance: Random) -> None:
    client("s3").create_bucket(Bucket=_name(chance).lower() + "-bucket", **PLACE)


@_change("s3")
def changes_bucket(client: Client, chance: Random) -> None:
    s3, bucket = client("s3"), _name(chance).lower() + "-bucket"
    shut = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    policy = document(everybody | {"Resource": f"arn:aws:s3:::{bucket}/*"})
    _one_of(
        chance,
        [
            lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=shut),
            lambda: s3.delete_public_access_block(Bucket=bucket),
            lambda: s3.put_bucket_policy(Bucket=bucket, Policy=policy),
            lambda: s3.delete_bucket_policy(Bucket=bucket),
            lambda: s3.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            ),
            lambda: s3.put_bucket_acl(Bucket=bucket, ACL="public-read"),
            lambda: s3.delete_bucket(Bucket=bucket),
            lambda: client("s3control").put_public_access_block(
                AccountId=ACCOUNT, PublicAccessBlockConfiguration=shut
            ),
        ],
    )


# IAM


@_change("iam")
def changes_user(client: Client, chance: Random) -> None:
    iam, user = client("iam"), _name(chance)
    policy = {"UserName": user, "PolicyName": "all"}
    _one_of(
        chance,
        [
            lambda: iam.create_user(UserName=user),
            lambda: iam.create_access_key(UserName=user),
            lambda: iam.put_user_policy(PolicyDocument=document(ALL), **policy),
            lambda: iam.delete_user_policy(**policy),
            lambda: iam.tag_user(UserName=user, Tags=[{"Key": "owner", "Value": user}]),
            lambda: iam.delete_user(UserName=user),
            lambda: iam.update_account_password_policy(
                MinimumPasswordLength=chance.choice([6, 20])
            ),
            iam.delete_account_password_policy,
        ],
    )


@_change("iam")
def changes_role(client: Client, chance: Random) -> None:
    iam, role = client("iam"), _name(chance)
    open_to_all, own = trust("*"), trust({"Service": "ec2.amazonaws.com"})
    _one_of(
        chance,
        [
            lambda: iam.create_role(RoleName=role, AssumeRolePolicyDocument=own),
            lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=open_to_all),
            lambda: iam.delete_role(RoleName=role),
            lambda: iam.create_policy(PolicyName=role, PolicyDocument=document(ALL)),
            lambda: iam.attach_role_policy(
                RoleName=role, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/{_name(chance)}"
            ),
            lambda: iam.create_open_id_connect_provider(
                Url=f"https://{role.lower()}.example.com", ThumbprintList=["a" * 40]
            ),
        ],
    )


# EC2


@_change("ec2")
def changes_group(client: Client, chance: Random) -> None:
    ec2 = client("ec2")
    vpc = _some(chance, [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]])
    groups = [one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]]
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    group = _some(chance, groups)
    _one_of(
        chance,
        [
            lambda: ec2.create_security_group(GroupName=_name(chance), Description="d", VpcId=vpc),
            lambda: ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule]),
            lambda: ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule]),
            lambda: ec2.delete_security_group(GroupId=group),
            lambda: ec2.create_tags(
                Resources=[group], Tags=[{"Key": "owner", "Value": _name(chance)}]
            ),
            lambda: ec2.create_vpc(CidrBlock="10.9.0.0/16"),
        ],
    )


@_change("ec2")
def changes_instance(client: Client, chance: Random) -> None:
    ec2 = client("ec2")
    several = [
        one["InstanceId"]
        for some in ec2.describe_instances()["Reservations"]
        for one in some["Instances"]
        if one["State"]["Name"] != "terminated"
    ]
    script = f"export DB_PASSWORD=hunter{chance.randint(1, 9)}hunter2"
    if not several or chance.random() < 0.3:
        ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, UserData=script)
        return
    instance = _some(chance, several)
    _one_of(
        chance,
        [
            lambda: ec2.terminate_instances(InstanceIds=[instance]),
            lambda: ec2.modify_instance_attribute(
                InstanceId=instance, UserData={"Value": script.encode()}
            ),
            lambda: ec2.modify_instance_metadata_options(
                InstanceId=instance, HttpTokens=chance.choice(["optional", "required"])
            ),
            lambda: ec2.create_launch_template(
                LaunchTemplateName=_name(chance), LaunchTemplateData={"ImageId": "ami-1"}
            ),
            lambda: ec2.create_launch_template_version(
                LaunchTemplateName=_name(chance),
                LaunchTemplateData={"MetadataOptions": {"HttpTokens": "required"}},
            ),
        ],
    )


@_change("ec2")
def changes_volume(client: Client, chance: Random) -> None:
    ec2 = client("ec2")
    volumes = [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]]
    owned = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    snapshots = [one["SnapshotId"] for one in owned]
    _one_of(
        chance,
        [
            lambda: ec2.create_volume(
                AvailabilityZone=f"{REGION}a", Size=1, Encrypted=chance.random() < 0.5
            ),
            lambda: ec2.delete_volume(VolumeId=_some(chance, volumes)),
            lambda: ec2.create_snapshot(VolumeId=_some(chance, volumes)),
            lambda: ec2.modify_snapshot_attribute(
                SnapshotId=_some(chance, snapshots),
                Attribute="createVolumePermission",
                OperationType="add",
                GroupNames=["all"],
            ),
            ec2.enable_ebs_encryption_by_default,
            ec2.disable_ebs_encryption_by_default,
            lambda: ec2.create_managed_prefix_list(
                PrefixListName=_name(chance), MaxEntries=3, AddressFamily="IPv4"
            ),
        ],
    )


# RDS


@_change("rds")
def changes_database(client: Client, chance: Random) -> None:
    rds, name = client("rds"), _name(chance)
    _one_of(
        chance,
        [
            lambda: rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.t3.micro",
                Engine="postgres",
                MasterUsername="u",
                MasterUserPassword="hunter2hunter2",
                AllocatedStorage=20,
                PubliclyAccessible=chance.random() < 0.5,
            ),
            lambda: rds.modify_db_instance(
                DBInstanceIdentifier=name, DeletionProtection=False, BackupRetentionPeriod=9
            ),
            lambda: rds.create_db_snapshot(
                DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-s"
            ),
            lambda: rds.modify_db_snapshot_attribute(
                DBSnapshotIdentifier=f"{name}-s",
                AttributeName="restore",
                ValuesToAdd=[chance.choice(["all", "111122223333"])],
            ),
            lambda: rds.delete_db_snapshot(DBSnapshotIdentifier=f"{name}-s"),
            lambda: rds.create_db_parameter_group(
                DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="d"
            ),
            lambda: rds.modify_db_parameter_group(
                DBParameterGroupName=name,
                Parameters=[
                    {
                        "ParameterName": "rds.force_ssl",
                        "ParameterValue": "1",
                        "ApplyMethod": "immediate",
                    }
                ],
            ),
            lambda: rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True),
        ],
    )


# KMS and secrets


@_change("kms")
def changes_key(client: Client, chance: Random) -> None:
    kms = client("kms")
    keys = [one["KeyId"] for one in kms.list_keys()["Keys"]]
    if not keys or chance.random() < 0.25:
        kms.create_key()
        return
    key, policy = _some(chance, keys), _everybody("kms:*")
    _one_of(
        chance,
        [
            lambda: kms.enable_key_rotation(KeyId=key),
            lambda: kms.disable_key_rotation(KeyId=key),
            lambda: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy),
            lambda: kms.create_grant(
                KeyId=key,
                GranteePrincipal="arn:aws:iam::444455556666:role/partner",
                Operations=["Decrypt"],
            ),
            lambda: kms.retire_grant(
                GrantToken=_some(chance, kms.list_grants(KeyId=key)["Grants"])["GrantId"]
            ),
            lambda: kms.create_alias(AliasName=f"alias/{_name(chance)}", TargetKeyId=key),
            lambda: kms.disable_key(KeyId=key),
            lambda: kms.schedule_key_deletion(KeyId=key),
        ],
    )


@_change("secretsmanager")
def changes_secret(client: Client, chance: Random) -> None:
    secrets, name = client("secretsmanager"), _name(chance)
    whole = [one["ARN"] for one in secrets.list_secrets()["SecretList"]]
    policy = _everybody("secretsmanager:GetSecretValue")
    called = chance.choice([name, *(one[:-7] for one in whole), *whole])
    _one_of(
        chance,
        [
            lambda: secrets.create_secret(Name=name, SecretString="x"),
            lambda: secrets.put_resource_policy(SecretId=called, ResourcePolicy=policy),
            lambda: secrets.delete_resource_policy(SecretId=called),
            lambda: secrets.delete_secret(SecretId=called, ForceDeleteWithoutRecovery=True),
        ],
    )


# Messages and functions


@_change("sns")
def changes_topic(client: Client, chance: Random) -> None:
    sns, name = client("sns"), _name(chance)
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    listeners = [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]]
    _one_of(
        chance,
        [
            lambda: sns.create_topic(Name=name),
            lambda: sns.set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=_everybody("sns:Publish")
            ),
            lambda: sns.subscribe(TopicArn=arn, Protocol="http", Endpoint="http://example.com/x"),
            lambda: sns.unsubscribe(SubscriptionArn=_some(chance, listeners)),
            lambda: sns.delete_topic(TopicArn=arn),
        ],
    )


@_change("sqs")
def changes_queue(client: Client, chance: Random) -> None:
    sqs, name = client("sqs"), _name(chance)
    urls = sqs.list_queues().get("QueueUrls") or []
    if not urls or chance.random() < 0.3:
        sqs.create_queue(QueueName=name)
        return
    url = _some(chance, urls)
    _one_of(
        chance,
        [
            lambda: sqs.set_queue_attributes(
                QueueUrl=url, Attributes={"Policy": _everybody("sqs:SendMessage")}
            ),
            lambda: sqs.set_queue_attributes(
                QueueUrl=url,
                Attributes={"SqsManagedSseEnabled": chance.choice(["true", "false"])},
            ),
            lambda: sqs.delete_queue(QueueUrl=url),
        ],
    )


@_change("lambda")
def changes_function(client: Client, chance: Random) -> None:
    functions, name = client("lambda"), _name(chance)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    called = chance.choice([name, arn])
    _one_of(
        chance,
        [
            lambda: function(client, name),
            lambda: functions.add_permission(
                FunctionName=called,
                StatementId="all",
                Action="lambda:InvokeFunction",
                Principal="*",
            ),
            lambda: functions.remove_permission(FunctionName=called, StatementId="all"),
            lambda: functions.create_function_url_config(FunctionName=name, AuthType="NONE"),
            lambda: functions.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=chance.randint(1, 9)
            ),
            lambda: functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": {"DB_PASSWORD": "hunter2hunter2"}}
            ),
            lambda: functions.update_function_code(FunctionName=name, ZipFile=_code()),
            lambda: functions.create_alias(
                FunctionName=called, Name="live", FunctionVersion="$LATEST"
            ),
            lambda: functions.delete_alias(FunctionName=name, Name="live"),
            lambda: functions.delete_function(FunctionName=name),
        ],
    )


# The rest


@_change("ssm")
def changes_document(client: Client, chance: Random) -> None:
    ssm, name = client("ssm"), _name(chance)
    content = json.dumps({"schemaVersion": "2.2", "description": "x", "mainSteps": []})
    _one_of(
        chance,
        [
            lambda: ssm.create_document(Content=content, Name=name, DocumentType="Command"),
            lambda: ssm.modify_document_permission(
                Name=name, PermissionType="Share", AccountIdsToAdd=["all"]
            ),
            lambda: ssm.modify_document_permission(
                Name=name, PermissionType="Share", AccountIdsToRemove=["all"]
            ),
            lambda: ssm.delete_document(Name=name),
            lambda: ssm.put_parameter(Name=f"/{name}/password", Value="x", Type="String"),
            lambda: ssm.delete_parameter(Name=f"/{name}/password"),
        ],
    )


@_change("dynamodb")
def changes_table(client: Client, chance: Random) -> None:
    tables, name = client("dynamodb"), _name(chance)
    _one_of(
        chance,
        [
            lambda: tables.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            ),
            lambda: tables.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            ),
            lambda: tables.update_table(TableName=name, DeletionProtectionEnabled=True),
            lambda: tables.delete_table(TableName=name),
            lambda: tables.put_resource_policy(
                ResourceArn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}",
                Policy=_everybody("dynamodb:GetItem"),
            ),
        ],
    )


@_change("ecr")
def changes_repository(client: Client, chance: Random) -> None:
    ecr, name = client("ecr"), f"team/{_name(chance).lower()}"
    lifecycle = {"rulePriority": 1, "action": {"type": "expire"}}
    lifecycle["selection"] = {
        "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1
    }  # fmt: skip
    _one_of(
        chance,
        [
            lambda: ecr.create_repository(repositoryName=name),
            lambda: ecr.set_repository_policy(
                repositoryName=name,
                policyText=document(
                    {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
                ),
            ),
            lambda: ecr.put_lifecycle_policy(
                repositoryName=name, lifecyclePolicyText=json.dumps({"rules": [lifecycle]})
            ),
            lambda: ecr.put_image_tag_mutability(
                repositoryName=name, imageTagMutability="IMMUTABLE"
            ),
            lambda: ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[]),
            lambda: ecr.delete_repository(repositoryName=name),
        ],
    )


@_change("elbv2")
def changes_balancer(client: Client, chance: Random) -> None:
    elb, ec2 = client("elbv2"), client("ec2")
    balancers = elb.describe_load_balancers()["LoadBalancers"]
    if not balancers or chance.random() < 0.2:
        subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
        if len(subnets) < 2:
            raise LookupError
        elb.create_load_balancer(Name=_name(chance), Subnets=sorted(subnets)[:2])
        return
    arn = _some(chance, [one["LoadBalancerArn"] for one in balancers])
    listeners = elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    _one_of(
        chance,
        [
            lambda: elb.create_listener(
                LoadBalancerArn=arn,
                Protocol="HTTP",
                Port=chance.randint(80, 90),
                DefaultActions=[fixed],
            ),
            lambda: elb.modify_listener(
                ListenerArn=_some(chance, listeners)["ListenerArn"],
                DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
            ),
            lambda: elb.delete_listener(ListenerArn=_some(chance, listeners)["ListenerArn"]),
            lambda: elb.modify_load_balancer_attributes(
                LoadBalancerArn=arn,
                Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
            ),
            lambda: elb.delete_load_balancer(LoadBalancerArn=arn),
        ],
    )


@_change("wafv2")
def changes_web_acl(client: Client, chance: Random) -> None:
    waf = client("wafv2")
    shown = {
        "SampledRequestsEnabled": False,
        "CloudWatchMetricsEnabled": False,
        "MetricName": "m",
    }
    acls = [one["ARN"] for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]]
    balancers = client("elbv2").describe_load_balancers()["LoadBalancers"]
    arns = [one["LoadBalancerArn"] for one in balancers]
    _one_of(
        chance,
        [
            lambda: waf.create_web_acl(
                Name=_name(chance),
                Scope="REGIONAL",
                DefaultAction={"Allow": {}},
                VisibilityConfig=shown,
            ),
            lambda: waf.associate_web_acl(
                WebACLArn=_some(chance, acls), ResourceArn=_some(chance, arns)
            ),
            lambda: waf.disassociate_web_acl(ResourceArn=_some(chance, arns)),
        ],
    )


@_change("cloudtrail")
def changes_trail(client: Client, chance: Random) -> None:
    trails, name = client("cloudtrail"), _name(chance).lower() + "-trail"
    bucket = _name(chance).lower() + "-bucket"
    _one_of(
        chance,
        [
            lambda: trails.create_trail(Name=name, S3BucketName=bucket),
            lambda: trails.start_logging(Name=name),
            lambda: trails.stop_logging(Name=name),
            lambda: trails.update_trail(Name=name, EnableLogFileValidation=True),
            lambda: trails.put_event_selectors(
                TrailName=name, EventSelectors=[{"ReadWriteType": "ReadOnly"}]
            ),
            lambda: trails.delete_trail(Name=name),
        ],
    )


@_change("logs")
def changes_logs(client: Client, chance: Random) -> None:
    logs, name = client("logs"), _name(chance)
    _one_of(
        chance,
        [
            lambda: logs.create_log_group(logGroupName=f"/{name}/log"),
            lambda: logs.put_retention_policy(
                logGroupName=f"/{name}/log", retentionInDays=chance.choice([7, 365])
            ),
            lambda: logs.delete_log_group(logGroupName=f"/{name}/log"),
            lambda: logs.put_metric_filter(
                logGroupName=f"/{name}/log",
                filterName="f",
                filterPattern="{ $.a = 1 }",
                metricTransformations=[
                    {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
                ],
            ),
            lambda: logs.put_resource_policy(
                policyName=name, policyDocument=_everybody("logs:PutLogEvents")
            ),
            lambda: client("events").create_event_bus(Name=name),
            lambda: client("events").delete_event_bus(Name=name),
        ],
    )


@_change("tagging")
def tags_anything(client: Client, chance: Random) -> None:
    kinds = ["s3", "dynamodb:table", "sns", "sqs", "lambda:function", "rds:db", "kms"]
    tagging = client("resourcegroupstaggingapi")
    told = tagging.get_resources(ResourceTypeFilters=kinds)["ResourceTagMappingList"]
    arn = _some(chance, [one["ResourceARN"] for one in told])
    tagging.tag_resources(ResourceARNList=[arn], Tags={"owner": _name(chance)})

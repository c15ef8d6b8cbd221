"""Each remedy mends what its check finds in moto's server, and is taken back to what was before."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from policy_sentry.querying.actions import get_actions_for_service
from tests.posture.fixing.beside import analyzers, beside, settings, user_with_keys
from tests.posture.fixing.conftest import CHECKS, NOW, REGION, Account
from tests.posture.fixing.test_applying import bucket

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.fixing.making import NoPlanError, make_plan, remedies
from ringwall.posture.fixing.permitting import actions_of
from ringwall.posture.fixing.plans import Call, Plan, Stage, decoded, encoded, narrowed
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

Make = Callable[[Account], str]
"""Makes something that a check fails, and says what it is called."""


def _bucket(account: Account) -> str:
    bucket(account, "exports")
    return "exports"


def _list_of_buckets(account: Account) -> str:
    _bucket(account)
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    account.client("s3").put_bucket_ownership_controls(Bucket="exports", OwnershipControls=rules)
    return "exports"


def _policed(account: Account) -> str:
    _bucket(account)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::exports/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    account.client("s3").put_bucket_policy(Bucket="exports", Policy=policy)
    return "exports"


def _account(account: Account) -> str:
    return account.target.account


def _weak_passwords(account: Account) -> str:
    account.client("iam").update_account_password_policy(
        MinimumPasswordLength=8, RequireSymbols=True
    )
    return account.target.account


def _key(account: Account) -> str:
    key: str = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
    return key


def _instance(account: Account) -> str:
    ec2 = account.client("ec2")
    image = ec2.register_image(
        Name="ours", Architecture="x86_64", RootDeviceName="/dev/sda1", VirtualizationType="hvm"
    )["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]
    instance: str = made["InstanceId"]
    ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens="optional")
    return instance


def _database(account: Account) -> str:
    account.client("rds").create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="ada",
        MasterUserPassword="correct-horse",
        AutoMinorVersionUpgrade=False,
        DeletionProtection=False,
        PubliclyAccessible=True,
        BackupRetentionPeriod=1,
    )
    return "orders"


def _databases(account: Account) -> str:
    account.client("rds").create_db_cluster(
        DBClusterIdentifier="all-orders",
        Engine="aurora-postgresql",
        MasterUsername="ada",
        MasterUserPassword="correct-horse",
        DeletionProtection=False,
        BackupRetentionPeriod=1,
    )
    return "all-orders"


def _warehouse(account: Account) -> str:
    account.client("redshift").create_cluster(
        ClusterIdentifier="sales",
        NodeType="ra3.large",
        MasterUsername="ada",
        MasterUserPassword="Correct-horse-1",
        PubliclyAccessible=True,
        AllowVersionUpgrade=False,
    )
    return "sales"


def _subnet(account: Account) -> str:
    ec2 = account.client("ec2")
    network = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=network, CidrBlock="10.9.1.0/24")["Subnet"]
    subnet: str = made["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    return subnet


def _image(account: Account) -> str:
    ec2 = account.client("ec2")
    image: str = ec2.register_image(
        Name="ours", Architecture="x86_64", RootDeviceName="/dev/sda1", VirtualizationType="hvm"
    )["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    return image


def _balancer(account: Account) -> str:
    ec2 = account.client("ec2")
    subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    several = [one["SubnetId"] for one in subnets["Subnets"][:2]]
    elbv2 = account.client("elbv2")
    made = elbv2.create_load_balancer(Name="web", Subnets=several, Type="application")
    keys = ("deletion_protection.enabled", "routing.http.drop_invalid_header_fields.enabled")
    elbv2.modify_load_balancer_attributes(  # AWS tells of all from the beginning
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Attributes=[{"Key": key, "Value": "false"} for key in keys],
    )
    return "web"


def _queue(account: Account) -> str:
    account.client("sqs").create_queue(
        QueueName="orders", Attributes={"SqsManagedSseEnabled": "false"}
    )
    return "orders"


def _topic(account: Account) -> str:
    account.client("sns").create_topic(Name="orders")
    return "orders"


def _table(account: Account) -> str:
    account.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "orders"


def _repository(account: Account) -> str:
    account.client("ecr").create_repository(repositoryName="web")
    return "web"


def _region(account: Account) -> str:
    account.client("ec2").disable_ebs_encryption_by_default()
    return REGION


def _trail(account: Account) -> str:
    bucket(account, "trails")
    account.client("cloudtrail").create_trail(Name="all", S3BucketName="trails")
    return "all"


def _logs(account: Account) -> str:
    account.client("logs").create_log_group(logGroupName="/app")
    return "/app"


def _group(account: Account) -> str:
    ec2 = account.client("ec2")
    group: str = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    rules = [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": network}],
        }
        for port, network in ((22, "0.0.0.0/0"), (22, "10.0.0.0/8"), (443, "0.0.0.0/0"))
    ]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    return "web"


def _public_snapshot(account: Account) -> str:
    _database(account)
    rds = account.client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="before")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="before",
        AttributeName="restore",
        ValuesToAdd=["all", "444455556666"],
    )
    return "before"


def _public_snapshot_of_cluster(account: Account) -> str:
    _databases(account)
    rds = account.client("rds")
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier="all-orders", DBClusterSnapshotIdentifier="before"
    )
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="before", AttributeName="restore", ValuesToAdd=["all"]
    )
    return "before"


def _settings(account: Account) -> str:
    settings(account)
    return REGION


def _analyzers(account: Account) -> str:
    analyzers(account)
    return REGION


def _going_key(account: Account) -> str:
    key = _key(account)
    account.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=20)
    return key


def _default_group(account: Account) -> str:
    """That of one network: others may have no rules."""
    ec2 = account.client("ec2")
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if group["GroupName"] == "default":
            rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
            own = [{"GroupId": group["GroupId"]}]
            several = [{"CidrIp": "10.0.0.0/8", "Description": "ours"}]
            ec2.authorize_security_group_ingress(
                GroupId=group["GroupId"],
                IpPermissions=[rule | {"UserIdGroupPairs": own, "IpRanges": several}],
            )
    return "default"


def _document(account: Account) -> str:
    ssm = account.client("ssm")
    steps = [{"action": "aws:runShellScript", "name": "it", "inputs": {"runCommand": ["true"]}}]
    content = {"schemaVersion": "2.2", "description": "it", "mainSteps": steps}
    ssm.create_document(Name="setup", Content=json.dumps(content), DocumentType="Command")
    ssm.modify_document_permission(
        Name="setup",
        PermissionType="Share",
        AccountIdsToAdd=["all"],
        SharedDocumentVersion="$LATEST",
    )
    return "setup"


def _function(account: Account) -> str:
    """One that everybody may call, and a service of one account."""
    where = {"LocationConstraint": REGION}
    account.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration=where)
    trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [trusted | {"Action": "sts:AssumeRole"}]}
    made = account.client("iam").create_role(
        RoleName="it", AssumeRolePolicyDocument=json.dumps(trust)
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("it.py", "def it(event, context): return 1")
    client = account.client("lambda")
    client.create_function(
        FunctionName="orders",
        Runtime="python3.12",
        Role=made["Role"]["Arn"],
        Handler="it.it",
        Code={"ZipFile": held.getvalue()},
    )
    several: list[dict[str, str]] = [
        {"StatementId": "open", "Principal": "*"},
        {
            "StatementId": "ours",
            "Principal": "sns.amazonaws.com",
            "SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders",
            "SourceAccount": "123456789012",
        },
        {"StatementId": "too", "Principal": "*"},
    ]
    for one in several:
        client.add_permission(FunctionName="orders", Action="lambda:InvokeFunction", **one)
    return "orders"


def _old_key(account: Account) -> str:
    user_with_keys(account, (300, 90))
    return "ada"


def _suspended(account: Account) -> str:
    account.client("guardduty").create_detector(Enable=False)
    return REGION


def _nowhere(account: Account) -> str:
    del account
    return REGION


def _statements(account: Account) -> list[dict[str, Any]]:
    told = account.client("lambda").get_policy(FunctionName="orders")["Policy"]
    return sorted(json.loads(told)["Statement"], key=lambda one: str(one["Sid"]))


SCENES: list[tuple[str, Make]] = [
    ("aws-s3-account-block-public-access", _account),
    ("aws-s3-bucket-block-public-access", _bucket),
    ("aws-s3-bucket-versioning", _bucket),
    ("aws-s3-bucket-tls-only", _bucket),
    ("aws-s3-bucket-tls-only", _policed),
    ("aws-s3-bucket-acl-off", _list_of_buckets),
    ("aws-iam-password-length", _account),
    ("aws-iam-password-length", _weak_passwords),
    ("aws-kms-key-rotation", _key),
    ("aws-ec2-instance-imdsv2", _instance),
    ("aws-rds-instance-deletion-protection", _database),
    ("aws-rds-instance-upgrades", _database),
    ("aws-dynamodb-table-deletion-protection", _table),
    ("aws-ecr-repository-immutable", _repository),
    ("aws-ec2-ebs-encryption-default", _region),
    ("aws-cloudtrail-validation", _trail),
    ("aws-logs-group-retention", _logs),
    ("aws-ec2-security-group-ssh", _group),
    ("aws-ec2-subnet-auto-public", _subnet),
    ("aws-ec2-image-public", _image),
    ("aws-elbv2-load-balancer-deletion-protection", _balancer),
    ("aws-elbv2-load-balancer-headers", _balancer),
    ("aws-dynamodb-table-recovery", _table),
    ("aws-sqs-queue-encrypted", _queue),
    ("aws-sns-topic-encrypted", _topic),
    ("aws-ecr-repository-scanning", _repository),
    ("aws-rds-instance-public", _database),
    ("aws-rds-instance-backups", _database),
    ("aws-rds-instance-iam-authentication", _database),
    ("aws-rds-cluster-deletion-protection", _databases),
    ("aws-rds-cluster-backups", _databases),
    ("aws-redshift-cluster-public", _warehouse),
    ("aws-redshift-cluster-upgrades", _warehouse),
    ("aws-rds-snapshot-public", _public_snapshot),
    ("aws-rds-cluster-snapshot-public", _public_snapshot_of_cluster),
    ("aws-ec2-snapshot-block-public-access", _settings),
    ("aws-ec2-image-block-public-access", _settings),
    ("aws-ec2-metadata-defaults", _settings),
    ("aws-access-analyzer-on", _analyzers),
    ("aws-kms-key-deletion", _going_key),
    ("aws-ec2-security-group-default-closed", _default_group),
    ("aws-ssm-document-shared", _document),
    ("aws-lambda-function-public", _function),
    ("aws-guardduty-on", _suspended),
    ("aws-guardduty-on", _nowhere),
    ("aws-iam-user-unused", _old_key),
    ("aws-iam-user-key-rotation", _old_key),
]


@pytest.fixture(params=SCENES, ids=lambda one: f"{one[0]} {one[1].__name__.strip('_')}")
def scene(request: pytest.FixtureRequest, account: Account) -> tuple[Any, str, str]:
    check, make = request.param
    return account, check, make(account)


def test_a_remedy_mends_and_is_taken_back(scene: tuple[Any, str, str]) -> None:
    account, check, label = scene
    assert account.outcomes(check)[label] == "fail"
    plan = account.plan(check, label)
    assert decoded(encoded(plan)) == plan
    assert plan.draft.changes
    assert plan.draft.terraform.endswith("\n")
    for action in actions_of(plan):
        assert action in get_actions_for_service(action.partition(":")[0]), action
    assert all(step.undo for step in plan.draft.steps)
    applying = account.applying(check)
    ended = applying.apply(plan, by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert account.outcomes(check)[label] == "pass"
    back = applying.undo(ended, by="tests")
    assert back.stage is Stage.TAKEN_BACK, back.history
    assert account.outcomes(check)[label] == "fail"


MAKERS = dict(SCENES)


@pytest.mark.parametrize(
    ("check", "is_done", "is_sure"),
    [
        ("aws-s3-bucket-versioning", True, True),  # its plan does not stand on what it sets
        ("aws-s3-bucket-versioning", False, True),
        ("aws-s3-bucket-tls-only", True, True),
        ("aws-ec2-security-group-ssh", True, True),
        ("aws-ec2-security-group-ssh", False, True),
        ("aws-rds-instance-iam-authentication", True, True),
        ("aws-dynamodb-table-recovery", True, True),  # AWS tells it by other words than it is set
        ("aws-kms-key-rotation", True, True),
        ("aws-kms-key-rotation", False, True),
        ("aws-ec2-ebs-encryption-default", True, True),
        ("aws-ec2-subnet-auto-public", True, True),
        ("aws-ec2-image-public", True, True),
        ("aws-iam-password-length", True, True),
        ("aws-kms-key-deletion", True, True),
        ("aws-ssm-document-shared", True, True),
        ("aws-rds-snapshot-public", True, True),
        ("aws-guardduty-on", True, False),  # that there is one does not tell who made it
    ],
)
def test_killed_while_it_mends_it_is_taken_back_where_nobody_else_was_there(
    account: Account, check: str, is_done: bool, is_sure: bool
) -> None:
    """Whether the call was made or not; where that cannot be told for sure, people decide."""
    label = MAKERS[check](account)
    applying = account.applying(check)
    real, asked = applying._cloud.do, list[str]()

    def killed(call: Call, plan: Plan) -> None:
        if is_done:
            real(call, plan)
        raise KeyboardInterrupt

    def asking(call: Call, plan: Plan) -> None:
        asked.append(call.call)
        real(call, plan)

    applying._cloud.do = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        applying.apply(account.plan(check, label), by="tests")
    left = decoded(encoded(account.kept[-1]))
    applying._cloud.do = asking  # type: ignore[method-assign]
    if not is_sure:
        with pytest.raises(ValueError, match=r"perhaps done.*--anyway"):
            applying.undo(left, by="tests")
        assert asked == []
    back = applying.undo(left, by="tests", anyway=not is_sure)
    assert back.stage is Stage.TAKEN_BACK, back.history
    assert bool(asked) is is_done
    assert account.outcomes(check)[label] == "fail"


def _enabled(account: Account, key: str) -> None:
    account.client("kms").enable_key(KeyId=key)


def _stricter(account: Account, label: str) -> None:
    account.client("iam").update_account_password_policy(
        MinimumPasswordLength=14,
        AllowUsersToChangePassword=True,
        PasswordReusePrevention=24,
        RequireSymbols=True,
        RequireNumbers=True,
    )


@pytest.mark.parametrize(
    ("check", "others"),
    [("aws-kms-key-deletion", _enabled), ("aws-iam-password-length", _stricter)],
)
def test_killed_while_it_mends_what_others_did_since_is_not_taken_back(
    account: Account, check: str, others: Callable[[Account, str], None]
) -> None:
    label = MAKERS[check](account)
    applying = account.applying(check)
    real, asked = applying._cloud.do, list[str]()

    def killed(call: Call, plan: Plan) -> None:
        asked.append(call.call)
        real(call, plan)
        raise KeyboardInterrupt

    applying._cloud.do = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        applying.apply(account.plan(check, label), by="tests")
    others(account, label)
    with pytest.raises(ValueError, match=r"Others changed it since.*--anyway"):
        applying.undo(decoded(encoded(account.kept[-1])), by="tests")
    assert len(asked) == 1


def test_a_plan_of_before_steps_told_what_they_make_is_the_same_plan(account: Account) -> None:
    plan = account.plan("aws-kms-key-rotation", MAKERS["aws-kms-key-rotation"](account))
    told = json.loads(encoded(plan))
    for step in told["draft"]["steps"]:
        assert step.pop("makes") == {"rotation": True}
    assert decoded(json.dumps(told).encode()).digest == plan.digest


def test_only_what_is_for_the_world_is_closed(account: Account) -> None:
    label = _group(account)
    check = "aws-ec2-security-group-ssh"
    ended = account.applying(check).apply(account.plan(check, label), by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    (group,) = account.client("ec2").describe_security_groups(GroupNames=["web"])["SecurityGroups"]
    left = {
        (rule["FromPort"], one["CidrIp"])
        for rule in group["IpPermissions"]
        for one in rule["IpRanges"]
    }
    assert left == {(22, "10.0.0.0/8"), (443, "0.0.0.0/0")}


def test_what_is_closed_is_taken_out_of_the_code_in_whichever_form(account: Account) -> None:
    label = _group(account)
    (group,) = account.client("ec2").describe_security_groups(GroupNames=["web"])["SecurityGroups"]
    plan = account.plan("aws-ec2-security-group-ssh", label)
    first, alone, older, within = re.split(r"^# .*\n", plan.draft.terraform, flags=re.MULTILINE)
    assert first == ""
    assert alone == (
        '- resource "aws_vpc_security_group_ingress_rule" "web" {\n'
        f'-   security_group_id = "{group["GroupId"]}"\n'
        '-   ip_protocol       = "tcp"\n'
        "-   from_port         = 22\n"
        "-   to_port           = 22\n"
        '-   cidr_ipv4         = "0.0.0.0/0"\n'
        "- }\n"
    )
    assert '"aws_security_group_rule" "web"' in older
    assert '-   type              = "ingress"\n' in older
    assert within == (
        "- ingress {\n"
        '-   protocol    = "tcp"\n'
        "-   from_port   = 22\n"
        "-   to_port     = 22\n"
        '-   cidr_blocks = ["0.0.0.0/0"]\n'
        "- }\n"
    )


def test_a_public_image_is_taken_out_of_the_code(account: Account) -> None:
    plan = account.plan("aws-ec2-image-public", _image(account))
    assert '- resource "aws_ami_launch_permission" "' in plan.draft.terraform
    assert '-   group    = "all"\n' in plan.draft.terraform


def test_where_there_is_no_patch_the_plan_says_why() -> None:
    """moto tells of public snapshots without their accounts, so that this one is made by hand."""
    found = Found(kind="aws-ec2-snapshot", name="arn:aws:ec2:::snapshot/snap-1", label="snap-1")
    seen = Seen(found, {"listed": Observation(State.KNOWN, {"SnapshotId": "snap-1"})})
    plan = make_plan(Snapshot(), seen, "aws-ec2-snapshot-public", now=NOW, by="tests")
    assert plan.draft.terraform.startswith("# no code is to be changed: ")
    assert plan.draft.terraform.count("\n") == 1


def test_what_the_organisation_declares_is_for_the_organisation_to_change(account: Account) -> None:
    settings(account)["by"] = "declarative-policy"
    with pytest.raises(NoPlanError, match="a declarative policy of the organisation sets this"):
        account.plan("aws-ec2-image-block-public-access", REGION)


def test_an_analyzer_that_is_there_is_for_people_to_mend(account: Account) -> None:
    analyzers(account).append({"name": "ours", "type": "ACCOUNT", "status": "FAILED"})
    with pytest.raises(NoPlanError, match="its analyzer ours is FAILED, see to that one"):
        account.plan("aws-access-analyzer-on", REGION)


def test_an_analyzer_takes_no_name_that_another_has(account: Account) -> None:
    _analyzers(account)
    plan = account.plan("aws-access-analyzer-on", REGION)
    assert plan.draft.steps[0].do.arguments["analyzerName"] == "outside-2"


@pytest.mark.parametrize(("later_s", "stage"), [(500, Stage.APPLIED), (900, Stage.TAKEN_BACK)])
def test_what_aws_does_later_is_waited_for_as_long_as_it_says(
    account: Account, later_s: int, stage: Stage
) -> None:
    """The block of images is told of up to ten minutes later."""
    now, passed = settings(account), [0.0]

    def told() -> dict[str, str]:
        state = now["images"] if passed[0] >= later_s else "unblocked"
        return {"ImageBlockPublicAccessState": state}

    beside(account, "ec2", get_image_block_public_access_state=told)
    check = "aws-ec2-image-block-public-access"
    plan, applying = account.plan(check, REGION), account.applying(check)
    applying._sleep = lambda seconds: passed.__setitem__(0, passed[0] + seconds)
    ended = applying.apply(decoded(encoded(plan)), by="tests")
    assert ended.stage is stage, ended.history


def test_terraform_keeps_the_other_defaults_of_the_region(account: Account) -> None:
    settings(account)["metadata"] = {
        "HttpPutResponseHopLimit": 2,
        "InstanceMetadataTags": "enabled",
    }
    plan = account.plan("aws-ec2-metadata-defaults", REGION)
    assert "  http_put_response_hop_limit = 2\n" in plan.draft.terraform
    assert '  instance_metadata_tags      = "enabled"\n' in plan.draft.terraform


def test_a_key_that_is_kept_stays_as_aws_leaves_it_and_goes_no_sooner(account: Account) -> None:
    key = _going_key(account)
    check = "aws-kms-key-deletion"
    plan, applying = account.plan(check, key), account.applying(check)
    (undo,) = plan.draft.steps[0].undo
    assert undo.arguments == {"KeyId": key, "PendingWindowInDays": 20}
    assert applying.apply(plan, by="tests").stage is Stage.APPLIED
    kept = account.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert kept["KeyState"] == "Disabled"
    assert f"enable-key --key-id {key} --region {REGION}`" in plan.draft.warning
    assert "aws-kms-key-used finds it until then" in plan.draft.warning
    assert "aws-kms-key-used" in CHECKS


def test_a_document_comes_back_in_the_version_that_was_shared(account: Account) -> None:
    plan = account.plan("aws-ssm-document-shared", _document(account))
    (undo,) = plan.draft.steps[0].undo
    assert undo.arguments["SharedDocumentVersion"] == "$LATEST"
    assert plan.draft.terraform.startswith("# take `permissions` out of the aws_ssm_document")


def test_what_lets_everybody_call_a_function_goes_and_comes_back_the_same(
    account: Account,
) -> None:
    label = _function(account)
    before = _statements(account)
    check = "aws-lambda-function-public"
    plan, applying = account.plan(check, label), account.applying(check)
    ended = applying.apply(plan, by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert [one["Sid"] for one in _statements(account)] == ["ours"]
    assert plan.draft.terraform.count('- resource "aws_lambda_permission"') == 2
    assert applying.undo(ended, by="tests").stage is Stage.TAKEN_BACK
    assert _statements(account) == before


def _of_function(policy: Any, alias: Any) -> Snapshot:
    """A function and its alias ``live`` with these statements, and nothing beside."""
    arn, snapshot = "arn:aws:lambda:eu-west-1:123456789012:function:orders", Snapshot()
    account = "123456789012"
    for kind, name, label, told in (
        ("aws-lambda-function", arn, "orders", policy),
        ("aws-lambda-alias", f"{arn}:live", "orders:live", alias),
    ):
        found = Found(kind=kind, name=name, label=label, account=account, region=REGION)
        statements = [{"Sid": "open", "Effect": "Allow", "Resource": name, **one} for one in told]
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        seen = snapshot.add(found)
        snapshot.note(seen.found.id, "policy", Observation(State.KNOWN, text))
        snapshot.note(seen.found.id, "listed", Observation(State.KNOWN, {}))
        scope = Scope(kind, account, REGION)
        snapshot.note_listing(scope, Observation(State.KNOWN, None))
    return snapshot


_OPEN = {"Principal": "*", "Action": "lambda:InvokeFunction"}


def _plan_of(snapshot: Snapshot) -> Plan:
    (seen,) = snapshot.of_kind("aws-lambda-function")
    return make_plan(snapshot, seen, "aws-lambda-function-public", now=NOW, by="tests")


def test_an_alias_is_closed_by_its_own_name() -> None:
    plan = _plan_of(_of_function([], [_OPEN]))
    (step,) = plan.draft.steps
    of = {"FunctionName": "orders", "Qualifier": "live", "StatementId": "open"}
    assert step.do.arguments == of
    assert step.undo[0].arguments == of | {"Action": "lambda:InvokeFunction", "Principal": "*"}


def test_what_opens_the_address_of_a_function_comes_back_with_its_conditions() -> None:
    conditions = {
        "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
    }
    opened = {"Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Condition": conditions}
    plan = _plan_of(_of_function([opened], []))
    (step,) = plan.draft.steps
    assert step.undo[0].arguments == {
        "FunctionName": "orders",
        "StatementId": "open",
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "FunctionUrlAuthType": "NONE",
        "InvokedViaFunctionUrl": True,
    }
    assert re.search(r'^-   function_url_auth_type +=\s"NONE"$', plan.draft.terraform, re.MULTILINE)


def test_what_was_told_in_another_order_is_the_same() -> None:
    """AWS puts what is put back at the end of a policy."""
    one, two = ({"Sid": name, "Effect": "Allow"} for name in ("one", "two"))
    several = [json.dumps({"Statement": some}) for some in ([one, two], [two, one], [one, one])]
    assert narrowed(several[0], ()) == narrowed(several[1], ())
    assert narrowed(several[0], ()) != narrowed(several[2], ())
    assert narrowed("{no policy", ()) == "{no policy"


@pytest.mark.parametrize(
    "more",
    [
        {"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]},
        {"Principal": {"AWS": "*"}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}},
        {"Sid": ""},
    ],
)
def test_what_no_call_puts_back_as_it_was_is_for_people(more: dict[str, Any]) -> None:
    with pytest.raises(NoPlanError, match="could not be put back as it is: take it away by hand"):
        _plan_of(_of_function([_OPEN | more], []))


def test_what_has_no_name_yet_is_taken_back_by_the_one_it_got(account: Account) -> None:
    check, client = "aws-guardduty-on", account.client("guardduty")
    plan, applying = account.plan(check, REGION), account.applying(check)
    (undo,) = plan.draft.steps[0].undo
    assert undo.line == (
        'guardduty:DeleteDetector {"DetectorId": "<the only one of guardduty_detectors>"}'
    )
    ended = applying.apply(decoded(encoded(plan)), by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert applying.undo(decoded(encoded(ended)), by="tests").stage is Stage.TAKEN_BACK
    assert client.list_detectors()["DetectorIds"] == []


def test_what_others_made_in_its_place_is_not_taken_back_unasked(account: Account) -> None:
    check, client = "aws-guardduty-on", account.client("guardduty")
    applying = account.applying(check)
    ended = applying.apply(account.plan(check, REGION), by="tests")
    (made,) = client.list_detectors()["DetectorIds"]
    client.delete_detector(DetectorId=made)
    theirs = client.create_detector(Enable=True)["DetectorId"]
    with pytest.raises(ValueError, match="changed since"):
        applying.undo(ended, by="tests")
    assert client.list_detectors()["DetectorIds"] == [theirs]


def test_nothing_is_deleted_where_it_is_not_one_alone(account: Account) -> None:
    check, client = "aws-guardduty-on", account.client("guardduty")
    plan, applying = account.plan(check, REGION), account.applying(check)
    for _ in range(2):  # AWS has one in a region at most
        client.create_detector(Enable=True)
    with pytest.raises(LookupError, match="does not tell one alone"):
        applying._cloud.do(plan.draft.steps[0].undo[0], plan)
    assert len(client.list_detectors()["DetectorIds"]) == 2


def test_a_plan_says_what_it_needs_to_be_applied_and_taken_back(account: Account) -> None:
    blocked = account.plan("aws-s3-account-block-public-access", _account(account))
    assert actions_of(blocked) == ["s3:PutAccountPublicAccessBlock"]
    watched = account.plan("aws-guardduty-on", REGION)
    assert actions_of(watched) == [
        "guardduty:CreateDetector",
        "guardduty:DeleteDetector",
        "iam:CreateServiceLinkedRole",
    ]
    keys = account.plan("aws-iam-user-unused", _old_key(account))
    assert actions_of(keys) == [
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:UpdateAccessKey",
    ]


def test_a_list_that_gives_others_rights_is_for_people_to_move(account: Account) -> None:
    label = _list_of_buckets(account)
    account.client("s3").put_bucket_acl(Bucket=label, ACL="public-read")
    with pytest.raises(NoPlanError, match="move those into its policy first"):
        account.plan("aws-s3-bucket-acl-off", label)


def test_every_remedy_mends_checks_that_there_are_and_all_but_few_are_tried() -> None:
    mended = {check for module in remedies().values() for check in module.MENDS}
    assert mended <= set(CHECKS)
    tried = {check for check, _ in SCENES}
    untried = {name for name, module in remedies().items() if not tried & set(module.MENDS)}
    # moto encrypts every bucket as AWS does, and tells of public snapshots without their accounts.
    assert untried == {"aws-s3-encryption", "aws-ec2-snapshot-private"}


def test_a_check_names_the_remedy_that_mends_it_and_no_other() -> None:
    mended = {check: name for name, module in remedies().items() for check in module.MENDS}
    assert {one.id: one.check.remedy for one in CHECKS.values() if one.check.remedy} == mended

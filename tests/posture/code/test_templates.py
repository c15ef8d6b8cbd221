"""Templates of CloudFormation: each way in which they say a thing is read, or said not to be."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

ANYBODY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"RoleName": "it", "AssumeRolePolicyDocument": TRUST},
}
GROUP = {
    "Type": "AWS::IAM::Group",
    "Properties": {
        "GroupName": "group",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    },
}
Resources = dict[str, Any]


def made(type_: str, **properties: Any) -> dict[str, Any]:
    """A resource."""
    return {"Type": type_, "Properties": properties}


def ref(name: str) -> dict[str, str]:
    """A reference to a resource."""
    return {"Ref": name}


def read(folder: Path, resources: Resources, **more: Any) -> Code:
    """A template with these resources."""
    told = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, **more}
    (folder / "stack.json").write_text(json.dumps(told))
    return read_code(folder)


def said(code: Code, check: str) -> list[str]:
    """What a check says of each that it judges."""
    judged = judge_all(code.snapshot, own_checks())
    return [str(one.verdict.outcome) for one in judged if one.check == check]


@pytest.mark.parametrize(
    "resources",
    [
        {"P": made("AWS::IAM::ManagedPolicy", PolicyDocument=EVERYTHING, Roles=[ref("It")])},
        {
            "P": made(
                "AWS::IAM::RolePolicy",
                PolicyDocument=EVERYTHING,
                PolicyName="p",
                RoleName=ref("It"),
            )
        },
        {
            "P": made(
                "AWS::IAM::Policy", PolicyDocument=EVERYTHING, PolicyName="p", Roles=[ref("It")]
            )
        },
    ],
)
def test_each_way_to_give_a_role_a_policy_counts(tmp_path: Path, resources: Resources) -> None:
    code = read(tmp_path, {"It": ROLE, **resources})
    assert said(code, "aws-iam-role-administrator") == ["fail"]


@pytest.mark.parametrize(
    "resources",
    [
        {"U": made("AWS::IAM::User", UserName="u", Groups=[ref("G")])},
        {
            "U": made("AWS::IAM::User", UserName="u"),
            "A": made("AWS::IAM::UserToGroupAddition", GroupName=ref("G"), Users=[ref("U")]),
        },
    ],
)
def test_each_way_into_a_group_counts(tmp_path: Path, resources: Resources) -> None:
    code = read(tmp_path, {"G": GROUP, **resources})
    assert said(code, "aws-iam-user-administrator") == ["fail"]
    assert said(code, "aws-iam-group-administrator") == ["fail"]


@pytest.mark.parametrize(("policies", "expected"), [([], ["fail"]), ([ref("Broken")], [])])
def test_a_broken_file_takes_no_administrator_away(
    tmp_path: Path, policies: list[Any], expected: list[str]
) -> None:
    """But for one who is given what stands there: it may deny everything."""
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: [")
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    trusted = {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [everything, *policies]}
    resources = {
        "G": GROUP,
        "U": made("AWS::IAM::User", Groups=[ref("G")]),
        "R": made("AWS::IAM::Role", **trusted),
        "Broken": {"Properties": {}},
    }
    code = read(tmp_path, resources)
    assert said(code, "aws-iam-group-administrator") == ["fail"]
    assert said(code, "aws-iam-user-administrator") == ["fail"]
    assert said(code, "aws-iam-role-administrator") == expected


def test_that_somebody_in_code_is_no_administrator_is_not_said(tmp_path: Path) -> None:
    """Code has no whole account: more may be given to them elsewhere."""
    code = read(tmp_path, {"It": ROLE, "U": made("AWS::IAM::User", UserName="u")})
    assert said(code, "aws-iam-role-administrator") == []
    assert said(code, "aws-iam-user-administrator") == []
    denied = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    several = {
        f"P{n}": made("AWS::IAM::RolePolicy", PolicyDocument=one, RoleName=ref("It"))
        for n, one in enumerate((EVERYTHING, denied))
    }
    assert said(read(tmp_path, {"It": ROLE, **several}), "aws-iam-role-administrator") == []


@pytest.mark.parametrize(
    ("check", "resources", "expected"),
    [
        (
            "aws-secretsmanager-secret-public",
            {
                "S": made("AWS::SecretsManager::Secret", Name="s"),
                "P": made(
                    "AWS::SecretsManager::ResourcePolicy", SecretId=ref("S"), ResourcePolicy=ANYBODY
                ),
            },
            "fail",
        ),
        (
            "aws-secretsmanager-rotation",
            {
                "S": made("AWS::SecretsManager::Secret", Name="s"),
                "P": made("AWS::SecretsManager::RotationSchedule", SecretId=ref("S")),
            },
            "pass",
        ),
        (
            "aws-dynamodb-table-public",
            {"T": made("AWS::DynamoDB::Table", ResourcePolicy={"PolicyDocument": ANYBODY})},
            "fail",
        ),
        (
            "aws-sqs-queue-public",
            {
                "Q": made("AWS::SQS::Queue"),
                "P": made("AWS::SQS::QueueInlinePolicy", Queue=ref("Q"), PolicyDocument=ANYBODY),
            },
            "fail",
        ),
        (
            "aws-ec2-instance-public-address",
            {
                "I": made(
                    "AWS::EC2::Instance", NetworkInterfaces=[{"AssociatePublicIpAddress": False}]
                ),
                "E": made("AWS::EC2::EIP", InstanceId=ref("I")),
            },
            "fail",
        ),
        (
            "aws-ec2-instance-public-address",
            {
                "I": made(
                    "AWS::EC2::Instance", NetworkInterfaces=[{"AssociatePublicIpAddress": False}]
                ),
            },
            "pass",
        ),
        (
            "aws-ec2-instance-public-address",
            {
                "I": made(
                    "AWS::EC2::Instance",
                    NetworkInterfaces=[
                        {"AssociatePublicIpAddress": False},
                        {"NetworkInterfaceId": "eni-1"},
                    ],
                ),
            },
            "unknown",
        ),
        (
            "aws-s3-bucket-acl-off",
            {
                "B": made(
                    "AWS::S3::Bucket",
                    OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
                )
            },
            "fail",
        ),
        ("aws-s3-bucket-acl-off", {"B": made("AWS::S3::Bucket")}, "pass"),
        (
            "aws-lambda-tracing",
            {"F": made("AWS::Lambda::Function", TracingConfig={"Mode": "Active"})},
            "pass",
        ),
        (
            "aws-lambda-dead-letters",
            {"F": made("AWS::Lambda::Function", DeadLetterConfig={"TargetArn": "arn:aws:sqs:::q"})},
            "pass",
        ),
        (
            "aws-rds-instance-encrypted",
            {
                "C": made("AWS::RDS::DBCluster", Engine="aurora-mysql", StorageEncrypted=True),
                "I": made("AWS::RDS::DBInstance", DBClusterIdentifier=ref("C")),
            },
            "pass",
        ),
        (
            "aws-rds-instance-encrypted",
            {
                "C": made("AWS::RDS::DBCluster", Engine="aurora-mysql"),
                "I": made("AWS::RDS::DBInstance", DBClusterIdentifier=ref("C")),
            },
            "fail",
        ),
        (
            "aws-rds-instance-encrypted",
            {"I": made("AWS::RDS::DBInstance", DBSnapshotIdentifier="snapshot")},
            "unknown",
        ),
    ],
)
def test_what_is_said_in_cloudformations_way_is_read(
    tmp_path: Path, check: str, resources: Resources, expected: str
) -> None:
    assert said(read(tmp_path, resources), check) == [expected]


def test_an_address_that_asks_nobody_is_open_where_everybody_may_call(tmp_path: Path) -> None:
    resources = {
        "F": made("AWS::Lambda::Function", FunctionName="f"),
        "U": made("AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn=ref("F")),
    }
    assert said(read(tmp_path, resources), "aws-lambda-url-open") == ["pass"]
    resources["P"] = made(
        "AWS::Lambda::Permission",
        FunctionName=ref("F"),
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    assert said(read(tmp_path, resources), "aws-lambda-url-open") == ["fail"]


def test_pages_of_any_origin_are_answered_by_addresses_of_both_languages(tmp_path: Path) -> None:
    resources = {
        "F": made("AWS::Lambda::Function", FunctionName="f"),
        "U": made(
            "AWS::Lambda::Url",
            AuthType="AWS_IAM",
            TargetFunctionArn={"Fn::GetAtt": ["F", "Arn"]},
            Cors={"AllowOrigins": ["*"]},
        ),
    }
    assert said(read(tmp_path, resources), "aws-lambda-url-cors") == ["fail"]
    (tmp_path / "stack.json").unlink()
    (tmp_path / "main.tf").write_text(
        """
        resource "aws_lambda_function" "it" { function_name = "it" }
        resource "aws_lambda_function_url" "it" {
          function_name      = aws_lambda_function.it.function_name
          authorization_type = "AWS_IAM"
          cors { allow_origins = ["*"] }
        }
        """
    )
    assert said(read_code(tmp_path), "aws-lambda-url-cors") == ["fail"]


def test_which_events_a_trail_keeps_is_read(tmp_path: Path) -> None:
    selectors = [
        {
            "IncludeManagementEvents": "false",
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
        }
    ]
    code = read(tmp_path, {"T": made("AWS::CloudTrail::Trail", EventSelectors=selectors)})
    (trail,) = code.snapshot.of_kind("aws-cloudtrail-trail")
    (one,) = trail.aspects["selectors"].value["EventSelectors"]
    assert one["IncludeManagementEvents"] is False
    assert one["DataResources"] == [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]


def test_how_long_objects_live_is_read(tmp_path: Path) -> None:
    rule = {
        "Id": "it",
        "Status": "Enabled",
        "ExpirationInDays": 30,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
    }
    code = read(tmp_path, {"B": made("AWS::S3::Bucket", LifecycleConfiguration={"Rules": [rule]})})
    (bucket,) = code.snapshot.of_kind("aws-s3-bucket")
    assert bucket.aspects["lifecycle"].value == [
        {
            "ID": "it",
            "Status": "Enabled",
            "Expiration": {"Days": 30},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
        }
    ]


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (made("AWS::S3::Bucket", **{"Fn::Transform": {"Name": "AWS::Include"}}), "Fn::Transform"),
        ({**made("AWS::S3::Bucket"), "Condition": ["No"]}, "is no name"),
        ({"Type": "AWS::S3::Bucket", "Properties": {"Fn::If": ["C", {}, {"A": 1}]}}, "not known"),
    ],
)
def test_what_cannot_be_known_of_a_template_is_said(
    tmp_path: Path, resource: dict[str, Any], told: str
) -> None:
    code = read(tmp_path, {"B": resource})
    assert any(told in one.why for one in code.remarks)


def test_a_condition_of_another_form_ends_with_no_trace(tmp_path: Path) -> None:
    bucket = {**made("AWS::S3::Bucket"), "Condition": "Odd"}
    code = read(tmp_path, {"B": bucket}, Conditions={"Odd": {"Fn::Split": [",", ["a"]]}})
    assert any("is there is not known" in one.why for one in code.remarks)


NESTED = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Who: {Type: String, Default: 10.0.0.0/8}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: it
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Who}]
"""
OUTER = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Whom: {{Type: String, Default: {who}}}
Resources:
  Bucket: {{Type: AWS::S3::Bucket}}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: {url}
      Parameters: {{Who: !Ref Whom, Bucket: !Ref Bucket}}
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"in/it.yaml": NESTED}, "pass"),
        ({"in/it.yaml": NESTED, "a.yaml": OUTER.format(who="0.0.0.0/0", url="in/it.yaml")}, "fail"),
        (
            {
                "in/it.yaml": NESTED,
                "in/b.yaml": OUTER.format(who="10.0.0.0/8", url="./it.yaml").replace("Whom", "Who"),
                "a.yaml": OUTER.format(who="0.0.0.0/0", url="in/b.yaml"),
            },
            "fail",
        ),
        (
            {
                "in/it.yaml": NESTED,
                "a.yaml": OUTER.format(who="0.0.0.0/0", url="in/it.yaml"),
                "b.yaml": OUTER.format(who="10.0.0.0/8", url="./in/it.yaml"),
            },
            "unknown",
        ),
        (
            {"it.yaml": NESTED + OUTER.format(who="1", url="it.yaml").partition("Resources:")[2]},
            "unknown",
        ),
    ],
)
def test_a_stack_within_another_is_given_what_that_one_passes(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert said(read_code(tmp_path), "aws-ec2-security-group-ssh") == [expected]


def test_what_another_stack_is_given_it_may_change_and_what_is_not_here_is_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text(OUTER.format(who="1", url="https://example.com/in.yaml"))
    code = read_code(tmp_path)
    assert said(code, "aws-s3-bucket-logging") == ["unknown"]
    (one,) = code.remarks
    assert str(one).startswith("a.yaml:7: Inner comes from https://example.com/in.yaml, which is")


def test_a_name_that_is_made_of_itself_ends(tmp_path: Path) -> None:
    bucket = made("AWS::S3::Bucket", BucketName={"Fn::GetAtt": ["B", "Arn"]})
    (bucket_there,) = read(tmp_path, {"B": bucket}).snapshot.of_kind("aws-s3-bucket")
    assert bucket_there.found.label == "stack.json:B"


@pytest.mark.parametrize(
    ("check", "resource"),
    [
        (
            "aws-redshift-cluster-logs",
            made("AWS::Redshift::Cluster", LoggingProperties=ref("Unknown")),
        ),
        (
            "aws-ec2-instance-default-group",
            made("AWS::EC2::Instance", NetworkInterfaces=[ref("Unknown")]),
        ),
        (
            "aws-ec2-instance-role",
            made("AWS::EC2::Instance", IamInstanceProfile=ref("Unknown")),
        ),
    ],
)
def test_what_a_parameter_says_that_nobody_gives_is_unknown(
    tmp_path: Path, check: str, resource: dict[str, Any]
) -> None:
    code = read(tmp_path, {"It": resource}, Parameters={"Unknown": {"Type": "String"}})
    assert said(code, check) == ["unknown"]


def test_where_objects_are_copied_to_is_read(tmp_path: Path) -> None:
    rule = {
        "Status": "Enabled",
        "Destination": {
            "Bucket": "arn:aws:s3:::copy",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": "key"},
        },
    }
    bucket = made("AWS::S3::Bucket", ReplicationConfiguration={"Rules": [rule]})
    code = read(tmp_path, {"B": bucket})
    assert said(code, "aws-s3-bucket-copies") == ["pass"]
    (there,) = code.snapshot.of_kind("aws-s3-bucket")
    assert there.aspects["replication"].value["Rules"] == [rule]


def test_of_a_template_in_json_no_less_is_known_than_in_yaml(tmp_path: Path) -> None:
    """It is no plan of Terraform: what is set of its region stands in it."""
    resources = {
        "T": made("AWS::SNS::Topic"),
        "S": made(
            "AWS::SNS::Subscription",
            TopicArn=ref("T"),
            Protocol="http",
            Endpoint="http://example.com/x",
        ),
    }
    assert said(read(tmp_path, resources), "aws-sns-topic-http") == ["fail"]


SECRET = "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ({"Fn::Join": ["", [SECRET, "aws s3 cp s3://", ref("B"), "/x ."]]}, "fail"),
        ({"Fn::Sub": SECRET + "cfn-init -s ${AWS::StackId} --region ${AWS::Region}"}, "fail"),
        ({"Fn::Sub": SECRET + "echo ${Given}"}, "fail"),
        ({"Fn::Sub": "cfn-init -s ${AWS::StackId} --region ${AWS::Region}; ls ${B}"}, "pass"),
        ({"Fn::Sub": "export STAGE=${Given}"}, "unknown"),
        (ref("Given"), "unknown"),
    ],
)
def test_a_secret_in_user_data_is_found_beside_what_is_not_known(
    tmp_path: Path, text: Any, expected: str
) -> None:
    data = {"Fn::Base64": text}
    resources = {
        "B": made("AWS::S3::Bucket"),
        "I": made("AWS::EC2::Instance", UserData=data),
        "L": made("AWS::EC2::LaunchTemplate", LaunchTemplateData={"UserData": data}),
        "C": made("AWS::AutoScaling::LaunchConfiguration", UserData=data),
    }
    code = read(tmp_path, resources, Parameters={"Given": {"Type": "String"}})
    assert said(code, "aws-ec2-instance-user-data-secrets") == [expected]
    assert said(code, "aws-ec2-launch-template-user-data-secrets") == [expected]
    assert said(code, "aws-autoscaling-launch-configuration-secrets") == [expected]


def _of_group(check: str) -> str:
    return f"aws-ec2-security-group-{check}"


def _ingress(port: Any, **source: Any) -> dict[str, Any]:
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}
    return {"G": made("AWS::EC2::SecurityGroup", GroupDescription="g", SecurityGroupIngress=[rule])}


OPEN = [
    "ssh",
    *("rdp", "databases", "control", "files", "all-ports", "unusual-ports"),
]


@pytest.mark.parametrize(
    ("port", "source", "unknown"),
    [
        (22, {"CidrIp": ref("Given")}, {"ssh"}),
        (8081, {"CidrIp": ref("Given")}, {"unusual-ports"}),
        (ref("Given"), {"CidrIp": "10.0.0.0/8"}, set()),
        (ref("Given"), {"SourceSecurityGroupId": "sg-1"}, set()),
        (ref("Given"), {"CidrIp": "0.0.0.0/0"}, set(OPEN)),
    ],
)
def test_a_rule_of_which_a_part_is_not_known_opens_no_more_than_it_may(
    tmp_path: Path, port: Any, source: dict[str, Any], unknown: set[str]
) -> None:
    code = read(tmp_path, _ingress(port, **source), Parameters={"Given": {"Type": "String"}})
    for one in OPEN:
        expected = "unknown" if one in unknown else "pass"
        assert said(code, _of_group(one)) == [expected], one
    if "SourceSecurityGroupId" in source:
        assert said(code, _of_group("wide-ranges")) == ["pass"]


def test_what_is_written_for_something_else_is_judged_by_itself(tmp_path: Path) -> None:
    """A policy for a role that was there: of the role nothing else is said, well or not."""
    far = "arn:aws:lambda:eu-west-1:999988887777:function:f"
    resources = {
        "P1": made(
            "AWS::IAM::Policy",
            PolicyName="p",
            PolicyDocument=EVERYTHING,
            Roles=["there", {"Fn::ImportValue": "r"}],
        ),
        "P2": made(
            "AWS::IAM::UserPolicy", PolicyName="p", PolicyDocument=EVERYTHING, UserName="there"
        ),
        "P3": made("AWS::S3::BucketPolicy", Bucket="there", PolicyDocument=ANYBODY),
        "P4": made("AWS::SQS::QueuePolicy", Queues=["https://x/q"], PolicyDocument=ANYBODY),
        "P5": made("AWS::SNS::TopicPolicy", Topics=["arn:aws:sns:r:1:t"], PolicyDocument=ANYBODY),
        "P6": made(
            "AWS::Lambda::Permission",
            FunctionName=far,
            Action="lambda:InvokeFunction",
            Principal="*",
        ),
        "P7": made("AWS::SecretsManager::ResourcePolicy", SecretId="x", ResourcePolicy=ANYBODY),
    }
    code = read(tmp_path, resources)
    judged = [
        (one.check, str(one.verdict.outcome)) for one in judge_all(code.snapshot, own_checks())
    ]
    assert sorted(set(judged)) == [
        ("aws-iam-role-inline-policies", "fail"),
        ("aws-iam-user-inline-policies", "fail"),
        ("aws-lambda-function-public", "fail"),
        ("aws-s3-bucket-public", "fail"),
        ("aws-s3-bucket-tls-only", "fail"),
        ("aws-secretsmanager-secret-public", "fail"),
        ("aws-sns-topic-public", "fail"),
        ("aws-sqs-queue-public", "fail"),
    ]
    assert code.unmapped == {}


def test_what_is_not_known_of_what_is_written_for_something_else_is_said(tmp_path: Path) -> None:
    policy = made("AWS::S3::BucketPolicy", Bucket="there", PolicyDocument=ref("Given"))
    code = read(tmp_path, {"P": policy}, Parameters={"Given": {"Type": "String"}})
    assert said(code, "aws-s3-bucket-public") == ["unknown"]
    assert said(code, "aws-s3-bucket-encrypted") == []


def test_a_type_that_is_not_judged_is_called_as_the_template_does(tmp_path: Path) -> None:
    added = made("AWS::IAM::Group", GroupName="g")
    code = read(tmp_path, {"G": added, "L": made("AWS::Lambda::Url", TargetFunctionArn="x")})
    assert code.unmapped == {"AWS::Lambda::Url": 1}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("STAGE", ref("Given"), "pass"),
        ("TABLE", {"Fn::ImportValue": "t"}, "pass"),
        ("TABLE", {"Fn::Sub": "${Given}-tbl"}, "pass"),
        ("AZ", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "pass"),
        ("API_TOKEN", ref("Given"), "unknown"),
        ("DATABASE_URL", ref("Given"), "unknown"),
        ("STAGE", ref("Hidden"), "unknown"),
        ("PLACE", {"Fn::Sub": "postgres://app:${Given}@db"}, "unknown"),
        ("STAGE", {"Fn::Sub": "AKIAIOSFODNN7QWERTYU ${Given}"}, "unknown"),
    ],
)
def test_a_variable_from_outside_is_no_secret_that_is_written(
    tmp_path: Path, name: str, value: Any, expected: str
) -> None:
    container = {"Name": "c", "Image": "c", "Environment": [{"Name": name, "Value": value}]}
    resources = {
        "F": made("AWS::Lambda::Function", Environment={"Variables": {name: value}}),
        "T": made("AWS::ECS::TaskDefinition", ContainerDefinitions=[container]),
    }
    given = {"Given": {"Type": "String"}, "Hidden": {"Type": "String", "NoEcho": "true"}}
    code = read(tmp_path, resources, Parameters=given)
    assert said(code, "aws-lambda-secrets") == [expected]
    assert said(code, "aws-ecs-task-secrets") == [expected]


def _trusting(provider: Any, **asked: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": asked},
    }
    return made("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [statement]})


@pytest.mark.parametrize("type_", ["AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider"])
def test_the_ref_of_a_provider_is_its_arn(tmp_path: Path, type_: str) -> None:
    github = "token.actions.githubusercontent.com"
    audience = {f"{github}:aud": "sts.amazonaws.com"}
    resources = {
        "P": made(type_, Url=f"https://{github}", ClientIDList=["sts.amazonaws.com"]),
        "Open": _trusting(ref("P"), **audience),
        "Own": _trusting(ref("P"), **audience, **{f"{github}:sub": "repo:shop/app:ref:main"}),
    }
    assert said(read(tmp_path, resources), "aws-iam-role-federation-subject") == ["fail", "pass"]


def test_the_group_that_a_network_comes_with_is_one_alone(tmp_path: Path) -> None:
    group = {"Fn::GetAtt": ["V", "DefaultSecurityGroup"]}
    here = {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:security-group/"}
    statement = {
        "Effect": "Allow",
        "Action": "ec2:AuthorizeSecurityGroupIngress",
        "Resource": {"Fn::Join": ["", [here, group]]},
    }
    policy = {"PolicyName": "own", "PolicyDocument": {"Statement": [statement]}}
    resources = {
        "V": made("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "R": made("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST, Policies=[policy]),
    }
    assert said(read(tmp_path, resources), "aws-iam-role-any-change") == ["pass"]


def test_the_ref_of_what_ties_a_secret_to_its_database_is_the_secret(tmp_path: Path) -> None:
    resources = {
        "S": made("AWS::SecretsManager::Secret", Name="s"),
        "A": made("AWS::SecretsManager::SecretTargetAttachment", SecretId=ref("S"), TargetId="d"),
        "R": made("AWS::SecretsManager::RotationSchedule", SecretId=ref("A")),
        "Odd": made("AWS::SecretsManager::SecretTargetAttachment", SecretId=ref("Odd")),
        "Other": made("AWS::SecretsManager::RotationSchedule", SecretId=ref("Odd")),
    }
    assert said(read(tmp_path, resources), "aws-secretsmanager-rotation") == ["pass"]


@pytest.mark.parametrize(
    "principal",
    [
        {"CanonicalUser": {"Fn::GetAtt": ["O", "S3CanonicalUserId"]}},
        {"AWS": {"Fn::Sub": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${O}"}},
    ],
)
def test_an_identity_of_a_distribution_is_nobody_else(tmp_path: Path, principal: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "arn:aws:s3:::${B}/*"},
    }
    resources = {
        "O": made("AWS::CloudFront::CloudFrontOriginAccessIdentity"),
        "B": made("AWS::S3::Bucket"),
        "P": made(
            "AWS::S3::BucketPolicy", Bucket=ref("B"), PolicyDocument={"Statement": [statement]}
        ),
    }
    code = read(tmp_path, resources)
    assert said(code, "aws-s3-bucket-public") == ["pass"]
    assert said(code, "aws-s3-bucket-other-accounts") == ["pass"]


def _template(folder: Path, name: str, resources: Resources, **more: Any) -> None:
    told = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, **more}
    (folder / name).write_text(json.dumps(told))


def test_a_stack_of_cdk_is_made_of_what_stands_beside_it(tmp_path: Path) -> None:
    stack = {
        **made(
            "AWS::CloudFormation::Stack",
            TemplateURL={"Fn::Join": ["", ["https://s3.", ref("AWS::URLSuffix"), "/x/5e2f.json"]]},
            Parameters={"From": "0.0.0.0/0"},
        ),
        "Metadata": {"aws:asset:path": "in.nested.template.json"},
    }
    _template(tmp_path, "out.template.json", {"S": stack})
    parameters = {"From": {"Type": "String"}}
    within = _ingress(22, CidrIp=ref("From"))
    _template(tmp_path, "in.nested.template.json", within, Parameters=parameters)
    code = read_code(tmp_path)
    assert said(code, "aws-ec2-security-group-ssh") == ["fail"]
    assert not code.remarks


def test_what_another_template_of_the_folder_exports_is_known(tmp_path: Path) -> None:
    """But for what two export by one name, and what leads to itself."""

    def exported(name: str, value: Any) -> dict[str, Any]:
        return {"Value": value, "Export": {"Name": name}}

    bucket = {"B": made("AWS::S3::Bucket")}
    outputs = {
        "A": exported("app:cidr", "0.0.0.0/0"),
        "B": exported("twice", "10.0.0.0/8"),
        "C": exported("itself", {"Fn::ImportValue": "itself"}),
    }
    _template(tmp_path, "a.json", bucket, Outputs=outputs)
    _template(tmp_path, "b.json", bucket, Outputs={"A": exported("twice", "0.0.0.0/0")})
    told = []
    for name in ("app:cidr", "twice", "itself", "nobody"):
        group = _ingress(22, CidrIp={"Fn::ImportValue": name})
        _template(tmp_path, "c.json", group)
        told += said(read_code(tmp_path), "aws-ec2-security-group-ssh")
    assert told == ["fail", "unknown", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        (["sns.amazonaws.com"], "pass"),
        (["sns.amazonaws.com", "*"], "unknown"),
        (["*"], "unknown"),
    ],
)
def test_a_service_is_not_everybody_for_whomever_it_comes(
    tmp_path: Path, principals: list[str], expected: str
) -> None:
    source = {"Fn::ImportValue": "t"}
    resources: Resources = {"F": made("AWS::Lambda::Function", FunctionName="f")}
    for at, one in enumerate(principals):
        resources[f"P{at}"] = made(
            "AWS::Lambda::Permission",
            FunctionName=ref("F"),
            Action="lambda:InvokeFunction",
            Principal=one,
            SourceArn=source,
        )
    code = read(tmp_path, resources)
    assert said(code, "aws-lambda-function-public") == [expected]
    if "sns.amazonaws.com" in principals:
        assert said(code, "aws-lambda-any-customer") == ["unknown"]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("Fn::ForEach::Buckets", ["One", ["a", "b"], {"B${One}": made("AWS::S3::Bucket")}]),
        ("Included", {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {}}}),
        ("Fn::Transform", {"Name": "AWS::Include", "Parameters": {}}),
    ],
)
def test_what_a_template_makes_when_it_is_run_is_not_known_and_not_broken(
    tmp_path: Path, name: str, resource: Any
) -> None:
    code = read(tmp_path, {name: resource, "B": made("AWS::S3::Bucket")})
    assert not code.is_broken
    assert any(one.why.startswith(name) for one in code.remarks)
    assert len(list(code.snapshot.of_kind("aws-s3-bucket"))) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"password": "hunter2hunter2"}', "fail"),
        ("hunter2hunter2", "fail"),
        ({"Fn::Sub": '{"username": "${Given}", "password": "hunter2hunter2"}'}, "fail"),
        ({"Fn::Sub": '{"password": "${Given}"}'}, "pass"),
        (ref("Given"), "pass"),
        (ref("Usual"), "fail"),
        ('{"username": "shop"}', "pass"),
        (None, "pass"),
    ],
)
def test_a_secret_that_is_written_into_its_template_is_told(
    tmp_path: Path, text: Any, expected: str
) -> None:
    parameters = {
        "Given": {"Type": "String"},
        "Usual": {"Type": "String", "Default": "hunter2hunter2"},
    }
    properties = {} if text is None else {"SecretString": text}
    code = read(
        tmp_path, {"S": made("AWS::SecretsManager::Secret", **properties)}, Parameters=parameters
    )
    assert said(code, "aws-secretsmanager-written") == [expected]


def test_a_secret_that_is_written_into_terraform_is_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
        resource "random_password" "it" {}
        resource "aws_secretsmanager_secret" "a" {}
        resource "aws_secretsmanager_secret_version" "a" {
          secret_id     = aws_secretsmanager_secret.a.id
          secret_string = jsonencode({ password = "hunter2hunter2" })
        }
        resource "aws_secretsmanager_secret" "b" {}
        resource "aws_secretsmanager_secret_version" "b" {
          secret_id     = aws_secretsmanager_secret.b.id
          secret_string = jsonencode({ user = "shop", password = random_password.it.result })
        }
        """
    )
    assert said(read_code(tmp_path), "aws-secretsmanager-written") == ["fail", "pass"]


def test_the_account_of_examples_is_another_one(tmp_path: Path) -> None:
    """What stands for one's own is a number that nobody has."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    roles = {
        name: made(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={"Statement": [{**statement, "Principal": {"AWS": who}}]},
        )
        for name, who in (
            ("Example", "arn:aws:iam::111122223333:root"),
            ("Own", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}),
        )
    }
    assert said(read(tmp_path, roles), "aws-iam-role-external-id") == ["fail", "pass"]


def test_a_rule_that_opens_a_group_from_elsewhere_is_named(tmp_path: Path) -> None:
    def apart(port: int, cidr: str) -> dict[str, Any]:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr}
        return made("AWS::EC2::SecurityGroupIngress", GroupId=ref("G"), **rule)

    resources = {
        **_ingress(443, CidrIp="0.0.0.0/0"),
        "Open": apart(3389, "0.0.0.0/0"),
        "Within": apart(3389, "10.0.0.0/8"),
        "Other": apart(22, "0.0.0.0/0"),
    }
    code = read(tmp_path, resources)
    judged = judge_all(code.snapshot, own_checks())
    (why,) = [one.verdict.why for one in judged if one.check == _of_group("rdp")]
    assert why.endswith("opens 3389 (RDP) to the internet, by Open (stack.json:1)")


def test_what_a_loop_makes_may_change_what_it_names(tmp_path: Path) -> None:
    """A rule that it makes may open a group to the world, and leaves the others as they are."""
    group = "Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a, VpcId: vpc-1}"
    (tmp_path / "t.yaml").write_text(f"""
Transform: AWS::LanguageExtensions
Resources:
  Named: {{{group}}}
  Other: {{{group}}}
  Fn::ForEach::Ports:
  - Port
  - ['22', '3389']
  - Open${{Port}}:
      Type: AWS::EC2::SecurityGroupIngress
      Properties: {{GroupId: !Ref Named, IpProtocol: tcp, FromPort: !Ref Port, CidrIp: 0.0.0.0/0}}
""")
    code = read_code(tmp_path)
    said = judge_all(code.snapshot, own_checks(["aws-ec2-security-group-ssh"]))
    assert {one.component.rpartition(":")[2]: str(one.verdict.outcome) for one in said} == {
        "Named": "unknown",
        "Other": "pass",
    }


def test_what_is_written_for_another_bucket_is_no_bucket_here(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("""
variable "bucket" {}
resource "aws_s3_bucket" "old" { bucket = "old" }
resource "aws_s3_bucket_policy" "other" {
  bucket = var.bucket
  policy = jsonencode({ Statement = [] })
}
""")
    code = read_code(tmp_path)
    said = judge_all(code.snapshot, own_checks(["aws-s3-bucket-logging"]))
    assert [str(one.verdict.outcome) for one in said if one.component.endswith("old")] == ["fail"]

"""Code is judged by the checks that judge clouds: what it says, and what it cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringwall.core.observations import State
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.checking.settled import APART
from ringwall.posture.code.drift import drift
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.partial import Unknown
from ringwall.posture.snapshot.snapshot import Seen, Snapshot, known


def written(folder: Path, **files: str) -> Code:
    """What a folder comes to with these files; ``__`` is the point before an ending."""
    for name, text in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_code(folder)


def only(code: Code, kind: str) -> Seen:
    """The only component of a kind, but for what is written for one that is not here."""
    (found,) = (one for one in code.snapshot.of_kind(kind) if APART not in one.aspects)
    return found


def verdicts(code: Code, component: Seen) -> dict[str, str]:
    """What each check says of a component."""
    return {
        one.check: str(one.verdict.outcome)
        for one in judge_all(code.snapshot, own_checks())
        if one.component == component.found.id
    }


CHOSEN = {"__terraform___environment": "default"}
"""The workspace that Terraform was told to work in."""
BUCKET = """
variable "open" { default = false }
locals { name = "shop-${terraform.workspace}" }

resource "aws_s3_bucket" "it" {
  bucket = local.name
}

resource "aws_s3_bucket_public_access_block" "it" {
  bucket                  = aws_s3_bucket.it.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = !var.open
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "it" {
  bucket = aws_s3_bucket.it.bucket
  policy = data.aws_iam_policy_document.it.json
}

data "aws_iam_policy_document" "it" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.it.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}
"""


def test_what_several_resources_say_of_a_bucket_is_one_component(tmp_path: Path) -> None:
    code = written(tmp_path, main__tf=BUCKET, **CHOSEN)
    bucket = only(code, "aws-s3-bucket")
    assert bucket.found.name == "terraform:main.tf:aws_s3_bucket.it"
    assert bucket.found.label == "shop-default"
    assert str(bucket.place) == "main.tf:5"
    policy = bucket.aspects["policy"]
    assert policy.value["Statement"][0]["Resource"] == ["arn:aws:s3:::shop-default/*"]
    assert policy.api == "terraform main.tf:19"
    assert verdicts(code, bucket)["aws-s3-bucket-block-public-access"] == "pass"


def test_the_value_of_a_variable_decides(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfvars").write_text("open = true\n")
    code = written(tmp_path, main__tf=BUCKET)
    bucket = only(code, "aws-s3-bucket")
    assert bucket.aspects["public_access_block"].value["BlockPublicPolicy"] is False


def test_what_is_not_known_is_neither_passed_nor_absent(tmp_path: Path) -> None:
    text = BUCKET.replace("{ default = false }", "{}")
    code = written(tmp_path, main__tf=text)
    bucket = only(code, "aws-s3-bucket")
    unknown = bucket.aspects["public_access_block"].value["BlockPublicPolicy"]
    assert isinstance(unknown, Unknown)
    assert "variable open of main.tf:2 is not set" in unknown.why
    assert verdicts(code, bucket)["aws-s3-bucket-block-public-access"] == "unknown"


def test_a_resource_of_an_unknown_bucket_makes_all_unknown(tmp_path: Path) -> None:
    text = 'resource "aws_s3_bucket" "a" {}\nvariable "b" {}\n'
    text += 'resource "aws_s3_bucket_policy" "p" {\n  bucket = var.b\n  policy = "{}"\n}\n'
    bucket = only(written(tmp_path, main__tf=text), "aws-s3-bucket")
    assert bucket.aspects["policy"].state is State.ERROR


def test_defaults_of_aws_count_and_name_their_source(tmp_path: Path) -> None:
    code = written(tmp_path, main__tf='resource "aws_s3_bucket" "it" {}\n')
    bucket = only(code, "aws-s3-bucket")
    assert bucket.aspects["public_access_block"].value["BlockPublicAcls"] is True
    assert "docs.aws.amazon.com" in bucket.aspects["encryption"].api


def test_count_for_each_and_dynamic_blocks(tmp_path: Path) -> None:
    text = """
resource "aws_s3_bucket" "a" {
  count  = 2
  bucket = "a-${count.index}"
}
resource "aws_s3_bucket" "b" {
  for_each = { x = "one", y = "two" }
  bucket   = each.value
}
resource "aws_s3_bucket" "none" { count = 0 }
resource "aws_security_group" "g" {
  dynamic "ingress" {
    for_each = [22, 80]
    iterator = port
    content {
      protocol    = "tcp"
      from_port   = port.value
      to_port     = port.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
"""
    code = written(tmp_path, main__tf=text)
    labels = {one.found.label for one in code.snapshot.of_kind("aws-s3-bucket")}
    assert labels == {"a-0", "a-1", "one", "two"}
    listed = only(code, "aws-ec2-security-group").aspects["listed"].value
    assert [one["FromPort"] for one in listed["IpPermissions"]] == [22, 80]


def test_modules_are_followed_and_give_back(tmp_path: Path) -> None:
    module = 'variable "name" {}\nresource "aws_s3_bucket" "b" { bucket = var.name }\n'
    module += 'output "id" { value = aws_s3_bucket.b.id }\n'
    main = 'module "m" {\n  source = "./m"\n  for_each = toset(["x", "y"])\n  name = each.key\n}\n'
    main += 'resource "aws_s3_bucket_versioning" "v" {\n  bucket = module.m["x"].id\n'
    main += '  versioning_configuration { status = "Enabled" }\n}\n'
    code = written(tmp_path, main__tf=main, m___it__tf=module)
    buckets = {one.found.label: one for one in code.snapshot.of_kind("aws-s3-bucket")}
    assert set(buckets) == {"x", "y"}
    assert buckets["x"].aspects["versioning"].value == {"Status": "Enabled"}
    assert buckets["y"].aspects["versioning"].value == {}
    assert buckets["x"].found.name == 'terraform:m/it.tf:module.m["x"].aws_s3_bucket.b'


def test_what_is_made_of_itself_is_told_and_ends(tmp_path: Path) -> None:
    main = "locals {\n  a = local.b\n  b = local.a\n}\n"
    main += 'resource "aws_s3_bucket" "b" { bucket = local.a }\n'
    main += 'module "m" { source = "./m" }\n'
    code = written(tmp_path, main__tf=main, m___it__tf='module "n" { source = "../m" }\n')
    said = [str(one) for one in code.remarks if one.is_broken]
    assert any(one.startswith("main.tf:2: local.a is made of itself") for one in said)
    assert any(one.startswith("m/it.tf:1: module n calls itself") for one in said)


def test_modules_from_elsewhere_are_told_and_nothing_is_concluded(tmp_path: Path) -> None:
    code = written(
        tmp_path, main__tf='module "v" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'
    )
    assert "which is not here" in code.remarks[0].why
    ((_, told),) = code.snapshot.listings("aws-ec2-vpc")
    assert told.state is State.ERROR


def test_broken_files_are_told_and_the_others_read(tmp_path: Path) -> None:
    code = written(tmp_path, a__tf="a = {\n", b__tf='resource "aws_s3_bucket" "b" {}\n')
    assert str(code.remarks[0]) == "a.tf:1: the { of this line is never closed"
    assert code.is_broken
    assert only(code, "aws-s3-bucket")


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "link").symlink_to(tmp_path / "secret")
    main = 'resource "aws_s3_bucket" "a" { bucket = file("../secret") }\n'
    main += 'resource "aws_s3_bucket" "b" { bucket = file("link") }\n'
    code = written(tmp_path / "code", main__tf=main)
    for one in code.snapshot.of_kind("aws-s3-bucket"):
        assert isinstance(one.aspects["listed"].value["Name"], Unknown)


def test_json_syntax_and_plans_say_the_same(tmp_path: Path) -> None:
    told = {"resource": {"aws_s3_bucket": {"b": {"bucket": "n-${1 + 1}"}}}}
    code = written(tmp_path / "a", main__tf__json=json.dumps(told, indent=1))
    assert only(code, "aws-s3-bucket").found.label == "n-2"
    resource = {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket"}
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {"resources": [resource | {"values": {"acl": "private"}}]}
        },
        "resource_changes": [
            {"address": "aws_s3_bucket.b", "change": {"after_unknown": {"bucket": True}}}
        ],
    }
    code = written(tmp_path / "b", plan__json=json.dumps(plan, indent=1))
    bucket = only(code, "aws-s3-bucket")
    assert isinstance(bucket.aspects["listed"].value["Name"], Unknown)
    assert bucket.place is not None
    assert bucket.place.line > 1


def planned(references: list[str], index: str) -> dict[str, object]:
    """A plan of a public bucket, whose policy and block refer to it so."""
    said = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [said]})
    beside = {
        "aws_s3_bucket_policy": {"policy": policy},
        "aws_s3_bucket_public_access_block": {"restrict_public_buckets": False},
    }
    values = {"aws_s3_bucket": {"bucket": "b"}, **beside}
    return {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    {"address": f"{kind}.b{index}", "mode": "managed", "type": kind, "values": one}
                    for kind, one in values.items()
                ]
            }
        },
        "resource_changes": [
            {"address": f"{kind}.b{index}", "change": {"after_unknown": {"bucket": True}}}
            for kind in beside
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {"address": f"{kind}.b", "expressions": {"bucket": {"references": references}}}
                    for kind in beside
                ]
            }
        },
    }


@pytest.mark.parametrize(
    ("references", "index", "is_known"),
    [
        (["aws_s3_bucket.b.id", "aws_s3_bucket.b"], "", True),
        (["aws_s3_bucket.b[0].id", "aws_s3_bucket.b[0]", "aws_s3_bucket.b"], "[0]", True),
        (["aws_s3_bucket.b", "count.index"], "[0]", True),
        (["aws_s3_bucket.b", "each.key"], '["x.y"]', True),
        (["aws_s3_bucket.b", "each.value"], '["x"]', False),
        (["aws_s3_bucket.b", "aws_s3_bucket.c"], "", False),
        (["aws_s3_bucket.gone"], "", False),
    ],
)
def test_what_a_plan_refers_to_is_found_or_not_known(
    tmp_path: Path, references: list[str], index: str, is_known: bool
) -> None:
    code = written(tmp_path, plan__json=json.dumps(planned(references, index)))
    aspects = only(code, "aws-s3-bucket").aspects
    state = State.KNOWN if is_known else State.ERROR
    assert [aspects[one].state for one in ("policy", "public_access_block")] == [state] * 2
    if is_known:
        assert aspects["public_access_block"].value["RestrictPublicBuckets"] is False


@pytest.mark.parametrize(
    ("more", "beside", "expected"),
    [
        ("associate_public_ip_address = true", "", "fail"),
        ("", "", "fail"),
        ("associate_public_ip_address = false", "", "pass"),
        ("associate_public_ip_address = false", 'resource "aws_eip" "it" {}', "unknown"),
        ("network_interface { device_index = 0 }", "", "unknown"),
    ],
)
def test_who_reaches_an_instance_is_known_only_once_it_is_there(
    tmp_path: Path, more: str, beside: str, expected: str
) -> None:
    main = f"""
resource "aws_instance" "it" {{
  vpc_security_group_ids = [aws_security_group.it.id]
  {more}
}}
resource "aws_security_group" "it" {{
  ingress {{
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}
{beside}
"""
    code = written(tmp_path, main__tf=main)
    said = verdicts(code, only(code, "aws-ec2-instance"))
    for check in ("aws-ec2-instance-exposed-administration", "aws-ec2-instance-exposed-data"):
        assert said[check] == expected


@pytest.mark.parametrize("name", ["aws_lambda_function.it.arn", '"it"', '"${local.name}"'])
@pytest.mark.parametrize(
    ("who", "check"),
    [
        ("*", "aws-lambda-function-public"),
        ("s3.amazonaws.com", "aws-lambda-any-customer"),
    ],
)
def test_a_permission_speaks_of_its_function(
    tmp_path: Path, name: str, who: str, check: str
) -> None:
    main = f"""
locals {{ name = "it" }}
resource "aws_lambda_function" "it" {{ function_name = "it" }}
resource "aws_lambda_permission" "it" {{
  function_name = {name}
  action        = "lambda:InvokeFunction"
  principal     = "{who}"
}}
"""
    code = written(tmp_path, main__tf=main)
    assert verdicts(code, only(code, "aws-lambda-function"))[check] == "fail"
    ours = main.replace(
        "principal ", 'principal_org_id = "o-1"\n  source_account = "1"\n principal '
    )
    code = written(tmp_path, main__tf=ours)
    assert verdicts(code, only(code, "aws-lambda-function"))[check] == "pass"


def test_an_address_of_a_function_that_asks_nobody_is_open(tmp_path: Path) -> None:
    main = """
resource "aws_lambda_function" "it" { function_name = "it" }
resource "aws_lambda_function_url" "it" {
  function_name      = aws_lambda_function.it.function_name
  authorization_type = "NONE"
}
"""
    for text, expected in ((main, "fail"), (main.replace("NONE", "AWS_IAM"), "pass")):
        code = written(tmp_path, main__tf=text)
        said = verdicts(code, only(code, "aws-lambda-function"))
        assert said["aws-lambda-url-open"] == said["aws-lambda-function-public"] == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"default-group": "fail", "imdsv2": "fail", "exposed-role": "pass"}),
        (
            'launch_template { name = "it" }',
            {"default-group": "unknown", "imdsv2": "unknown", "exposed-role": "unknown"},
        ),
    ],
)
def test_an_instance_that_says_nothing(tmp_path: Path, more: str, expected: dict[str, str]) -> None:
    main = f'resource "aws_instance" "it" {{\n{more}\n}}\n'
    code = written(tmp_path, main__tf=main)
    said = verdicts(code, only(code, "aws-ec2-instance"))
    assert {name: said[f"aws-ec2-instance-{name}"] for name in expected} == expected


@pytest.mark.parametrize(
    "written_as",
    [
        '"https://sqs.eu-west-1.amazonaws.com/111122223333/it"',
        '"https://sqs.eu-west-1.amazonaws.com/${data.aws_caller_identity.me.account_id}/it"',
    ],
)
def test_what_an_address_ends_with_is_a_name(tmp_path: Path, written_as: str) -> None:
    main = f"""
resource "aws_sqs_queue" "it" {{ name = "it" }}
resource "aws_sqs_queue_policy" "it" {{
  queue_url = {written_as}
  policy    = jsonencode({{
    Statement = [{{ Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = "*" }}]
  }})
}}
"""
    data = 'data "aws_caller_identity" "me" {}\n'
    code = written(tmp_path, main__tf=data + main)
    assert verdicts(code, only(code, "aws-sqs-queue"))["aws-sqs-queue-public"] == "fail"


@pytest.mark.parametrize(
    ("kind", "beside", "argument", "check"),
    [
        ("aws_sqs_queue", "aws_sqs_queue_policy", "queue_url", "aws-sqs-queue-public"),
        ("aws_sns_topic", "aws_sns_topic_policy", "arn", "aws-sns-topic-public"),
        ("aws_kms_key", "aws_kms_key_policy", "key_id", "aws-kms-key-public"),
        (
            *("aws_ecr_repository", "aws_ecr_repository_policy", "repository"),
            "aws-ecr-repository-public",
        ),
        (
            *("aws_lambda_function", "aws_lambda_permission", "function_name"),
            "aws-lambda-function-public",
        ),
        (
            *("aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "secret_arn"),
            "aws-secretsmanager-secret-public",
        ),
    ],
)
def test_what_speaks_of_something_unknown_may_speak_of_each(
    tmp_path: Path, kind: str, beside: str, argument: str, check: str
) -> None:
    main = f"""
variable "nobody_sets" {{}}
resource "{kind}" "it" {{}}
resource "{beside}" "it" {{
  {argument} = var.nobody_sets
  policy     = "{{}}"
  principal  = "*"
}}
"""
    code = written(tmp_path, main__tf=main)
    assert verdicts(code, next(iter(code.snapshot)))[check] == "unknown"


def test_truth_values_in_quotes_are_truth_values(tmp_path: Path) -> None:
    main = """
resource "aws_cloudtrail" "it" {
  s3_bucket_name             = "b"
  enable_log_file_validation = "false"
}
resource "aws_s3_bucket" "it" {
  versioning { enabled = "false" }
  tags = { enabled = "true", team = "false" }
}
resource "aws_db_instance" "it" { storage_encrypted = "true" }
"""
    code = written(tmp_path, main__tf=main)
    assert verdicts(code, only(code, "aws-cloudtrail-trail"))["aws-cloudtrail-validation"] == "fail"
    assert verdicts(code, only(code, "aws-s3-bucket"))["aws-s3-bucket-versioning"] == "fail"
    assert verdicts(code, only(code, "aws-rds-instance"))["aws-rds-instance-encrypted"] == "pass"
    assert only(code, "aws-s3-bucket").found.tags == (("enabled", "true"), ("team", "false"))


def test_a_state_is_read_and_its_ids_are_names(tmp_path: Path) -> None:
    rule = {"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22}
    values: dict[str, dict[str, object]] = {
        "aws_security_group": {"id": "sg-1", "name": "web"},
        "aws_security_group_rule": rule
        | {"security_group_id": "sg-1", "cidr_blocks": ["0.0.0.0/0"]},
    }
    resources = [
        {"address": f"{kind}.it", "mode": "managed", "type": kind, "values": one}
        for kind, one in values.items()
    ]
    state = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    code = written(tmp_path, state__json=json.dumps(state))
    said = verdicts(code, only(code, "aws-ec2-security-group"))
    assert said["aws-ec2-security-group-ssh"] == "fail"


@pytest.mark.parametrize(
    "inner", ['{"resources": [5]}', '{"resources": [{"mode": "managed"}]}', "1" * 5000]
)
def test_what_is_no_plan_is_said(tmp_path: Path, inner: str) -> None:
    text = '{"format_version": "1", "planned_values": {"root_module": %s}}' % inner  # noqa: UP031
    (told,) = written(tmp_path, plan__json=text).remarks
    assert (told.is_broken, told.place.path) == (True, "plan.json")


TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Name: {Type: String, Default: shop}
  Other: {Type: String}
Conditions:
  IsShop: !Equals [!Ref Name, shop]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${Name}-data"
      AccessControl: !If [IsShop, PublicRead, !Ref "AWS::NoValue"]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: "*", Action: "s3:*",
             Resource: !Join ["", [!GetAtt Bucket.Arn, /*]]}
  Nothing:
    Type: AWS::S3::Bucket
    Condition: Never
  Function:
    Type: AWS::Serverless::StateMachine
Transform: AWS::Serverless-2016-10-31
"""


def test_templates_of_cloudformation(tmp_path: Path) -> None:
    text = TEMPLATE.replace("Conditions:\n", 'Conditions:\n  Never: !Equals ["a", "b"]\n')
    code = written(tmp_path, it__yaml=text)
    bucket = only(code, "aws-s3-bucket")
    assert str(bucket.place) == "it.yaml:9"
    assert bucket.found.label == "shop-data"
    assert len(bucket.aspects["acl"].value["Grants"]) == 2
    assert bucket.aspects["policy"].value["Statement"][0]["Resource"] == "arn:aws:s3:::shop-data/*"
    assert [one.place.line for one in code.remarks] == [25]


def test_templates_that_are_of_another_form_are_said(tmp_path: Path) -> None:
    text = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  One:
    Type: AWS::EC2::SecurityGroup
    Properties: {SecurityGroupIngress: {IpProtocol: "-1", CidrIp: 0.0.0.0/0}}
  Broken:
    Type: AWS::EC2::SecurityGroup
    Properties: {SecurityGroupIngress: [5]}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql}
"""
    code = written(tmp_path, it__yaml=text)
    group = only(code, "aws-ec2-security-group")
    assert verdicts(code, group)["aws-ec2-security-group-ssh"] == "fail"
    assert [one.place.line for one in code.remarks if one.is_broken] == [6]
    said = verdicts(code, only(code, "aws-rds-instance"))
    assert said["aws-rds-instance-public"] == "unknown"


MANIFEST = """apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
        - {name: app, image: "shop:1", securityContext: {privileged: true}}
"""


def test_manifests(tmp_path: Path) -> None:
    code = written(tmp_path, it__yaml=MANIFEST)
    workload = only(code, "k8s-workload")
    assert str(workload.place) == "it.yaml:5"
    assert workload.found.name == "it.yaml:shop/Deployment/web"
    said = verdicts(code, workload)
    assert said["k8s-container-privileged"] == "fail"
    assert said["k8s-container-image-latest"] == "pass"
    assert verdicts(code, only(code, "k8s-namespace"))["k8s-namespace-network-policy"] == "fail"


def test_what_a_list_of_one_kind_and_a_role_of_others_have(tmp_path: Path) -> None:
    text = """apiVersion: v1
kind: PodList
items:
  - metadata: {name: web}
    spec: {hostNetwork: true, containers: [{name: app, image: "shop:1"}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: sum}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {sum: "true"}}]}
rules: []
"""
    code = written(tmp_path, it__yaml=text)
    assert verdicts(code, only(code, "k8s-workload"))["k8s-pod-host-network"] == "fail"
    assert set(verdicts(code, only(code, "k8s-role")).values()) == {"unknown"}


def test_what_is_merged_in_yaml_is_there(tmp_path: Path) -> None:
    text = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - &app
      name: app
      image: "shop:1"
      securityContext: &open {privileged: true}
    - <<: *app
      name: again
      securityContext:
        <<: [{privileged: false}, *open]
"""
    code = written(tmp_path, it__yaml=text)
    told = only(code, "k8s-workload").aspects["pod"].value["spec"]["containers"]
    assert [one["securityContext"]["privileged"] for one in told] == [True, False]
    assert told[1] | {"securityContext": 0} == {
        "name": "again",
        "image": "shop:1",
        "securityContext": 0,
    }
    (broken,) = written(tmp_path, it__yaml=text.replace("<<: *app", "<<: 5")).remarks
    assert "no mapping" in broken.why


def test_helm_and_kustomize_are_said_to_be_unsupported(tmp_path: Path) -> None:
    code = written(
        tmp_path,
        chart___Chart__yaml="name: it\n",
        chart___templates___a__yaml="apiVersion: v1\nkind: {{ .Values.kind }}\n",
        kustomization__yaml="apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    )
    assert [one.why.split(" ")[0] for one in code.remarks] == ["a", "Kustomize"]


def test_yaml_that_is_broken_or_explodes_is_told_with_its_line(tmp_path: Path) -> None:
    bomb = "apiVersion: v1\na0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
    for at in range(1, 8):
        bomb += f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n"
    code = written(tmp_path, a__yaml="apiVersion: v1\nkind: [\n", b__yaml=bomb)
    assert [one.is_broken for one in code.remarks] == [True, True]
    assert code.remarks[0].place.line == 3


def test_a_file_of_values_that_is_broken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tfvars").write_text("a = [\n")
    (tmp_path / "main.tf").write_text("locals {}\n")
    with pytest.raises(CodeError, match=r"x\.tfvars:1"):
        read_code(tmp_path, values=[tmp_path / "x.tfvars"])


def test_drift_is_what_code_and_cloud_tell_differently(tmp_path: Path) -> None:
    code = written(tmp_path, main__tf=BUCKET, **CHOSEN)
    cloud = Snapshot()
    from ringwall.core.components import Found  # noqa: PLC0415

    seen = cloud.add(
        Found(kind="aws-s3-bucket", name="arn:aws:s3:::shop-default", label="shop-default")
    )
    block: dict[str, Any] = dict(only(code, "aws-s3-bucket").aspects["public_access_block"].value)
    seen.aspects["public_access_block"] = known(block, "s3")
    assert list(drift(code.snapshot, cloud)) == []
    seen.aspects["public_access_block"] = known(block | {"BlockPublicAcls": False}, "s3")
    (found,) = drift(code.snapshot, cloud)
    assert found.part == "public_access_block.BlockPublicAcls"
    assert "main.tf:5" in found.why


def test_what_speaks_of_a_name_that_is_not_known_whole_is_found_by_that_name(
    tmp_path: Path,
) -> None:
    text = """
    data "aws_caller_identity" "me" {}
    locals { name = "${data.aws_caller_identity.me.account_id}-shop" }
    resource "aws_iam_user" "it" { name = "${local.name}-it" }
    resource "aws_iam_user" "other" { name = "${local.name}-other" }
    resource "aws_iam_user_policy" "it" {
      name = "${local.name}-policy"
      user = aws_iam_user.it.name
      policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
    }
    resource "aws_s3_bucket" "it" { bucket = "${local.name}-data" }
    resource "aws_s3_bucket_versioning" "it" {
      bucket = aws_s3_bucket.it.bucket
      versioning_configuration { status = "Enabled" }
    }
    """
    code = written(tmp_path, main__tf=text)
    it, other = sorted(code.snapshot.of_kind("aws-iam-user"), key=lambda one: one.found.name)
    assert verdicts(code, it)["aws-iam-user-any-data"] == "fail"
    assert verdicts(code, it)["aws-iam-user-direct-policies"] == "fail"
    assert verdicts(code, other)["aws-iam-user-direct-policies"] == "pass"
    assert verdicts(code, only(code, "aws-s3-bucket"))["aws-s3-bucket-versioning"] == "pass"


def test_a_file_of_values_that_somebody_names_may_lie_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "main.tf").write_text(
        'variable "on" {}\nresource "aws_ebs_volume" "it" { encrypted = var.on }\n'
    )
    values = tmp_path / "values.tfvars"
    values.write_text("on = false\n")
    code = read_code(folder, values=[values])
    assert verdicts(code, only(code, "aws-ec2-volume"))["aws-ec2-volume-encrypted"] == "fail"
    assert code.remarks == []


def test_the_account_that_code_is_in_is_nobody_else_and_a_queue_speaks_of_itself(
    tmp_path: Path,
) -> None:
    def queue(name: str, principal: str, more: str = "") -> str:
        return f"""
        resource "aws_sqs_queue" "{name}" {{ name = "{name}" }}
        resource "aws_sqs_queue_policy" "{name}" {{
          queue_url = aws_sqs_queue.{name}.id
          policy = jsonencode({{ Statement = [{{
            Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.{name}.arn
            Principal = {principal} {more}
          }}] }})
        }}
        """

    me = '"arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"'
    there = '"arn:aws:iam::${data.aws_caller_identity.there.account_id}:root"'
    text = """
    data "aws_caller_identity" "me" {}
    data "aws_caller_identity" "there" { provider = aws.there }
    """
    text += queue("own", f"{{ AWS = {me} }}") + queue("everybody", '"*"')
    text += queue("elsewhere", f"{{ AWS = {there} }}")
    text += queue("named", '{ AWS = "arn:aws:iam::444455556666:root" }')
    code = written(tmp_path, main__tf=text)
    told = {one.found.label: verdicts(code, one) for one in code.snapshot.of_kind("aws-sqs-queue")}
    public = {name: said["aws-sqs-queue-public"] for name, said in told.items()}
    others = {name: said["aws-sqs-queue-other-accounts"] for name, said in told.items()}
    assert public == {
        "own": "pass",
        "everybody": "fail",
        "elsewhere": "unknown",
        "named": "pass",
    }
    assert others == {
        "own": "pass",
        "everybody": "pass",
        "elsewhere": "unknown",
        "named": "unknown",
    }


def test_what_is_assumed_of_a_policy_is_no_drift(tmp_path: Path) -> None:
    text = """
    data "aws_caller_identity" "me" {}
    resource "aws_sqs_queue" "it" {
      name   = "it"
      policy = jsonencode({ Statement = [{
        Effect = "Allow", Action = "sqs:SendMessage", Resource = "*"
        Principal = { AWS = data.aws_caller_identity.me.account_id }
      }] })
    }
    """
    code = written(tmp_path, main__tf=text)
    cloud = Snapshot()
    from ringwall.core.components import Found  # noqa: PLC0415

    seen = cloud.add(Found(kind="aws-sqs-queue", name="arn:aws:sqs:::it", label="it"))
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = {"Statement": [statement | {"Principal": {"AWS": "444455556666"}}]}
    seen.aspects["attributes"] = known({"Policy": policy, "SqsManagedSseEnabled": "true"}, "sqs")
    assert list(drift(code.snapshot, cloud)) == []


TEMPLATE_OF_STORES = """
Resources:
  Images:
    Type: AWS::ECR::Repository
    Properties:
      ImageTagMutability: IMMUTABLE
      RepositoryPolicyText:
        Statement: [{Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage"}]
      LifecyclePolicy: {LifecyclePolicyText: '{"rules": []}'}
  Files:
    Type: AWS::EFS::FileSystem
    Properties: {Encrypted: true, BackupPolicy: {Status: ENABLED}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      ResourcesVpcConfig: {EndpointPublicAccess: false, EndpointPrivateAccess: true}
      EncryptionConfig: [{Resources: [secrets], Provider: {KeyArn: "arn:aws:kms:::key/k"}}]
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Flows:
    Type: AWS::EC2::FlowLog
    Properties: {ResourceId: !Ref Network, ResourceType: VPC, TrafficType: ALL}
  Machine:
    Type: AWS::EC2::Instance
    Properties: {MetadataOptions: {HttpTokens: required}}
  Inside:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: from the network alone
      VpcId: !Ref Network
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !GetAtt Network.CidrBlock}
"""


def test_what_a_template_says_within_a_resource_is_a_resource_of_its_own(tmp_path: Path) -> None:
    code = written(tmp_path, it__yaml=TEMPLATE_OF_STORES)
    told = {
        check: outcome
        for one in code.snapshot
        if one.found.kind.startswith("aws-")
        for check, outcome in verdicts(code, one).items()
    }
    assert told["aws-ecr-repository-public"] == "fail"
    assert told["aws-ecr-repository-immutable"] == "pass"
    assert told["aws-efs-file-system-backups"] == "pass"
    assert told["aws-efs-file-system-encrypted"] == "pass"
    assert told["aws-dynamodb-table-recovery"] == "pass"
    assert told["aws-eks-cluster-secrets"] == "pass"
    assert told["aws-eks-cluster-public"] == "pass"
    assert told["aws-ec2-vpc-flow-logs"] == "pass"
    assert told["aws-ec2-instance-imdsv2"] == "pass"
    assert told["aws-ec2-security-group-ssh"] == "pass"
    assert code.remarks == []


def test_an_attribute_that_is_given_by_itself_ends(tmp_path: Path) -> None:
    text = """
Resources:
  One: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !GetAtt Two.CidrBlock}}
  Two: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !GetAtt One.CidrBlock}}
"""
    code = written(tmp_path, it__yaml=text)
    assert len(list(code.snapshot.of_kind("aws-ec2-vpc"))) == 2


def test_keys_in_providers_are_found_where_they_stand_in_the_code(tmp_path: Path) -> None:
    text = """
    provider "aws" { region = "eu-west-1" }
    provider "aws" {
      alias      = "plain"
      access_key = "AKIAIOSFODNN7QWERTYU"
      secret_key = var.secret
    }
    provider "aws" {
      alias      = "given"
      access_key = var.given
      secret_key = data.vault_generic_secret.it.data["key"]
    }
    provider "azurerm" {
      features {}
      client_secret = local.secret
    }
    variable "secret" { default = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzKEYAA" }
    variable "given" {}
    locals { secret = "Q8v~x1TzzzL3kPq0aa" }
    """
    code = written(tmp_path, main__tf=text)
    told = {
        one.found.label: verdicts(code, one)["terraform-provider-keys"]
        for one in code.snapshot.of_kind("terraform-provider")
    }
    assert told == {
        "provider.aws": "pass",
        "provider.aws.plain": "fail",
        "provider.aws.given": "pass",
        "provider.azurerm": "fail",
    }
    assert code.unmapped == {}


def test_a_network_comes_with_a_group_of_its_own_until_its_rules_are_taken(tmp_path: Path) -> None:
    text = """
    resource "aws_vpc" "open" { cidr_block = "10.0.0.0/16" }
    resource "aws_vpc" "closed" { cidr_block = "10.1.0.0/16" }
    resource "aws_default_security_group" "closed" { vpc_id = aws_vpc.closed.id }
    """
    code = written(tmp_path, main__tf=text)
    told = {
        one.found.name: verdicts(code, one)["aws-ec2-security-group-default-closed"]
        for one in code.snapshot.of_kind("aws-ec2-security-group")
    }
    assert told == {
        "terraform:main.tf:aws_vpc.open.default_security_group": "fail",
        "terraform:main.tf:aws_default_security_group.closed": "pass",
    }


def test_a_module_that_is_not_here_may_take_the_rules_of_a_network(tmp_path: Path) -> None:
    text = """
    resource "aws_vpc" "it" { cidr_block = "10.0.0.0/16" }
    module "baseline" { source = "terraform-company/baseline/aws" }
    """
    code = written(tmp_path, main__tf=text)
    group = only(code, "aws-ec2-security-group")
    assert verdicts(code, group)["aws-ec2-security-group-default-closed"] == "unknown"


def test_kinds_of_manifests_that_nobody_judges_are_told(tmp_path: Path) -> None:
    text = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: a}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: PersistentVolume, metadata: {name: v}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: b}
"""
    code = written(tmp_path, all__yaml=text)
    assert code.unmapped == {"kyverno.io/v1/ClusterPolicy": 2, "v1/PersistentVolume": 1}
    assert only(code, "k8s-namespace").found.label

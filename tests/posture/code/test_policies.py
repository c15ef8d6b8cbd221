"""Policies of resources that name other resources of the same code are judged by whom they name."""

from pathlib import Path

import pytest
from tests.posture.code.test_doubt import outcomes

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.code.drift import drift, untold
from ringwall.posture.code.scanning import read_code
from ringwall.posture.snapshot.snapshot import Snapshot

HEAD = """
variable "unknown" {}
data "aws_iam_role" "there" { name = "there" }
resource "aws_sns_topic" "told" { name = "told" }
resource "aws_s3_bucket" "files" { bucket = "the-files" }
resource "aws_vpc_endpoint" "inside" {
  vpc_id       = "vpc-1"
  service_name = "com.amazonaws.eu-west-1.sqs"
}
resource "aws_iam_user" "ana" { name = "ana" }
resource "aws_cloudfront_origin_access_identity" "web" {}
resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
}
resource "aws_iam_openid_connect_provider" "other" { url = var.unknown }
"""
QUEUE = """
resource "aws_sqs_queue" "it" { name = "it" }
resource "aws_sqs_queue_policy" "it" {
  queue_url = aws_sqs_queue.it.url
  policy    = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage",
    Resource = aws_sqs_queue.it.arn, Principal = $WHO, Condition = $IF }] })
}
"""
BUCKET = """
resource "aws_s3_bucket_policy" "it" {
  bucket = aws_s3_bucket.files.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject",
    Resource = "${aws_s3_bucket.files.arn}/*", Principal = $WHO, Condition = $IF }] })
}
"""
ROLE = """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "$TYPE"
      identifiers = [$WHO]
    }
    $IF
  }
}
resource "aws_iam_role" "it" {
  name               = "it"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""
SUBJECT = """condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["$SUB"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }"""


def told(text: str, check: str, **parts: str) -> str:
    """What one check says of the only component of its kind that has a policy here."""
    for name, part in parts.items():
        text = text.replace(f"${name}", part)
    found = {outcome for (one, _), outcome in outcomes(HEAD + text).items() if one == check}
    (outcome,) = found
    return outcome


def by(condition: str, key: str, value: str) -> str:
    return f'{{ {condition} = {{ "{key}" = {value} }} }}'


@pytest.mark.parametrize(
    ("who", "condition", "expected"),
    [
        ('"*"', by("ArnEquals", "aws:SourceArn", "aws_sns_topic.told.arn"), "pass"),
        ('"*"', by("ArnLike", "aws:SourceArn", "[aws_s3_bucket.files.arn]"), "pass"),
        ('"*"', by("StringEquals", "aws:SourceVpce", "aws_vpc_endpoint.inside.id"), "pass"),
        ('"*"', by("ArnNotEquals", "aws:SourceArn", "aws_sns_topic.told.arn"), "fail"),
        ('"*"', by("ArnEquals", "aws:SourceArn", "var.unknown"), "unknown"),
        ('"*"', "{}", "fail"),
        ("{ AWS = aws_iam_user.ana.arn }", "{}", "pass"),
        ("{ AWS = [data.aws_iam_role.there.arn, aws_iam_user.ana.arn] }", "{}", "pass"),
        ("{ AWS = aws_iam_user.ana.unique_id }", "{}", "unknown"),
        ("{ AWS = var.unknown }", "{}", "unknown"),
    ],
)
def test_whom_a_queue_lets_in(who: str, condition: str, expected: str) -> None:
    parts = {"WHO": who, "IF": condition}
    assert told(QUEUE, "aws-sqs-queue-public", **parts) == expected
    if expected == "pass":
        assert told(QUEUE, "aws-sqs-queue-other-accounts", **parts) == "pass"


def test_a_service_that_asks_for_something_of_this_code_asks_for_no_stranger() -> None:
    who = '{ Service = "sns.amazonaws.com" }'
    guard = by("ArnEquals", "aws:SourceArn", "aws_sns_topic.told.arn")
    assert told(QUEUE, "aws-sqs-queue-any-customer", WHO=who, IF=guard) == "pass"
    assert told(QUEUE, "aws-sqs-queue-any-customer", WHO=who, IF="{}") == "fail"


def test_a_bucket_is_read_by_the_identity_of_its_distribution() -> None:
    who = "{ AWS = aws_cloudfront_origin_access_identity.web.iam_arn }"
    for check in ("aws-s3-bucket-public", "aws-s3-bucket-other-accounts"):
        assert told(BUCKET, check, WHO=who, IF="{}") == "pass"


@pytest.mark.parametrize(
    ("type_", "who", "condition", "check", "expected"),
    [
        ("AWS", "aws_iam_user.ana.arn", "", "aws-iam-role-trusts-anybody", "pass"),
        ("AWS", "aws_iam_user.ana.arn", "", "aws-iam-role-external-id", "pass"),
        ("AWS", '"*"', "", "aws-iam-role-trusts-anybody", "fail"),
        ("AWS", "var.unknown", "", "aws-iam-role-trusts-anybody", "unknown"),
        ("Federated", "$G", "", "aws-iam-role-federation-subject", "fail"),
        ("Federated", "$G", "repo:*", "aws-iam-role-federation-subject", "fail"),
        ("Federated", "$G", "repo:shop/web:*", "aws-iam-role-federation-subject", "pass"),
        ("Federated", "$O", "", "aws-iam-role-federation-subject", "unknown"),
    ],
)
def test_whom_a_role_trusts(
    type_: str, who: str, condition: str, check: str, expected: str
) -> None:
    provider = "aws_iam_openid_connect_provider"
    who = who.replace("$G", f"{provider}.github.arn").replace("$O", f"{provider}.other.arn")
    guard = SUBJECT.replace("$SUB", condition) if condition else ""
    assert told(ROLE, check, TYPE=type_, WHO=who, IF=guard) == expected


OPEN = (
    BUCKET
    + """
resource "aws_s3_bucket_public_access_block" "it" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}
"""
)
ACCOUNT = 'resource "aws_s3_account_public_access_block" "all" { block_public_policy = true }'


def test_what_is_written_open_is_open_unless_code_says_that_its_account_blocks_it() -> None:
    parts = {"WHO": '"*"', "IF": "{}"}
    checks = ("aws-s3-bucket-public", "aws-s3-bucket-block-public-access")
    assert {told(OPEN, check, **parts) for check in checks} == {"fail"}
    shut = ACCOUNT.replace("}", "\n restrict_public_buckets = true\n}").replace("{ ", "{\n ")
    assert {told(OPEN + shut, check, **parts) for check in checks} == {"pass"}
    elsewhere = shut.replace("{\n", '{\n  account_id = "444455556666"\n', 1)
    assert {told(OPEN + elsewhere, check, **parts) for check in checks} == {"unknown"}
    assert told(BUCKET, checks[0], **parts) == "fail", "AWS blocks what is new, and nothing older"
    assert told(BUCKET, checks[1], **parts) == "pass"
    assert told(HEAD, checks[0], **parts) == "pass"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ('"${aws_s3_bucket.files.arn}/*"', "fail"),
        ('"arn:aws:s3:::${aws_s3_bucket.files.id}/*"', "fail"),
        ("aws_s3_bucket.files.arn", "pass"),
        ('"arn:aws:s3:::${var.unknown}/*"', "unknown"),
    ],
)
def test_a_bucket_without_a_name_is_the_one_that_its_policy_names(
    resource: str, expected: str
) -> None:
    text = (HEAD + OPEN).replace('bucket = "the-files"', 'bucket_prefix = "files-"')
    text = text.replace('"${aws_s3_bucket.files.arn}/*"', resource)
    text = text.replace("$WHO", '"*"').replace("$IF", "{}")
    assert outcomes(text)[_PUBLIC] == expected


_PUBLIC = ("aws-s3-bucket-public", "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.files")


FUNCTION = """
data "aws_region" "here" {}
data "aws_caller_identity" "me" {}
resource "aws_api_gateway_rest_api" "rest" { name = "rest" }
resource "aws_lambda_function" "it" {
  function_name = "it"
  role          = "arn:aws:iam::111122223333:role/it"
}
resource "aws_lambda_permission" "it" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.it.function_name
  principal     = "$WHO.amazonaws.com"
  source_arn    = $FROM
}
"""
REST = (
    '"arn:aws:execute-api:${data.aws_region.here.name}:${data.aws_caller_identity.me.account_id}'
    ':${aws_api_gateway_rest_api.rest.id}/*/*"'
)


@pytest.mark.parametrize(
    ("who", "source", "expected"),
    [
        ("sns", "aws_sns_topic.told.arn", "pass"),
        ("s3", "aws_s3_bucket.files.arn", "pass"),
        ("apigateway", '"${aws_api_gateway_rest_api.rest.execution_arn}/*/*"', "pass"),
        ("apigateway", REST, "pass"),
        ("sns", "null", "fail"),
        ("sns", "var.unknown", "unknown"),
    ],
)
def test_who_may_call_a_function(who: str, source: str, expected: str) -> None:
    assert told(FUNCTION, "aws-lambda-any-customer", WHO=who, FROM=source) == expected
    if expected != "unknown":
        assert told(FUNCTION, "aws-lambda-function-public", WHO=who, FROM=source) == "pass"


@pytest.mark.parametrize(
    ("operator", "outcome"),
    [("StringEquals", "pass"), ("StringLike", "unknown"), ("StringNotEquals", "unknown")],
)
def test_an_external_id_that_is_not_known_yet_is_asked_for_all_the_same(
    operator: str, outcome: str
) -> None:
    guard = f"""condition {{
      test     = "{operator}"
      variable = "sts:ExternalId"
      values   = [var.unknown]
    }}"""
    who = '"arn:aws:iam::444455556666:root"'
    assert told(ROLE, "aws-iam-role-external-id", TYPE="AWS", WHO=who, IF=guard) == outcome


DOCUMENTS = """
data "aws_iam_policy_document" "of" {
  for_each = { it = "sqs:SendMessage" }
  statement {
    actions   = [each.value]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
locals {
  each = data.aws_iam_policy_document.of
  all  = [for one in data.aws_iam_policy_document.of : one.json]
}
resource "aws_sqs_queue" "it" {
  for_each = { it = "it" }
  name     = each.key
}
"""


@pytest.mark.parametrize(
    "policy",
    [
        "for_each  = data.aws_iam_policy_document.of\n  policy = each.value.json",
        "for_each  = aws_sqs_queue.it\n  policy = local.each[each.key].json",
        "for_each  = aws_sqs_queue.it\n  policy = local.all[0]",
        "for_each  = aws_sqs_queue.it\n  policy = element(values(local.each)[*].json, 0)",
        (
            "for_each  = { for key, one in data.aws_iam_policy_document.of : key => one.json }\n"
            "  policy = each.value"
        ),
    ],
)
@pytest.mark.parametrize(
    "queue", ["aws_sqs_queue.it[each.key].url", "[for it in aws_sqs_queue.it : it.url][0]"]
)
def test_documents_and_queues_as_objects_are_what_they_are(policy: str, queue: str) -> None:
    text = f"""
    resource "aws_sqs_queue_policy" "it" {{
      queue_url = {queue}
      {policy}
    }}
    """
    assert told(DOCUMENTS + text, "aws-sqs-queue-public") == "fail"


CLUSTER = """
resource "aws_eks_cluster" "here" { name = "here" }
data "aws_eks_cluster" "there" { name = "there" }
data "aws_caller_identity" "me" {}
resource "aws_iam_openid_connect_provider" "here" {
  client_id_list = ["sts.amazonaws.com"]
  url            = aws_eks_cluster.here.identity[0].oidc[0].issuer
}
data "aws_iam_openid_connect_provider" "there" {
  url = data.aws_eks_cluster.there.identity[0].oidc[0].issuer
}
locals {
  here  = replace(aws_iam_openid_connect_provider.here.url, "https://", "")
  there = trimprefix(data.aws_eks_cluster.there.identity[0].oidc[0].issuer, "https://")
}
resource "aws_iam_role" "it" {
  name = "it"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow",
    Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = $WHO },
    Condition = { StringLike = { "${local.$OF}:$CLAIM" = "$SAID" } } }] })
}
"""
HERE, THERE = (
    f"{kind}aws_iam_openid_connect_provider.{name}.arn"
    for kind, name in (("", "here"), ("data.", "there"))
)
WRITTEN = '"arn:aws:iam::${data.aws_caller_identity.me.account_id}:oidc-provider/${local.there}"'


@pytest.mark.parametrize(
    ("who", "of", "claim", "said", "expected"),
    [
        (HERE, "here", "sub", "system:serviceaccount:shop:web", "pass"),
        (THERE, "there", "sub", "system:serviceaccount:shop:web", "pass"),
        (WRITTEN, "there", "sub", "system:serviceaccount:shop:*", "pass"),
        (HERE, "here", "sub", "system:serviceaccount:*:*", "fail"),
        (THERE, "there", "sub", "system:serviceaccount:*", "fail"),
        (WRITTEN, "there", "aud", "sts.amazonaws.com", "fail"),
    ],
)
def test_which_accounts_of_a_cluster_take_a_role(
    who: str, of: str, claim: str, said: str, expected: str
) -> None:
    """Its issuer has an address that nobody knows before the cluster is there."""
    check = "aws-iam-role-federation-subject"
    assert told(CLUSTER, check, WHO=who, OF=of, CLAIM=claim, SAID=said) == expected


MODULE = """
module "eks" {
  source = "terraform-aws-modules/eks/aws"
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [module.eks$AT.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${module.eks$AT.oidc_provider}:$CLAIM"
      values   = ["system:serviceaccount:shop:web"]
    }
  }
}
resource "aws_iam_role" "it" {
  name               = "it"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""


@pytest.mark.parametrize("at", ["", "[0]"])
@pytest.mark.parametrize(
    ("source", "claim", "expected"),
    [
        ("terraform-aws-modules/eks/aws", "sub", "pass"),
        ("registry.terraform.io/terraform-aws-modules/eks/aws", "sub", "pass"),
        ("terraform-aws-modules/eks/aws", "aud", "fail"),
        ("our-own/eks/aws", "sub", "unknown"),
    ],
)
def test_a_module_of_the_registry_gives_an_issuer_of_the_same_form(
    at: str, source: str, claim: str, expected: str
) -> None:
    text = MODULE.replace("terraform-aws-modules/eks/aws", source)
    assert told(text, "aws-iam-role-federation-subject", AT=at, CLAIM=claim) == expected


def test_an_issuer_that_is_not_known_yet_differs_from_none(tmp_path: Path) -> None:
    text = CLUSTER.replace("$WHO", HERE).replace("$OF", "here").replace("$CLAIM", "sub")
    (tmp_path / "main.tf").write_text(text.replace("$SAID", "system:serviceaccount:shop:web"))
    code = read_code(tmp_path).snapshot
    provider = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{provider}"},
                "Condition": {
                    "StringLike": {f"{provider}:sub": "system:serviceaccount:shop:web"},
                },
            }
        ]
    }
    cloud = Snapshot()
    role = cloud.add(
        Found(kind="aws-iam-role", name="arn:aws:iam::111122223333:role/it", label="it")
    )
    details = {"RoleName": "it", "AssumeRolePolicyDocument": trust}
    role.aspects["details"] = Observation(State.KNOWN, details)
    assert list(drift(code, cloud)) == []
    assert "details.AssumeRolePolicyDocument.Statement" in {part for _, part in untold(code, cloud)}
    (one,) = code.of_kind("aws-iam-oidc-provider")
    assert one.found.label == "aws_iam_openid_connect_provider.here"


OWNED = """
resource "aws_s3_bucket_ownership_controls" "it" {
  bucket = aws_s3_bucket.files.id
  rule { object_ownership = "$WHOSE" }
}
"""
BLOCKED = """
resource "aws_s3_bucket_public_access_block" "it" {
  bucket             = aws_s3_bucket.files.id
  ignore_public_acls = true
}
"""


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", "fail"),
        (OWNED.replace("$WHOSE", "BucketOwnerEnforced"), "pass"),
        (OWNED.replace("$WHOSE", "BucketOwnerPreferred"), "fail"),
        (BLOCKED, "pass"),
        (ACCOUNT.replace("block_public_policy", "ignore_public_acls"), "pass"),
    ],
)
def test_a_list_that_is_written_counts_where_nothing_is_written_of_lists(
    beside: str, expected: str
) -> None:
    """Lists are off in what is new; whoever writes one means a bucket that is not."""
    bucket = 'resource "aws_s3_bucket_acl" "it" {\n bucket = aws_s3_bucket.files.id\n $ACL\n}\n'
    text = bucket.replace("$ACL", 'acl = "public-read"') + beside
    assert told(text, "aws-s3-bucket-acl-public") == expected
    private = bucket.replace("$ACL", 'acl = "private"') + beside
    assert told(private, "aws-s3-bucket-acl-public") == "pass"

"""Policies of resources in code, whose ARNs are written out, referred to, or not known."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all

KINDS = {
    "aws_sqs_queue": ("aws-sqs-queue-public", "sqs", "shop", "name", "policy"),
    "aws_sns_topic": ("aws-sns-topic-public", "sns", "shop", "name", "policy"),
    "aws_kms_key": ("aws-kms-key-public", "kms", "key/1234", "description", "policy"),
    "aws_secretsmanager_secret": (
        "aws-secretsmanager-secret-public",
        "secretsmanager",
        "secret:shop-??????",
        "name",
        "policy",
    ),
    "aws_opensearch_domain": (
        "aws-opensearch-domain-public",
        "es",
        "domain/shop/*",
        "domain_name",
        "access_policies",
    ),
}


def judged(folder: Path, type_: str, *statements: Mapping[str, object]) -> str:
    """What is said of strangers, of a resource with a policy of these statements."""
    check, service, _, name, policy = KINDS[type_]
    several = [{"Effect": "Allow", "Action": f"{service}:*", **one} for one in statements]
    written = json.dumps(json.dumps({"Version": "2012-10-17", "Statement": several}))
    text = f'resource "{type_}" "it" {{\n  {name} = "shop"\n  {policy} = {written}\n}}\n'
    (folder / "main.tf").write_text(text)
    checks = [one for one in own_checks() if one.id == check]
    (one,) = judge_all(read_code(folder).snapshot, checks)
    return str(one.verdict.outcome)


@pytest.mark.parametrize("type_", KINDS)
def test_an_arn_that_is_written_out_opens_it_as_a_star_does(tmp_path: Path, type_: str) -> None:
    """Code has no region and no account of its own to compare with those of the ARN."""
    _, service, rest, _, _ = KINDS[type_]
    arn = f"arn:aws:{service}:eu-west-1:123456789012:{rest}"
    for resource in ("*", arn, [arn], arn.replace("eu-west-1", "*")):
        open_to_all = {"Principal": "*", "Resource": resource}
        assert judged(tmp_path, type_, open_to_all) == "fail", resource


def test_what_an_arn_denies_is_denied(tmp_path: Path) -> None:
    arn = "arn:aws:sqs:eu-west-1:123456789012:shop"
    open_to_all = {"Principal": "*", "Resource": arn}
    assert (
        judged(tmp_path, "aws_sqs_queue", open_to_all, open_to_all | {"Effect": "Deny"}) == "pass"
    )
    other = {"Effect": "Deny", "Principal": "*", "Resource": arn.replace("shop", "desk")}
    assert judged(tmp_path, "aws_sqs_queue", open_to_all, other) == "fail"


def test_a_key_that_is_named_is_this_one_only_where_it_is_allowed(tmp_path: Path) -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1234"
    open_to_all = {"Principal": "*", "Resource": arn}
    denied = open_to_all | {"Effect": "Deny"}
    assert judged(tmp_path, "aws_kms_key", open_to_all, denied) == "fail"

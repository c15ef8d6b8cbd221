"""Where queues of code put what fails, however that is written; and what names are never."""

import pytest
from tests.posture.code.test_doubt import outcomes

CHECK = "aws-sqs-queue-dead-letters"
QUEUES = """
variable "unknown" {}
resource "aws_sqs_queue" "dead" { name = "dead" }
resource "aws_sqs_queue" "alone" { name = "alone" }
resource "aws_sqs_queue" "it" {
  name = "it"
  $MORE
}
"""
WHERE = "jsonencode({ deadLetterTargetArn = $TO, maxReceiveCount = 4 })"
APART = """
resource "aws_sqs_queue_redrive_policy" "it" {
  queue_url      = aws_sqs_queue.it.id
  redrive_policy = $WHERE
}
"""


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("aws_sqs_queue.dead.arn", ("pass", "pass", "fail")),
        ("var.unknown", ("unknown", "unknown", "unknown")),
    ],
)
def test_a_queue_has_one_for_what_fails_or_is_one(
    target: str, is_apart: bool, expected: tuple[str, ...]
) -> None:
    where = WHERE.replace("$TO", target)
    more = "" if is_apart else f"redrive_policy = {where}"
    text = QUEUES.replace("$MORE", more) + (APART.replace("$WHERE", where) if is_apart else "")
    told = {
        component.rpartition(".")[2]: one
        for (check, component), one in outcomes(text).items()
        if check == CHECK
    }
    assert tuple(told[one] for one in ("it", "dead", "alone")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("aws_kms_key.k.arn != null ? aws_kms_key.k.arn : null", "pass"),
        ('aws_kms_key.k.id == "" ? null : aws_kms_key.k.id', "pass"),
        ("null == aws_kms_key.k.arn ? aws_kms_key.k.arn : null", "fail"),
        ("var.unknown != null ? aws_kms_key.k.arn : null", "unknown"),
    ],
)
def test_the_id_of_a_resource_is_never_missing(value: str, expected: str) -> None:
    text = f"""
    variable "unknown" {{}}
    resource "aws_kms_key" "k" {{}}
    resource "aws_sns_topic" "t" {{
      name              = "t"
      kms_master_key_id = {value}
    }}
    """
    told = {check: one for (check, _), one in outcomes(text).items()}
    assert told["aws-sns-topic-encrypted"] == expected


def test_a_version_of_a_secret_changes_no_policy() -> None:
    text = """
    resource "aws_secretsmanager_secret" "s" { name = "s" }
    resource "aws_secretsmanager_secret_version" "s" {
      secret_id     = aws_secretsmanager_secret.s.id
      secret_string = "x"
    }
    """
    told = {check: one for (check, _), one in outcomes(text).items()}
    assert told["aws-secretsmanager-secret-public"] == "pass"

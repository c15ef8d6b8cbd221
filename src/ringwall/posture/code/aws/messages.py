"""SNS and SQS: topics and queues."""

import json
from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    API,
    component,
    ident,
    known,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import ExpressionError, Reference, from_json
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-sns-topic", "aws-sqs-queue")
ENCRYPTED: Final = "docs.aws.amazon.com/AWSSimpleQueueService (SSE-SQS for new queues since 2022)"


def components(code: Resources) -> Iterator[Collected]:
    """Topics and queues with their policies."""
    for one in code.of("aws_sns_topic"):
        made = _attributes(code, one, "aws_sns_topic_policy", "arn")
        if one.get("kms_master_key_id") is not None:
            made["KmsMasterKeyId"] = ident(one.get("kms_master_key_id"))
        yield component("aws-sns-topic", one, one.get("name"), {"attributes": known(made, one)})
    for one in code.of("aws_sqs_queue"):
        made = _attributes(code, one, "aws_sqs_queue_policy", "queue_url")
        key = one.get("kms_master_key_id")
        if key is not None:
            made["KmsMasterKeyId"] = ident(key)
        managed = one.get("sqs_managed_sse_enabled", default=key is None)
        made["SqsManagedSseEnabled"] = (
            managed if isinstance(managed, Unknown) else str(managed).lower()
        )
        redriven = _redriven(code, one)
        if redriven is not None:
            made["RedrivePolicy"] = redriven
        yield component("aws-sqs-queue", one, one.get("name"), {"attributes": known(made, one)})


def _redriven(code: Resources, one: Instance) -> str | Unknown | None:
    """Where messages go that fail: to a queue of this code by the name that it has here."""
    beside = code.pointing("aws_sqs_queue_redrive_policy", "queue_url", one)
    value = (beside[0] if beside else one).get("redrive_policy")
    if value is None:
        return None
    try:
        told = from_json(value)
    except ExpressionError as error:
        return Unknown(f"where its failed messages go cannot be read: {error}")
    target = told.get("deadLetterTargetArn") if isinstance(told, dict) else told
    if isinstance(target, Reference):
        its = code.at(target.address)
        target = target if its is None else f"{API}:{its.name}"
    return target if isinstance(target, Unknown) else json.dumps({"deadLetterTargetArn": target})


def _attributes(code: Resources, one: Instance, beside: str, argument: str) -> dict[str, Any]:
    found = code.pointing(beside, argument, one)
    policy = (found[0] if found else one).get("policy")
    return {} if policy is None else {"Policy": document(policy, code, of_itself=True)}

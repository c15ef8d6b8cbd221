"""Encrypt what is put into a queue, with a key of SQS's own."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-sqs-queue-encrypted",)


def plan(it: Subject, world: World) -> Draft:
    """What is in it already stays as it is."""
    it.read("attributes")
    return set_and_back(
        "sqs:SetQueueAttributes",
        {"QueueUrl": it.read("listed")["QueueUrl"]},
        {"Attributes": {"SqsManagedSseEnabled": "true"}},
        {"Attributes": {"SqsManagedSseEnabled": "false"}},
        change="encryption: none → with a key of SQS's own",
        words=f"encrypt what is put into the queue {it.label}",
        terraform=argument("aws_sqs_queue", it.label, {"sqs_managed_sse_enabled": True}),
        keys={"attributes": ("SqsManagedSseEnabled", "KmsMasterKeyId")},
    )

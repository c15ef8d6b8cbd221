"""SQS: queues."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, first
from ringwall.posture.snapshot.snapshot import Seen

QUEUE: Final = "aws-sqs-queue"


def _queues(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for url in page.get("QueueUrls") or ():
        label = url.rpartition("/")[2]
        name = where.arn(f"sqs:{label}")
        yield Item(kind=QUEUE, name=name, label=label, aspects={"listed": {"QueueUrl": url}})


def _queue(seen: Seen) -> Mapping[str, Any]:
    url = seen.aspects["listed"].value["QueueUrl"]
    return {"QueueUrl": url, "AttributeNames": ["All"]}


LISTINGS: Final = (
    Listing(kinds=(QUEUE,), call="sqs:ListQueues", read=_queues, arguments={"MaxResults": 1000}),
)
DETAILS: Final = (
    Detail(
        kind=QUEUE,
        aspect="attributes",
        call="sqs:GetQueueAttributes",
        arguments=_queue,
        pick=first("Attributes"),
    ),
)

"""SNS: topics and who listens."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, first, joined

TOPIC: Final = "aws-sns-topic"


def _topics(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Topics") or ():
        arn = one["TopicArn"]
        yield Item(kind=TOPIC, name=arn, label=arn.rpartition(":")[2], aspects={"listed": one})


LISTINGS: Final = (Listing(kinds=(TOPIC,), call="sns:ListTopics", read=_topics),)
DETAILS: Final = (
    Detail(
        kind=TOPIC,
        aspect="attributes",
        call="sns:GetTopicAttributes",
        arguments=lambda seen: {"TopicArn": seen.found.name},
        pick=first("Attributes"),
    ),
    Detail(
        kind="aws-region",
        aspect="sns_subscriptions",
        call="sns:ListSubscriptions",
        arguments=lambda _: {},
        pick=joined("Subscriptions"),
    ),
)

"""CloudFormation: stacks, what they were given and what they tell."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Item, Listing, Where, tags_of

STACK: Final = "aws-cloudformation-stack"
_KEPT: Final = ("StackStatus", "Outputs", "Parameters", "EnableTerminationProtection", "ParentId")


def _stacks(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """Of each what is asked for: their templates and what they made is told by other calls."""
    for one in page["Stacks"]:
        yield Item(
            kind=STACK,
            name=one["StackId"],
            label=one["StackName"],
            tags=tags_of(one.get("Tags")),
            aspects={"listed": {name: one[name] for name in _KEPT if name in one}},
        )


LISTINGS: Final = (Listing(kinds=(STACK,), call="cloudformation:DescribeStacks", read=_stacks),)

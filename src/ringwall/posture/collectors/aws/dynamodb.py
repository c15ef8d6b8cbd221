"""DynamoDB: tables, and what sets their capacity by itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, first

TABLE: Final = "aws-dynamodb-table"


def _tables(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for name in page.get("TableNames") or ():
        yield Item(kind=TABLE, name=where.arn(f"dynamodb:table/{name}"), label=name)


def _of(
    aspect: str,
    call: str,
    argument: str,
    pick: Callable[[list[Mapping[str, Any]]], Any],
    *absent: str,
) -> Detail:
    return Detail(
        kind=TABLE,
        aspect=aspect,
        call=f"dynamodb:{call}",
        arguments=lambda seen: {
            argument: seen.found.name if argument == "ResourceArn" else seen.found.label
        },
        pick=pick,
        absent=frozenset(absent),
    )


def _scaled(pages: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By what has a policy, as ``table/carts``, what that sets: reads, writes, or both."""
    found: dict[str, set[str]] = {}
    for page in pages:
        for one in page["ScalingPolicies"]:
            found.setdefault(one["ResourceId"], set()).add(one["ScalableDimension"])
    return {name: sorted(several) for name, several in found.items()}


LISTINGS: Final = (Listing(kinds=(TABLE,), call="dynamodb:ListTables", read=_tables),)
DETAILS: Final = (
    _of("described", "DescribeTable", "TableName", first("Table")),
    _of(
        "backups",
        "DescribeContinuousBackups",
        "TableName",
        first("ContinuousBackupsDescription"),
    ),
    _of(
        "policy",
        "GetResourcePolicy",
        "ResourceArn",
        first("Policy"),
        "PolicyNotFoundException",
    ),
    Detail(
        kind="aws-region",
        aspect="dynamodb_scaling",
        call="application-autoscaling:DescribeScalingPolicies",
        arguments=lambda _: {"ServiceNamespace": "dynamodb"},
        pick=_scaled,
    ),
)

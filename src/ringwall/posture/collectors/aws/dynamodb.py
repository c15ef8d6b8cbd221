"""DynamoDB: tables."""

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
)

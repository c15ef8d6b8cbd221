"""Lambda: functions, their aliases, who may call them, and their addresses."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import (
    Batches,
    Detail,
    Item,
    Listing,
    Where,
    described,
    first,
    joined,
)
from ringwall.posture.snapshot.snapshot import Seen

FUNCTION: Final = "aws-lambda-function"
ALIAS: Final = "aws-lambda-alias"


def _function(seen: Seen) -> Mapping[str, Any]:
    return {"FunctionName": seen.found.label}


def _aliases(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Aliases") or ():
        function = one["AliasArn"].split(":")[6]
        label = f"{function}:{one['Name']}"
        yield Item(kind=ALIAS, name=one["AliasArn"], label=label, aspects={"listed": one})


def _alias(seen: Seen) -> Mapping[str, Any]:
    function, _, name = seen.found.label.rpartition(":")
    return {"FunctionName": function, "Qualifier": name}


LISTINGS: Final = (
    described(FUNCTION, "lambda:ListFunctions", "Functions", "FunctionArn", "FunctionName"),
    Listing(
        kinds=(ALIAS,),
        call="lambda:ListAliases",
        read=_aliases,
        batches=Batches(
            kind=FUNCTION, most=1, arguments=lambda some: {"FunctionName": some[0].found.label}
        ),
    ),
)
DETAILS: Final = (
    Detail(
        kind=FUNCTION,
        aspect="policy",
        call="lambda:GetPolicy",
        arguments=_function,
        pick=first("Policy"),
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    Detail(
        kind=ALIAS,
        aspect="policy",
        call="lambda:GetPolicy",
        arguments=_alias,
        pick=first("Policy"),
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    Detail(
        kind=FUNCTION,
        aspect="urls",
        call="lambda:ListFunctionUrlConfigs",
        arguments=_function,
        pick=joined("FunctionUrlConfigs"),
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    Detail(
        kind=FUNCTION,
        aspect="concurrency",
        call="lambda:GetFunctionConcurrency",
        arguments=_function,
        pick=first("ReservedConcurrentExecutions"),
    ),
    Detail(
        kind=FUNCTION,
        aspect="code_signing",
        call="lambda:GetFunctionCodeSigningConfig",
        arguments=_function,
        pick=first("CodeSigningConfigArn"),
    ),
)

"""Lambda: functions, who may call them, and their addresses."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first, joined
from ringwall.posture.snapshot.snapshot import Seen

FUNCTION: Final = "aws-lambda-function"


def _function(seen: Seen) -> Mapping[str, Any]:
    return {"FunctionName": seen.found.label}


LISTINGS: Final = (
    described(FUNCTION, "lambda:ListFunctions", "Functions", "FunctionArn", "FunctionName"),
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

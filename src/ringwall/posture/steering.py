"""Who that is come to may change networks, or command what is in them."""

from typing import Final

from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.statements import Effect, Statement
from ringwall.posture.permissions.terrain import everything

_OF_DATA: Final = frozenset(
    {
        *("cloudwatch", "dynamodb", "kms", "logs", "s3", "secretsmanager", "sns", "sqs", "sts"),
        "xray",
    }
)
"""Services by which nothing is put into a network, and nothing there is opened or commanded."""
_LOOKING: Final = ("batchget", "describe", "get", "list", "lookup")
"""How calls begin that change nothing."""


def steering(account: Account, near: set[str]) -> str:
    """Who that is come to may change networks, or command what is in them; empty where nobody may.

    That is whoever is allowed more than to read, by any service but those of data: whatever else
    that is.
    """
    if everything(account) in near:
        return "somebody who is come to may have every permission of the account"
    for one in account.everybody:
        if one.at not in near:
            continue
        for document in one.policies.identity:
            for each in document.statements:
                if each.effect is Effect.ALLOW and not _only_reads(each):
                    return f"{one.name}, who may be come to, may more than read, by {each}"
    return ""


def _only_reads(one: Statement) -> bool:
    if one.fault or one.but_actions:
        return False
    for action in one.actions:
        service, _, call = action.partition(":")
        if service not in _OF_DATA and not ("*" not in service and call.startswith(_LOOKING)):
            return False
    return True

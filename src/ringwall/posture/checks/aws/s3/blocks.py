"""What an account blocks for all its buckets, and what code tells of that."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, World
from ringwall.posture.checks.aws.defaults import is_unsaid, of_account

_ASPECT: Final = "s3_public_access_block"


def account_block(it: Subject, world: World) -> Mapping[str, Any]:
    """The settings of the account that something is in; none where no code says any."""
    return of_account(it, world, _ASPECT)


def ownership(it: Subject) -> str:
    """Who owns what is in a bucket; nothing where code does not say it.

    Lists are off in what is new, and whoever writes one all the same means a bucket that is not.
    """
    if it.is_usual("ownership"):
        return ""
    rules = it.read("ownership", {}).get("Rules") or [{}]
    return str(rules[0].get("ObjectOwnership", ""))


def is_off(it: Subject) -> bool:
    """Whether access lists are off in a bucket."""
    return ownership(it) == "BucketOwnerEnforced"


def unless_blocked(it: Subject, world: World) -> str:
    """What to add where something is open by what code says; empty of what is there."""
    if not is_unsaid(it, world, "aws-account", _ASPECT):
        return ""
    return ", unless its account blocks it, which this code does not say"

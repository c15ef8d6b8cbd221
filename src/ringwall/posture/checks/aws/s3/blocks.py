"""What an account blocks for all its buckets, and what code tells of that."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, World

_ASPECT: Final = "s3_public_access_block"


def account_block(it: Subject, world: World) -> Mapping[str, Any]:
    """The settings of the account that something is in; none where no code says any.

    What is written open is told to be open, though the account may block it by hand: so
    :func:`unless_blocked` says.
    """
    if _is_unsaid(it, world):
        return {}
    found: Mapping[str, Any] = world.account(it).read(_ASPECT, {})
    return found


def unless_blocked(it: Subject, world: World) -> str:
    """What to add where something is open by what code says; empty of what is there."""
    if not _is_unsaid(it, world):
        return ""
    return ", unless its account blocks it, which this code does not say"


def _is_unsaid(it: Subject, world: World) -> bool:
    return it.is_declared and not world.is_set("aws-account", _ASPECT)

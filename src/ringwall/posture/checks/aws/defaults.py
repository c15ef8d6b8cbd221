"""What an account or a region has by default, and what code tells of that.

What code leaves open is open, as AWS has it, though somebody may have set the whole by hand.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import Subject, World


def of_region(it: Subject, world: World, aspect: str) -> Mapping[str, Any]:
    """A setting of the region that something is in; none where no code says any."""
    if is_unsaid(it, world, "aws-region", aspect):
        return {}
    found: Mapping[str, Any] = world.region(it).read(aspect, {})
    return found


def of_account(it: Subject, world: World, aspect: str) -> Mapping[str, Any]:
    """The same of the account."""
    if is_unsaid(it, world, "aws-account", aspect):
        return {}
    found: Mapping[str, Any] = world.account(it).read(aspect, {})
    return found


def is_unsaid(it: Subject, world: World, kind: str, aspect: str) -> bool:
    """Whether something is of code, and no code says how this is for the whole."""
    return it.is_declared and not world.is_set(kind, aspect)

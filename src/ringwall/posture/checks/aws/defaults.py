"""What a region has by default, and what code tells of that."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import Subject, World


def of_region(it: Subject, world: World, aspect: str) -> Mapping[str, Any]:
    """A setting of the region that something is in; none where no code says any.

    What code leaves open is open, as AWS has it, though somebody may have set the region by hand.
    """
    if it.is_declared and not world.is_set("aws-region", aspect):
        return {}
    found: Mapping[str, Any] = world.region(it).read(aspect, {})
    return found

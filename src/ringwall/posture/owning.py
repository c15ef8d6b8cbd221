"""Whose a component is: by the rules of the inventory, else by its own tags.

So a score of an owner is of what the queue of findings has them mend.
"""

from collections.abc import Callable
from typing import Final

from ringwall.core.components import Found
from ringwall.inventory.categorising import USUAL, Rules
from ringwall.inventory.rules import INVENTORY, Inventory
from ringwall.posture.frameworks.grouping import owner_of
from ringwall.posture.scope import CODE
from ringwall.runtime.installation import Installation

Whose = Callable[[Found], str]
_OWN: Final = "ringwall-"


def owners_of(installation: Installation) -> Whose:
    """Whose a component is; ``ConfigurationError`` where the rules cannot be read."""
    if not installation.config.exists():
        return owner_of
    return owner_by(Rules(installation.load().one(Inventory, INVENTORY).rules))


def owner_by(rules: Rules) -> Whose:
    """By these rules. What is Ringwall's own is whose the configuration says."""

    def whose(found: Found) -> str:
        by_tags = owner_of(found)
        if found.kind.startswith(_OWN):
            return by_tags
        source = "ringwall/code" if found.account.startswith(CODE) else "ringwall/posture"
        given = rules.categorise(found, declared={}, source=source)["owner"]
        return given.value if given.value and given.by != USUAL else by_tags

    return whose

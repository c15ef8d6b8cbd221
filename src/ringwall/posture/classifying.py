"""How confidential the data in a component is, and who says so."""

from collections.abc import Callable
from typing import Final

from ringwall.inventory.categorising import DECLARED, USUAL, Categories, Rules
from ringwall.posture.checking.reading import Subject
from ringwall.posture.checks.aws.attack import classification_of
from ringwall.posture.listings import SOURCE

Classify = Callable[[Subject], tuple[str, str]]
"""The classification of a component, and who gives it, in words."""
_NAME: Final = "classification"


def classifying(rules: Rules, *, has_tables: bool) -> Classify:
    """By the inventory; else by its rules, by tags, and by what is usual for the kind.

    ``has_tables`` is that the tables of the inventory are open.
    """

    def classify(it: Subject) -> tuple[str, str]:
        known = _known(it, rules) if has_tables else None
        if known is None:
            known = rules.categorise(it.found, declared={}, source=SOURCE)
        given = known[_NAME]
        if given.by == DECLARED:
            return given.value, "as declared"
        if given.by != USUAL:
            return given.value, f"rule {given.by}"
        tagged = classification_of(it)
        return (tagged, "its tags") if tagged else (given.value, "usual for the kind")

    return classify


def _known(it: Subject, rules: Rules) -> Categories | None:
    from ringwall.inventory.service import explain  # noqa: PLC0415 - needs the tables

    try:
        return explain(it.id, rules)
    except KeyError:
        return None

"""By when a finding has to be mended, and who is told of one. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ringwall.core.findings import Severity
from ringwall.findings.config import Deadline, Occasion, Told
from ringwall.findings.ranking import Placed


def deadline(
    rules: Iterable[Deadline], severity: Severity, place: Placed, since: datetime
) -> datetime | None:
    """The end of the time that the first rule that fits gives, counted from ``since``.

    What is not known of a component fits no rule that asks for it.
    """
    for one in rules:
        if one.severity is severity and _fits(one, place):
            return None if one.within is None else since + timedelta(seconds=one.within)
    return None


def is_told(rule: Told, occasion: Occasion, severity: Severity, place: Placed) -> bool:
    """Whether a rule tells of this."""
    return (
        occasion in rule.on
        and severity.number >= rule.least.number
        and rule.exposure in {None, place.exposure}
        and rule.environment in {None, place.environment}
    )


def _fits(rule: Deadline, place: Placed) -> bool:
    return (
        rule.exposure in {None, place.exposure}
        and rule.classification in {None, place.classification}
        and rule.criticality in {None, place.criticality}
        and rule.environment in {None, place.environment}
    )

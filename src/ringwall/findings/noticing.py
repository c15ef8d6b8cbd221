"""Note down who has to be told of what, in the transaction that it happens in."""

from collections.abc import Sequence
from datetime import datetime

from ringwall.findings.config import Findings, Occasion
from ringwall.findings.deadlines import is_told
from ringwall.findings.keeping import SEVERITIES, placed_of
from ringwall.findings.models import Notice, Queued


def notice(rules: Findings, occasion: Occasion, rows: Sequence[Queued], now: datetime) -> None:
    """Have each rule that tells of these findings tell of them; one notice a rule."""
    made = []
    for rule in rules.notify:
        told = [
            row.pk
            for row in rows
            if is_told(rule, occasion, SEVERITIES[row.severity], placed_of(row))
        ]
        if told:
            made.append(
                Notice(rule=rule.name, occasion=occasion, findings=told, made=now, next_try=now)
            )
    Notice.objects.bulk_create(made)

"""Change one row of the queue: its state, its rank, its deadline, and the step that tells of it.

Nothing here asks the database or writes to it; whoever calls saves what came of it.
"""

from collections.abc import Mapping
from datetime import datetime

from ringwall.core.components import Component
from ringwall.findings.config import Findings
from ringwall.findings.deadlines import deadline
from ringwall.findings.keeping import SEVERITIES, about_of, placed_of
from ringwall.findings.models import Queued, Step
from ringwall.findings.ranking import ByRules, Categories, Exploit, Placed, placed, placed_by, score
from ringwall.findings.states import EXCUSED, State


def place_of(row: Queued, known: Mapping[str, Component], categories: Categories) -> Placed:
    """Where its component stands.

    Where nobody has seen that, it stands where rules put what the finding names; without anybody
    who knows rules, where it stood.
    """
    component = known.get(row.component)
    if component is not None:
        return placed(component)
    if isinstance(categories, ByRules):
        return placed_by(categories.ruled(about_of(row), row.source))
    return placed_of(row)


def rank(row: Queued, place: Placed, rules: Findings) -> bool:
    """Give it score, owner and deadline by where its component stands; whether that was news."""
    before = (row.exposure, row.classification, row.criticality, row.environment, row.is_behind)
    had = (*before, row.score, row.owner, row.deadline)
    row.exposure = place.exposure or ""
    row.classification = place.classification or ""
    row.criticality = place.criticality or ""
    row.environment = place.environment or ""
    row.is_behind = place.is_behind
    if not row.is_assigned:
        row.owner = place.owner[:200]
    severity = SEVERITIES[row.severity]
    row.score = score(severity, place, Exploit(row.exploited, row.epss))
    row.deadline = deadline(rules.deadlines, severity, place, row.due_from)
    after = (row.exposure, row.classification, row.criticality, row.environment, row.is_behind)
    return had != (*after, row.score, row.owner, row.deadline)


def turn(row: Queued, state: State, *, why: str, at: datetime, who: str, rules: Findings) -> Step:
    """Bring it to a state; the step that tells of it."""
    before = row.state
    row.state, row.since = state, at
    if state not in EXCUSED:
        row.excuse = None
    if state is State.OPEN and before == State.FIXED:
        row.reopened += 1
        row.due_from, row.overdue_told = at, None
        severity = SEVERITIES[row.severity]
        row.deadline = deadline(rules.deadlines, severity, placed_of(row), row.due_from)
    return Step(
        finding_id=row.pk, at=at, what="state", before=before, after=state, text=why, who=who[:200]
    )

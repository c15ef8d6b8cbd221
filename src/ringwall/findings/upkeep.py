"""What becomes of findings by itself: ranks of now, excuses that end, time that is over."""

from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from ringwall.findings import recording, store
from ringwall.findings.config import Findings, Occasion
from ringwall.findings.keeping import excuse_of, standing_of
from ringwall.findings.models import Queued, Step
from ringwall.findings.noticing import notice
from ringwall.findings.ranking import Categories
from ringwall.findings.states import EXCUSED, UNDONE, State, ended
from ringwall.findings.turning import place_of, rank, turn
from ringwall.runtime.recording import record_all

_USUAL: Final = Findings()


def rerank(categories: Categories, rules: Findings = _USUAL) -> int:
    """Give all that is not fixed the rank, owner and deadline of now; how many had others."""
    uids = Queued.objects.exclude(state=State.FIXED).order_by("pk").values_list("pk", flat=True)
    done = 0
    for part in store.chunks(list(uids)):
        with transaction.atomic():
            rows = store.locked(part).values()
            known = categories.of({r.component for r in rows})
            changed = [r for r in rows if rank(r, place_of(r, known, categories), rules)]
            store.save_rows(changed)
        done += len(changed)
    return done


def end_excuses(rules: Findings = _USUAL, *, now: datetime | None = None) -> int:
    """Open again what was excused until now; how many."""
    at = now or datetime.now(UTC)
    uids = Queued.objects.filter(state__in=sorted(EXCUSED)).order_by("pk")
    done = 0
    for part in store.chunks(list(uids.values_list("pk", flat=True))):
        with transaction.atomic():
            opened, steps, events = [], [], []
            for row in store.locked(part).values():
                come_to = ended(State(row.state), excuse_of(row), at)
                if come_to is None:
                    continue
                steps.append(
                    turn(row, come_to.state, why=come_to.why, at=at, who="ringwall", rules=rules)
                )
                opened.append(row)
                events.append(recording.found(standing_of(row), recording.CHANGED, come_to.why))
            store.save_rows(opened)
            Step.objects.bulk_create(steps)
            notice(rules, Occasion.REOPENED, opened, at)
            record_all(events)
        done += len(opened)
    return done


def tell_overdue(rules: Findings = _USUAL, *, now: datetime | None = None) -> int:
    """Note down that those are told whose findings' time is over, once each; how many findings."""
    at = now or datetime.now(UTC)
    late = Queued.objects.filter(
        deadline__lte=at, overdue_told=None, state__in=sorted(UNDONE)
    ).order_by("pk")
    done = 0
    for part in store.chunks(list(late.values_list("pk", flat=True))):
        with transaction.atomic():
            rows = [r for r in store.locked(part).values() if r.overdue_told is None]
            for row in rows:
                row.overdue_told = at
            store.save_rows(rows)
            steps = [Step(finding_id=r.pk, at=at, what="overdue", who="ringwall") for r in rows]
            Step.objects.bulk_create(steps)
            notice(rules, Occasion.OVERDUE, rows, at)
            why = "its time is over"
            record_all(recording.found(standing_of(r), recording.CHANGED, why) for r in rows)
        done += len(rows)
    return done

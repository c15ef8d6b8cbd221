"""The queue's front door: take in what was found, say what is done about it, look at it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from ringwall.core.findings import Finding
from ringwall.findings import recording, store, taking
from ringwall.findings.config import Findings, Occasion
from ringwall.findings.keeping import SEVERITIES, excuse_of, kept_excuse, standing_of
from ringwall.findings.models import Queued, Sighting, Step
from ringwall.findings.noticing import notice
from ringwall.findings.ranking import Categories, Exploit, NothingKnown
from ringwall.findings.standing import Standing, Taken
from ringwall.findings.states import (
    EXCUSED,
    UNDONE,
    Excuse,
    Move,
    Outdated,
    Refusal,
    State,
    ended,
    excuse_refused,
    moved,
)
from ringwall.findings.store import Wanted
from ringwall.findings.taking import Judged, all_judged, nothing_judged
from ringwall.findings.turning import place_of, rank, turn
from ringwall.runtime.recording import current_actor, record_all

__all__ = [
    "Judged",
    "NoSuchFindingError",
    "Taken",
    "Wanted",
    "all_judged",
    "assign",
    "comment",
    "count",
    "end_excuses",
    "find",
    "history",
    "move",
    "nothing_judged",
    "rerank",
    "since",
    "standings",
    "take",
    "tell_overdue",
]

_NOTHING_KNOWN: Final = NothingKnown()
_USUAL: Final = Findings()
_SHORTEST_UID: Final = 4


class NoSuchFindingError(LookupError):
    """There is no finding with such a uid, or there are several."""


def take(
    findings: Iterable[Finding],
    *,
    source: str,
    scope: str,
    judged: Judged,
    categories: Categories = _NOTHING_KNOWN,
    rules: Findings = _USUAL,
    exploits: Mapping[str, Exploit] | None = None,
    at: datetime | None = None,
) -> Taken:
    """Take in what one run of ``source`` found in ``scope``; what became of the queue.

    ``source`` is ``ringwall/<what>`` for our own checks, else the scanner's name, and that of every
    finding; ``scope`` names what the run is about and is the same at its next (an account, a file).
    ``judged`` is asked about what the source saw in this scope before and does not tell of now.
    ``exploits`` is by uid; ``at`` is when it was judged, else when the last was seen.
    """
    return taking.take(
        findings,
        source=source,
        scope=scope,
        judged=judged,
        categories=categories,
        rules=rules,
        exploits=exploits or {},
        at=at,
    )


def standings(wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> Iterator[Standing]:
    """Findings, the most urgent first."""
    rows = store.wanted_rows(wanted)
    if limit is not None:
        rows = rows[offset : offset + limit]
    for row in rows.iterator(chunk_size=2000):
        yield standing_of(row)


def count(wanted: Wanted) -> int:
    """How many there are."""
    return store.wanted_rows(wanted).count()


def find(uid: str) -> Standing:
    """One finding, by its uid or the beginning of it; else :class:`NoSuchFindingError`."""
    return standing_of(_row(uid))


def history(uid: str) -> tuple[list[Step], list[Sighting]]:
    """What became of a finding, oldest first, and who saw it."""
    row = _row(uid)
    return list(row.steps.order_by("at", "id")), list(row.sightings.order_by("source", "scope"))


def move(
    uid: str,
    step: Move,
    *,
    reason: str = "",
    owner: str = "",
    until: datetime | None = None,
    version: str = "",
    rules: Findings = _USUAL,
    now: datetime | None = None,
) -> Standing | Refusal:
    """Take a step with a finding, as whoever acts now; how it stands then, or why not.

    ``version`` is the standing's that whoever decides has seen: where the finding has another by
    now, it is :class:`Outdated`.

    To accept needs ``owner``, ``reason`` and ``until``; to reject as a false positive a reason,
    its owner is who acts and its end the last that is allowed, where nothing is said.
    """
    at = now or datetime.now(UTC)
    with transaction.atomic():
        row = _row(uid, lock=True)
        if (outdated := _outdated(row, version)) is not None:
            return outdated
        state = moved(State(row.state), step)
        if isinstance(state, Refusal):
            return state
        excuse = None
        if state in EXCUSED:
            latest = at + timedelta(seconds=rules.excused_at_most)
            answers = owner or (_who() if state is State.FALSE_POSITIVE else "")
            end = until or (latest if state is State.FALSE_POSITIVE else at)
            refused = excuse_refused(owner=answers, reason=reason, until=end, now=at, latest=latest)
            if refused is not None:
                return refused
            excuse = _excuse(row, answers, reason, end)
        before = _told(row)
        made = turn(row, state, why=reason, at=at, who=_who(), rules=rules)
        row.excuse = None if excuse is None else kept_excuse(excuse)
        row.save()
        made.save()
        record_all([recording.stepped(row.pk, before, _told(row))])
    return standing_of(row)


def comment(uid: str, text: str, *, now: datetime | None = None) -> Standing | Refusal:
    """Say something about a finding, as whoever acts now."""
    if not text.strip():
        return Refusal("a comment has to say something")
    at = now or datetime.now(UTC)
    with transaction.atomic():
        row = _row(uid, lock=True)
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:10_000]
        Step.objects.create(finding=row, at=at, what="comment", text=text, who=_who())
        record_all([recording.stepped(row.pk, {}, {}, text=text)])
    return standing_of(row)


def assign(
    uid: str, owner: str, *, version: str = "", now: datetime | None = None
) -> Standing | Refusal:
    """Say whose job a finding is; nobody's, and it is again that of the component's owner.

    ``version`` is as for :func:`move`.
    """
    at = now or datetime.now(UTC)
    if len(owner) > 200 or "\0" in owner:
        return Refusal("an owner has at most 200 characters")
    with transaction.atomic():
        row = _row(uid, lock=True)
        if (outdated := _outdated(row, version)) is not None:
            return outdated
        before = _told(row)
        row.owner, row.is_assigned = owner.strip(), bool(owner.strip())
        row.save()
        text = f"to {row.owner}" if row.owner else "to the component's owner"
        Step.objects.create(finding=row, at=at, what="assigned", text=text, who=_who())
        record_all([recording.stepped(row.pk, before, _told(row))])
    return standing_of(row)


def since(source: str, scope: str, at: datetime) -> tuple[int, int]:
    """How many findings a source has that are new in a scope since then, and how many fixed."""
    return store.since(source, scope, at)


def rerank(categories: Categories, rules: Findings = _USUAL) -> int:
    """Give all that is not fixed the rank, owner and deadline of now; how many had others."""
    uids = Queued.objects.exclude(state=State.FIXED).order_by("pk").values_list("pk", flat=True)
    done = 0
    for part in store.chunks(list(uids)):
        with transaction.atomic():
            rows = store.locked(part).values()
            known = categories.of({r.component for r in rows})
            changed = [r for r in rows if rank(r, place_of(r, known), rules)]
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


def _row(uid: str, *, lock: bool = False) -> Queued:
    rows = Queued.objects.select_for_update() if lock else Queued.objects.all()
    found: list[Queued] = []
    if len(uid) >= _SHORTEST_UID and uid.isascii() and uid.isalnum():
        found = list(rows.filter(pk=uid) or rows.filter(pk__startswith=uid).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchFindingError(f"several findings begin with {uid}: write more of the uid")
    raise NoSuchFindingError(f"there is no finding {uid[:40]}: `ringwall findings list` shows them")


def _outdated(row: Queued, version: str) -> Outdated | None:
    if not version or standing_of(row).version == version:
        return None
    return Outdated("it changed since you looked at it: look again, then decide")


def _excuse(row: Queued, owner: str, reason: str, until: datetime) -> Excuse:
    seen = row.sightings.filter(is_present=True).values_list("source", "scope", "facts")
    return Excuse(
        owner=owner.strip()[:200],
        reason=reason.strip()[:2000],
        until=until,
        severity=SEVERITIES[row.severity],
        facts={f"{source} {scope}": facts for source, scope, facts in seen},
    )


def _told(row: Queued) -> dict[str, Any]:
    """What is recorded of a row when somebody changes it."""
    excuse = excuse_of(row)
    return {
        "state": row.state,
        "owner": row.owner,
        **({} if excuse is None else _told_excuse(excuse)),
    }


def _told_excuse(excuse: Excuse) -> dict[str, str]:
    until = excuse.until.isoformat()
    return {"answers_for_it": excuse.owner, "reason": excuse.reason, "until": until}


def _who() -> str:
    actor = current_actor()
    return (actor.uid or actor.app or actor.app_name or actor.channel)[:200]

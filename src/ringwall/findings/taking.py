"""Take in what a run of a source found in its scope.

What it judged and does not find any more is confirmed fixed, unless others still see it; what it
could not judge stays as it is and says since when nobody confirmed it; what it did not look at is
left alone. Each chunk is a transaction with its events: whoever is killed takes the run in again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, runtime_checkable

from django.db import transaction

from ringwall.core.components import Component
from ringwall.core.events import Recorded
from ringwall.core.findings import Finding
from ringwall.core.verdicts import Outcome
from ringwall.findings import recording, store
from ringwall.findings.admitting import Refused, admitted, content_of, facts_of
from ringwall.findings.config import Findings, Occasion
from ringwall.findings.keeping import SEVERITIES, excuse_of, put, standing_of
from ringwall.findings.models import Queued, Sighting, Step
from ringwall.findings.noticing import notice
from ringwall.findings.ranking import Categories, Exploit
from ringwall.findings.standing import Taken
from ringwall.findings.states import State, found
from ringwall.findings.turning import place_of, rank, turn
from ringwall.runtime.recording import record_all

_SKEW: Final = timedelta(minutes=5)
"""Clocks of several nodes may differ by so much."""
_FIRST: Final = ("first_seen", "due_from")
OWN: Final = "ringwall"
"""The source of Ringwall's own checks: their words come before those of others."""


class Judged(Protocol):
    """What a run says of a weakness of a component that it does not tell of."""

    def __call__(self, weakness: str, component: str, /) -> Outcome | None:
        """What it came to; ``None`` where nobody looked.

        ``PASS``: judged, and not there; so is what is known to be gone with its component.
        ``FAIL``: judged, and there in other parts. ``UNKNOWN``: it could not be judged.
        """


@runtime_checkable
class JudgedByPart(Judged, Protocol):
    """A run that tells parts of a component apart, such as the files of a code base."""

    def of_part(self, weakness: str, component: str, part: str, /) -> Outcome | None:
        """The same of one part: ``PASS`` where just this was judged, and is not there."""


def all_judged(weakness: str, component: str, /) -> Outcome | None:
    """A run that tells of all there is in its scope."""
    del weakness, component
    return Outcome.PASS


def nothing_judged(weakness: str, component: str, /) -> Outcome | None:
    """A run that tells of what it found, and of nothing else."""
    del weakness, component
    return None


@dataclass
class _Run:
    source: str
    scope: str
    judged: Judged
    looked: Judged
    at: datetime
    rules: Findings
    categories: Categories
    exploits: Mapping[str, Exploit]
    now: datetime
    before: datetime
    """Earlier than all that this run saw."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """Weakness and component of all that was found."""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.source} {self.scope}"

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


@dataclass
class _Chunk:
    """What is to be saved together."""

    known: Mapping[str, Component] = field(default_factory=dict)
    """Components, as far as anybody knows them."""
    rows: list[Queued] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    touched: list[tuple[str, object]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    events: list[Recorded] = field(default_factory=list)
    noticed: dict[Occasion, list[Queued]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def save(self, run: _Run, seen: datetime) -> None:
        store.save_rows(self.rows)
        store.save_sightings(self.sightings)
        store.touch(self.touched, seen)
        store.close(self.closed)
        Step.objects.bulk_create(self.steps)
        for occasion, rows in self.noticed.items():
            notice(run.rules, occasion, rows, run.at)
        record_all(self.events)

    def tell(self, occasion: Occasion, row: Queued) -> None:
        self.noticed.setdefault(occasion, []).append(row)


def take(
    findings: Iterable[Finding],
    *,
    source: str,
    scope: str,
    judged: Judged,
    looked: Judged,
    categories: Categories,
    rules: Findings,
    exploits: Mapping[str, Exploit],
    at: datetime | None,
) -> Taken:
    """See :func:`ringwall.findings.service.take`."""
    some = list(admitted(findings, source=source))
    refused = [one for one in some if isinstance(one, Refused)]
    kept = {one.uid: one for one in some if isinstance(one, Finding)}
    now = datetime.now(UTC)
    kept = {uid: replace(one, seen=min(one.seen, now)) for uid, one in kept.items()}
    judged_at = at or max((one.seen for one in kept.values()), default=now)
    judged_at = min(judged_at, now)
    before = min([judged_at, *(one.seen for one in kept.values())]) - timedelta(microseconds=1)
    run = _Run(
        source, scope[:300], judged, looked, judged_at, rules, categories, exploits, now, before
    )
    run.told = {(one.weakness, one.component) for one in kept.values()}
    for part in store.chunks(kept[uid] for uid in sorted(kept)):  # so that no two runs wait in turn
        _take_some(run, part)
    seen = {*kept, *(one.finding.uid for one in refused)}  # what was refused is there all the same
    for uids in store.chunks(store.missing(source, run.scope, seen)):
        _miss_some(run, uids)
    for uids in store.chunks(store.claimed(seen)):
        _confirm_some(run, uids)
    return Taken(
        refused=tuple((one.finding.title or one.finding.weakness, one.why) for one in refused),
        **run.counts,
    )


def _take_some(run: _Run, some: list[Finding]) -> None:
    uids, chunk = [one.uid for one in some], _Chunk(known=run.categories.of(_components(some)))
    with transaction.atomic():
        rows, sightings = store.locked(uids), store.sightings(uids, run.source, run.scope)
        corrected = _put_right(run, rows, sightings)
        others = store.others_present(list(rows), run.source, run.scope)
        for one in some:
            row, sighting = rows.get(one.uid), sightings.get(one.uid)
            if row is None:
                _new(run, chunk, one)
            elif store.is_newer(one, sighting) and not _is_past(one, row):
                _again(
                    run,
                    chunk,
                    one,
                    (row, sighting),
                    others=others.get(one.uid, ()),
                    is_corrected=one.uid in corrected,
                )
            else:
                run.count("older")
        chunk.save(run, min(one.seen for one in some))


def _components(some: Iterable[Finding]) -> set[str]:
    return {one.component for one in some}


def _is_past(one: Finding, row: Queued) -> bool:
    """Whether a check confirmed after that that it is fixed."""
    return row.state == State.FIXED and one.seen <= row.since


def _new(run: _Run, chunk: _Chunk, one: Finding) -> None:
    row = Queued(
        uid=one.uid,
        weakness=one.weakness,
        component=one.component,
        part=one.part,
        state=State.OPEN,
        since=one.seen,
        first_seen=one.seen,
        last_seen=one.seen,
        due_from=one.seen,
    )
    put(row, one)
    _exploit(run, row)
    rank(row, place_of(row, chunk.known, run.categories), run.rules)
    chunk.rows.append(row)
    chunk.sightings.append(_sighted(run, one, None))
    chunk.steps.append(
        Step(finding_id=row.pk, at=one.seen, what="found", after=State.OPEN, who=run.source)
    )
    chunk.events.append(recording.found(standing_of(row), recording.CREATED, "it was found"))
    chunk.tell(Occasion.NEW, row)
    run.count("new")


def _put_right(
    run: _Run, rows: Mapping[str, Queued], sightings: Mapping[str, Sighting]
) -> set[str]:
    """Take times that are to come, of a clock that was ahead, for earlier than this run.

    Else nothing that is seen until then would count. Uids of what was put right.
    """
    latest, corrected = run.now + _SKEW, set()
    some = [(one.pk, one, ("since", "last_seen", *_FIRST)) for one in rows.values()]
    seen = [(one.finding_id, one, ("first_seen", "last_seen")) for one in sightings.values()]
    for uid, one, names in (*some, *seen):
        for name in names:
            if getattr(one, name) > latest:
                setattr(one, name, run.before)
                corrected.add(uid)
    return corrected


def _again(
    run: _Run,
    chunk: _Chunk,
    one: Finding,
    known: tuple[Queued, Sighting | None],
    *,
    others: Collection[str],
    is_corrected: bool,
) -> None:
    """It was seen before; ``others`` are sources that still see it."""
    row, sighting = known
    facts = facts_of(one)
    was, had = row.severity, (row.exploited, row.epss)
    is_same = sighting is not None and sighting.is_present and sighting.content == content_of(one)
    is_as_before = is_same and not one.facts  # facts were read anew, and that is told
    speaks = _speaks_for(one, row, others)
    takes_over = speaks and one.source != row.source
    if speaks and (takes_over or not is_as_before):
        put(row, one)
    _exploit(run, row)
    is_ranked_anew = rank(row, place_of(row, chunk.known, run.categories), run.rules)
    come_to = found(
        State(row.state),
        name=run.name,
        facts=facts,
        severity=SEVERITIES[row.severity],
        excuse=excuse_of(row),
        since=row.since,
        seen=one.seen,
    )
    run.count("still" if come_to is None else "reopened")
    is_quiet = is_as_before and come_to is None and row.unconfirmed_since is None
    is_quiet = is_quiet and not is_corrected and not takes_over
    is_quiet = is_quiet and sighting is not None and sighting.facts == facts
    if is_quiet and sighting is not None and not is_ranked_anew and had == _exploited(row):
        chunk.touched.append((row.pk, sighting.pk))
        return
    row.last_seen = max(row.last_seen, one.seen)
    row.unconfirmed_since, row.unconfirmed_why = None, ""
    if come_to is not None:
        step = turn(
            row, come_to.state, why=come_to.why, at=one.seen, who=run.source, rules=run.rules
        )
        chunk.steps.append(step)
        chunk.tell(Occasion.REOPENED, row)
    if was != row.severity:
        words = f"{SEVERITIES[was]} to {SEVERITIES[row.severity]}"
        chunk.steps.append(
            Step(finding_id=row.pk, at=one.seen, what="severity", text=words, who=run.source)
        )
    if not is_same or takes_over or come_to is not None:
        why = "it says something else" if come_to is None else come_to.why
        chunk.events.append(recording.found(standing_of(row), recording.CHANGED, why))
    chunk.rows.append(row)
    chunk.sightings.append(_sighted(run, one, sighting))


def _miss_some(run: _Run, uids: list[str]) -> None:
    """What the source saw before and does not tell of now."""
    chunk = _Chunk()
    with transaction.atomic():
        rows, sightings = store.locked(uids), store.sightings(uids, run.source, run.scope)
        _put_right(run, rows, sightings)
        others = store.others_present(uids, run.source, run.scope)
        for uid, row in rows.items():
            sighting = sightings[uid]
            outcome = _said(run, row, run.judged)
            if sighting.last_seen > run.at or outcome is None:
                continue
            if outcome is Outcome.UNKNOWN:
                _unconfirmed(run, chunk, row, sighting)
                continue
            sighting.is_present, sighting.last_seen = False, run.at
            sighting.unconfirmed_since = None
            chunk.sightings.append(sighting)
            is_claimed = row.state == State.TO_BE_CONFIRMED and row.since < run.at
            if uid in others and not is_claimed:
                by = ", ".join(sorted(set(others[uid])))
                text = f"not found any more by {run.source}; still seen by {by}"
                step = Step(finding_id=uid, at=run.at, what="gone", text=text, who=run.source)
                chunk.steps.append(step)
            elif row.state != State.FIXED:
                _fixed(run, chunk, row)
        chunk.save(run, run.at)


def _confirm_some(run: _Run, uids: list[str]) -> None:
    """What somebody says is fixed is so if a check, of whatever source, judged it after that.

    Who never saw it has to name it: that it is not told of elsewhere says nothing of it.
    """
    chunk = _Chunk()
    with transaction.atomic():
        mine, rows = store.sightings(uids, run.source, run.scope), store.locked(uids)
        _put_right(run, rows, mine)
        for uid, row in rows.items():
            is_claimed = row.state == State.TO_BE_CONFIRMED and row.since < run.at
            judged = run.judged if uid in mine else run.looked
            if is_claimed and row.last_seen < run.at and _said(run, row, judged) is Outcome.PASS:
                _fixed(run, chunk, row)
        chunk.save(run, run.at)


def _said(run: _Run, row: Queued, judged: Judged) -> Outcome | None:
    """What the run says of a finding that it does not tell of."""
    if isinstance(judged, JudgedByPart):
        outcome = judged.of_part(row.weakness, row.component, row.part)
    else:
        outcome = judged(row.weakness, row.component)
    if outcome is Outcome.FAIL:
        is_elsewhere = (row.weakness, row.component) in run.told
        return Outcome.PASS if is_elsewhere else Outcome.UNKNOWN
    return outcome


def _fixed(run: _Run, chunk: _Chunk, row: Queued) -> None:
    why = f"{run.source} judged it and does not find it any more"
    row.unconfirmed_since, row.unconfirmed_why = None, ""
    chunk.steps.append(turn(row, State.FIXED, why=why, at=run.at, who=run.source, rules=run.rules))
    chunk.rows.append(row)
    chunk.closed.append(row.pk)
    chunk.events.append(recording.found(standing_of(row), recording.CLOSED, why))
    chunk.tell(Occasion.FIXED, row)
    run.count("fixed")


def _unconfirmed(run: _Run, chunk: _Chunk, row: Queued, sighting: Sighting) -> None:
    run.count("unconfirmed")
    if sighting.unconfirmed_since is not None:
        return
    sighting.unconfirmed_since = run.at
    chunk.sightings.append(sighting)
    if row.unconfirmed_since is None:
        row.unconfirmed_since = run.at
        row.unconfirmed_why = f"{run.source} could not judge it"[:300]
        chunk.rows.append(row)
        text = row.unconfirmed_why
        chunk.steps.append(
            Step(finding_id=row.pk, at=run.at, what="unconfirmed", text=text, who=run.source)
        )


def _sighted(run: _Run, one: Finding, known: Sighting | None) -> Sighting:
    made = known or Sighting(
        finding_id=one.uid, source=run.source, scope=run.scope, first_seen=one.seen
    )
    made.rule, made.severity = one.rule, one.severity.number
    made.content, made.facts = content_of(one), facts_of(one)
    made.last_seen, made.is_present, made.unconfirmed_since = one.seen, True, None
    return made


def _speaks_for(one: Finding, row: Queued, others: Collection[str]) -> bool:
    """Whether these words come before those that are there: ours do, then those of the worst.

    Who does not see it any more has no word.
    """
    if one.source == row.source or _is_own(one.source) or row.source not in others:
        return True
    return not _is_own(row.source) and one.severity.number > row.severity


def _is_own(source: str) -> bool:
    return source == OWN or source.startswith(f"{OWN}/")


def _exploit(run: _Run, row: Queued) -> None:
    told = run.exploits.get(row.pk)
    if told is not None:
        row.exploited = told.is_known or row.exploited
        row.epss = row.epss if told.epss is None else told.epss


def _exploited(row: Queued) -> tuple[bool, float | None]:
    return (row.exploited, row.epss)

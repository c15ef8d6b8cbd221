"""Judge a snapshot: each check over each component of its kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ringwall.core.findings import Severity
from ringwall.core.observations import Fact, State, UnknownError
from ringwall.core.verdicts import Outcome, Verdict
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.reading import NEVER, World
from ringwall.posture.checking.settled import APART, NOT_HERE, is_asked
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

_BY_ITSELF: Final = "the check failed by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one check said of one component. ``touched`` is all it read, as in :class:`World`."""

    check: str
    component: str
    verdict: Verdict
    severity: Severity
    touched: frozenset[tuple[str, str]]


def judge_all(snapshot: Snapshot, checks: Iterable[KnownCheck]) -> Iterator[Judged]:
    """Every verdict; components that a check does not judge have none."""
    indexes: dict[Any, Any] = {}
    for one in checks:
        for seen in list(snapshot.of_kind(one.check.judges)):
            judged = judge_one(snapshot, one, seen, indexes)
            if judged is not None:
                yield judged


def judge_one(
    snapshot: Snapshot,
    known: KnownCheck,
    seen: Seen,
    indexes: dict[Any, Any] | None = None,
    touched: set[tuple[str, str]] | None = None,
) -> Judged | None:
    """What a check says of a component; ``None`` where it does not judge such a one.

    A check that fails by itself, which is a defect of it, leaves it unknown. ``touched`` gets what
    was read, also where it does not judge.
    """
    if not is_asked(seen, known.check):
        return None
    world = World(snapshot, indexes)
    if touched is not None:
        world.touched = touched
    severity = known.check.severity
    try:
        said = known.judge(world.subject(seen), world)
    except UnknownError as error:
        facts = {(one.component, one.aspect): one for one in error.facts} | world.facts
        verdict = Verdict(Outcome.UNKNOWN, error.why, tuple(facts.values()))
    except Exception as error:  # noqa: BLE001 - one check may not end all others
        why = f"{_BY_ITSELF}: {type(error).__name__}: {error}"
        verdict = Verdict(Outcome.UNKNOWN, why, tuple(world.facts.values()))
    else:
        if said is None:
            return None
        severity = said.severity or severity
        verdict = _verdict(said.outcome, said.why, world)
    if APART in seen.aspects and not _is_of_what_is_written(verdict):
        return None
    return Judged(
        check=known.id,
        component=seen.found.id,
        verdict=verdict,
        severity=severity,
        touched=frozenset(world.touched),
    )


def unlisted(snapshot: Snapshot, checks: Iterable[KnownCheck]) -> Iterator[Judged]:
    """That it is not known what each check would say where its kind could not be listed.

    They are of the account or the region in which that was.
    """
    by_kind: dict[str, list[KnownCheck]] = {}
    for one in checks:
        by_kind.setdefault(one.check.judges, []).append(one)
    for scope, told in snapshot.all_listings():
        if told.is_told:
            continue
        where = f"aws-region/{scope.account}/{scope.region}"
        where = where if scope.region else f"aws-account/{scope.account}"
        why = f"{scope.kind} could not be listed: {told.why or told.state}"
        fact = Fact(where, scope.kind, told.state, told.api, told.at, told.why)
        for check in by_kind.get(scope.kind, []):
            verdict = Verdict(Outcome.UNKNOWN, why, (fact,))
            yield Judged(
                check=check.id,
                component=where,
                verdict=verdict,
                severity=check.check.severity,
                touched=frozenset(),
            )


def has_failed_by_itself(judged: Judged) -> bool:
    """Whether the check is at fault, and neither what it judges nor what was read."""
    return judged.verdict.why.startswith(_BY_ITSELF)


def _is_of_what_is_written(verdict: Verdict) -> bool:
    """Whether a verdict of something that is not in the code is of what is written for it there.

    That it is well is not: what else there is of it is elsewhere.
    """
    why = verdict.why
    is_elsewhere = why.endswith(NEVER) or NOT_HERE in why
    return verdict.outcome is Outcome.FAIL or (
        verdict.outcome is Outcome.UNKNOWN and not is_elsewhere
    )


def _verdict(outcome: Outcome, why: str, world: World) -> Verdict:
    facts = tuple(world.facts.values())
    untold = [one for one in facts if one.state in {State.DENIED, State.ERROR}]
    if outcome is Outcome.PASS and untold:
        named = ", ".join(f"{one.aspect} of {one.component}" for one in untold)
        return Verdict(Outcome.UNKNOWN, f"not known: {named}", facts)
    return Verdict(outcome, why, facts)

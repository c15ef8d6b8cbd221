"""Code that is known by a name: in the inventory, and its faults and its drift in the queue.

Within a folder a component is named by its file and address; beside other code bases, by what
people call this one, too: ``terraform:shop/main.tf:aws_s3_bucket.exports``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from ringwall.core.components import Found, Relation, RelationKind
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Collected, Observation, Place, State
from ringwall.core.verdicts import Outcome
from ringwall.findings.config import FINDINGS, Findings
from ringwall.findings.known import known_categories
from ringwall.findings.service import Taken, take
from ringwall.inventory import deriving, taking
from ringwall.inventory.filling import rules_of
from ringwall.inventory.listing import Listing
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.noting import stood_on
from ringwall.posture.code.drift import NAMED, Drift, drift, untold
from ringwall.posture.judging import Judged
from ringwall.posture.naming import judged_so, named, within
from ringwall.posture.queueing import Heard
from ringwall.posture.reports.report import SOURCE, Row
from ringwall.posture.scope import scope_of
from ringwall.posture.snapshot.partial import Unknown
from ringwall.posture.snapshot.snapshot import Seen, Snapshot
from ringwall.runtime.installation import Installation

INVENTORY: Final = "ringwall/code"
DRIFT: Final = "code-drift"
"""The weakness of what is not as its code declares it."""
_FIX: Final = (
    "apply the code, if it is what is meant; else write into the code what is there, and why. "
    "`ringwall posture drift` shows all that differs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What became of a code base in the queue: its own faults, and what differs from it."""

    faults: Taken
    drift: Taken | None


def declare(
    installation: Installation,
    name: str,
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    clouds: Sequence[Snapshot] = (),
    doubted: Iterable[tuple[str, str]] = (),
    is_whole: bool,
    at: datetime,
) -> Declared:
    """Take in a code base as it is now; whoever calls has opened the tables.

    ``clouds`` are accounts as they were read last; of ``doubted`` components and aspects there
    something older is known, and they could not be read again: what differed does so still.
    Where a file could not be read it is not ``is_whole``: then nothing is gone, and nothing is
    mended that is not seen.
    """
    _stock(installation, name, snapshot, clouds, is_whole=is_whole, at=at)
    rules = installation.load().one(Findings, FINDINGS)
    categories = known_categories(installation)
    several, known = list(judged), {one.id: one for one in checks}
    heard = Heard(snapshot, several, known)
    whose = {named(one.found.id, name): one.found.id for one in snapshot}

    def of_code(weakness: str, component: str, /) -> Outcome | None:
        outcome = heard(weakness, whose.get(component, component))
        return Outcome.UNKNOWN if outcome is Outcome.PASS and not is_whole else outcome

    def looked(weakness: str, component: str, /) -> Outcome | None:
        return of_code(weakness, component) if component in whose else None

    faults = take(
        _faults(name, snapshot, several, known, at),
        source=SOURCE,
        scope=scope_of(name),
        judged=of_code,
        looked=looked,
        rules=rules,
        categories=categories,
        at=at,
    )
    differing = None
    if clouds:
        found = [one for cloud in clouds for one in drift(snapshot, cloud)]
        differing = take(
            [_finding(one, name, at) for one in found],
            source=SOURCE,
            scope=f"drift {name}",
            judged=_Compared(snapshot, clouds, found, doubted, is_whole=is_whole),
            rules=rules,
            categories=categories,
            at=at,
        )
    return Declared(faults=faults, drift=differing)


class _Compared:
    """Whether nothing differs any more: unknown, where either side could not be told."""

    def __init__(
        self,
        code: Snapshot,
        clouds: Sequence[Snapshot],
        found: Iterable[Drift],
        doubted: Iterable[tuple[str, str]],
        *,
        is_whole: bool,
    ) -> None:
        self._clouds, self._is_whole = clouds, is_whole
        self._differing = {one.there for one in found}
        self._untold: dict[str, set[str]] = {}
        for cloud in clouds:
            for component, part in untold(code, cloud):
                self._untold.setdefault(component, set()).add(part)
        for component, aspect in doubted:
            self._untold.setdefault(component, set()).add(aspect)

    def __call__(self, weakness: str, component: str, /) -> Outcome | None:
        if weakness != DRIFT:
            return None
        if component in self._differing:
            return Outcome.FAIL
        is_told = component not in self._untold and self._is_seen_or_gone(component)
        return Outcome.PASS if is_told and self._is_whole else Outcome.UNKNOWN

    def of_part(self, weakness: str, component: str, part: str, /) -> Outcome | None:
        """The same of what differed: an aspect and a path in it."""
        if weakness != DRIFT:
            return None
        path = f"{part.partition(': ')[2]}."
        parts = [f"{one}." for one in self._untold.get(component, ())]
        is_untold = any(path.startswith(one) or one.startswith(path) for one in parts)
        is_told = not is_untold and self._is_seen_or_gone(component)
        return Outcome.PASS if is_told and self._is_whole else Outcome.UNKNOWN

    def _is_seen_or_gone(self, component: str) -> bool:
        """Whether it is there, or all of its kind could be listed where it would be."""
        if any(cloud.get(component) is not None for cloud in self._clouds):
            return True
        kind, _, name = component.partition("/")
        parts = name.split(":", 5)
        region, account = parts[3:5] if len(parts) > 5 else ("", "")
        listed = [
            told
            for cloud in self._clouds
            for scope, told in cloud.listings(kind)
            if account in {"", scope.account} and (not region or scope.region in {"", region})
        ]
        return bool(listed) and all(one.is_told for one in listed)


def _faults(
    name: str,
    snapshot: Snapshot,
    judged: Iterable[Judged],
    known: dict[str, KnownCheck],
    at: datetime,
) -> Iterator[Finding]:
    indexes: dict[Any, Any] = {}
    failing = [one for one in judged if one.verdict.outcome is Outcome.FAIL]
    for one, theirs in zip(failing, judged_so(failing, name), strict=True):
        seen = snapshot.get(one.component)
        if seen is not None:
            place = _place(seen, name)
            row = Row(check=known[one.check], judged=theirs, found=seen.found, place=place)
            values = stood_on(snapshot, known[one.check], seen, one.verdict.why, indexes)
            yield replace(row.finding(at), values=values)


def _finding(one: Drift, name: str, at: datetime) -> Finding:
    return Finding(
        source=SOURCE,
        weakness=DRIFT,
        component=one.there,
        title="What is there is as code declares it",
        message=one.why,
        severity=Severity.MEDIUM,
        fix=_FIX,
        seen=at,
        part=f"{name}: {one.part}",
        values=one.values,
        evidence=(f"{named(one.declared, name)} and the last reading of {one.there}",),
    )


def _stock(
    installation: Installation,
    name: str,
    snapshot: Snapshot,
    clouds: Sequence[Snapshot],
    *,
    is_whole: bool,
    at: datetime,
) -> None:
    base = Found(kind="code-repository", name=name, label=name)
    told = Observation(State.KNOWN, {"components": len(snapshot)}, INVENTORY, at)
    components = [Collected(found=base, aspects={"listed": told})]
    relations = []
    for seen in snapshot:
        uid = named(seen.found.id, name)
        found = replace(seen.found, name=uid.partition("/")[2], account=scope_of(name))
        components.append(Collected(found=found, aspects=seen.aspects, place=_place(seen, name)))
        relations.append(Relation(RelationKind.DECLARED_BY, uid, base.id))
    for kind in NAMED:
        by_label = {one.found.label: one.found.id for one in snapshot.of_kind(kind)}
        for cloud in clouds:
            relations += [
                Relation(RelationKind.DECLARED_BY, one.found.id, named(mine, name))
                for one in cloud.of_kind(kind)
                if (mine := by_label.get(one.found.label)) is not None
            ]
    listing = Listing(
        source=INVENTORY,
        scope=name,
        components=components,
        relations=relations,
        complete=is_whole,
        why_partial="" if is_whole else "a file of it could not be read",
        at=at,
    )
    taking.take_or_leave(listing, rules_of(installation))
    deriving.reach_all()


def _plain(aspects: Mapping[str, Observation]) -> dict[str, Observation]:
    """What is known only once it runs, as words."""
    return {
        aspect: replace(told, value=_without_unknown(told.value)) if told.is_told else told
        for aspect, told in aspects.items()
    }


def _without_unknown(value: Any) -> Any:
    if isinstance(value, Unknown):
        return f"(not known: {value.why})"
    if isinstance(value, dict):  # of a kind, perhaps, that refuses to tell what is not known
        return {str(name): _without_unknown(one) for name, one in dict.items(value)}
    if isinstance(value, list):
        return [_without_unknown(one) for one in list.__iter__(value)]
    return value


def _place(seen: Seen, name: str) -> Place | None:
    return None if seen.place is None else within(seen.place, name)

"""Judge again only what a change can have changed; what comes out is that of judging all anew."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.reading import ANY
from ringwall.posture.judging import Judged, judge_one
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

Key = tuple[str, str]


@dataclass(slots=True)
class Changes:
    """What is otherwise in a snapshot than when it was judged."""

    aspects: set[Key] = field(default_factory=set)
    """Of components that were there: their ids and the aspect."""
    named: set[str] = field(default_factory=set)
    """Components whose label, tags or place changed."""
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    listings: set[Scope] = field(default_factory=set)
    """Of which it is otherwise known whether all could be listed."""

    @property
    def components(self) -> set[str]:
        """Whatever is otherwise of them: also that they are there, or no more."""
        return {one for one, _ in self.aspects} | self.named | self.added | self.removed

    def also(self, other: "Changes") -> None:
        """What another change did, too."""
        self.aspects |= other.aspects
        self.named |= other.named
        self.added |= other.added
        self.removed |= other.removed
        self.listings |= other.listings

    def __bool__(self) -> bool:
        return bool(self.aspects or self.named or self.added or self.removed or self.listings)


class Standing:
    """The verdicts as they stand, by check and component, and what each has read."""

    def __init__(self, snapshot: Snapshot, checks: Iterable[KnownCheck]) -> None:
        self.snapshot = snapshot
        self._checks = {one.id: one for one in checks}
        self._by_kind: dict[str, list[KnownCheck]] = {}
        for one in self._checks.values():
            self._by_kind.setdefault(one.check.judges, []).append(one)
        self.judged: dict[tuple[str, str], Judged] = {}
        self.still: list[Judged] = []
        """What failed before, and was judged again last in the same words: of other values,
        perhaps."""
        self._read: dict[tuple[str, str], frozenset[Key]] = {}
        self._readers: dict[Key, set[tuple[str, str]]] = {}
        indexes: dict[object, object] = {}
        for kind, several in self._by_kind.items():
            for seen in list(snapshot.of_kind(kind)):
                for one in several:
                    self._judge(one, seen.found.id, indexes)

    def again(self, changes: Changes) -> list[tuple[Judged | None, Judged | None]]:
        """Judge again what read any of it; what came out otherwise, before and after.

        The snapshot has the changes already.
        """
        due = self._due(changes)
        before = {one: self.judged.get(one) for one in due}
        indexes: dict[object, object] = {}
        for check, component in due:
            self._forget((check, component))
            if self.snapshot.get(component) is not None:
                self._judge(self._checks[check], component, indexes)
        pairs = [(before[one], self.judged.get(one)) for one in sorted(due)]
        self.still = [
            new
            for old, new in pairs
            if new is not None and new.verdict.outcome is Outcome.FAIL and _is_same(old, new)
        ]
        return [(old, new) for old, new in pairs if not _is_same(old, new)]

    def _due(self, changes: Changes) -> set[tuple[str, str]]:
        whole = changes.named | changes.added | changes.removed
        kinds = {one.partition("/")[0] for one in whole}
        listed = kinds | {one.kind for one in changes.listings}
        anything = kinds | {one.partition("/")[0] for one, _ in changes.aspects}
        due: set[tuple[str, str]] = set()
        for key, readers in self._readers.items():
            name, aspect = key
            kind = name.partition("/")[0]
            if (
                key in changes.aspects
                or name in whole
                or (aspect == LISTED and kind in listed)
                or (aspect == ANY and name in anything)
            ):
                due |= readers
        for component in whole:
            for one in self._by_kind.get(component.partition("/")[0], ()):
                due.add((one.id, component))
        return due

    def _judge(self, check: KnownCheck, component: str, indexes: dict[object, object]) -> None:
        seen = self.snapshot.get(component)
        if seen is None:
            return
        touched: set[Key] = set()
        judged = judge_one(self.snapshot, check, seen, indexes, touched)
        name = (check.id, component)
        if judged is not None:
            self.judged[name] = judged
        self._read[name] = frozenset(touched)
        for key in touched:
            self._readers.setdefault(key, set()).add(name)

    def _forget(self, name: tuple[str, str]) -> None:
        self.judged.pop(name, None)
        for key in self._read.pop(name, ()):
            readers = self._readers[key]
            readers.discard(name)
            if not readers:
                del self._readers[key]


def _is_same(old: Judged | None, new: Judged | None) -> bool:
    if old is None or new is None:
        return old is new
    return (old.verdict.outcome, old.verdict.why, old.severity) == (
        new.verdict.outcome,
        new.verdict.why,
        new.severity,
    )

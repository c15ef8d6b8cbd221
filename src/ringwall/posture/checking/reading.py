"""How checks read the snapshot: every read is noted, and what is not known is never empty."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Fact, Observation, State, UnknownError
from ringwall.posture.checking.settled import ACCOUNT, ALONE, APART, REGION
from ringwall.posture.snapshot.partial import IN_CODE, USUAL, guarded
from ringwall.posture.snapshot.reasons import once
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Seen, Snapshot

ANY: Final = "*"
"""In ``touched``: any aspect of any component of the kind that stands before it."""
_WHOLE: Final = {ACCOUNT: "the account", REGION: "the region"}
NEVER: Final = "it was never read"
_NEVER: Final = Observation(State.ERROR, why=NEVER)


class World:
    """The snapshot as one judgment reads it.

    ``facts`` are the reads the judgment stands on; ``touched`` are all that were made, as
    ``(component or scope, aspect)``: whatever changes none of them changes no judgment.
    ``indexes`` is what judgments of the same snapshot share.
    """

    def __init__(self, snapshot: Snapshot, indexes: dict[Any, Any] | None = None) -> None:
        self.snapshot = snapshot
        self.facts: dict[tuple[str, str], Fact] = {}
        self.touched: set[tuple[str, str]] = set()
        self.indexes = {} if indexes is None else indexes

    def subject(self, seen: Seen) -> "Subject":
        """A component, to be read."""
        return Subject(self, seen)

    def account(self, of: "Subject") -> "Subject":
        """The AWS account something is in."""
        return self._whole(ACCOUNT, f"{ACCOUNT}/{of.account}", of)

    def region(self, of: "Subject") -> "Subject":
        """The region of the AWS account something is in."""
        return self._whole(REGION, f"{REGION}/{of.account}/{of.region}", of)

    def _whole(self, kind: str, component: str, of: "Subject") -> "Subject":
        """As :meth:`need`; in code, what is set there for all that it declares."""
        if not of.is_declared:
            return self.need(component)
        told = self._set_beside(kind, of)
        if told is None:
            what = _WHOLE[kind]
            why = f"what {what} has set is not in this code: it may be elsewhere"
            raise UnknownError(why, [self._note(component, _NEVER)])
        return Subject(self, told)

    def _set_beside(self, kind: str, of: "Subject") -> Seen | None:
        self.touched.add((kind, ANY))
        index: dict[str, Seen] | None = self.indexes.get((kind, _Beside))
        if index is None:
            index = self.indexes[kind, _Beside] = _joined(self.snapshot.of_kind(kind))
        return index.get(of.account)

    def is_set(self, kind: str, aspect: str) -> bool:
        """Whether any code says something of this aspect of the account or the region."""
        self.touched.add((kind, ANY))
        return any(aspect in seen.aspects for seen in self.snapshot.of_kind(kind))

    def regions(self, of: "Subject") -> "list[Subject]":
        """All regions of an account; of what code sets of one, the region as it is told there."""
        if of.is_declared:
            return [_Beside(self, of._seen)]  # noqa: SLF001 - the two are one
        return self.all(REGION, account=of.account)

    def need(self, component: str) -> "Subject":
        """A component that must be there; ``UnknownError`` where it is not."""
        found = self.find(component)
        if found is None:
            raise UnknownError(
                f"{component} is not in the snapshot", [self._note(component, _NEVER)]
            )
        return found

    def find(self, component: str) -> "Subject | None":
        """A component by id; ``None`` where there is none.

        ``UnknownError`` where it was not listed, or not all could be.
        """
        seen = self.snapshot.get(component)
        if seen is not None:
            self.touched.add((component, LISTED))
            return Subject(self, seen)
        self._require_listed(component.partition("/")[0])
        return None

    def all(
        self, kind: str, *, account: str | None = None, region: str | None = None
    ) -> "list[Subject]":
        """All components of a kind; ``UnknownError`` where not all could be listed."""
        self._require_listed(kind, account=account, region=region)
        return [
            Subject(self, seen)
            for seen in self.snapshot.of_kind(kind)
            if account in {None, seen.found.account} and region in {None, seen.found.region}
            if APART not in seen.aspects
        ]

    def found(self, kind: str, *, account: str) -> "list[Subject]":
        """Those of a kind that are known, though there may be more: for what one alone decides."""
        self.touched.add((kind, ANY))
        several = self.snapshot.of_kind(kind)
        return [Subject(self, seen) for seen in several if seen.found.account == account]

    def where(
        self,
        kind: str,
        keys: "Callable[[Subject], Iterable[Hashable]]",
        key: Hashable,
        *,
        may_miss: bool = False,
    ) -> "list[Subject]":
        """The components of a kind of which ``keys`` gives this key: by an index, made once.

        Where ``keys`` comes upon what is not known of one, all that are asked for are unknown; so
        they are where not all could be listed, unless who asks says that it may miss some.
        """
        if not may_miss:
            self._require_listed(kind)
        self.touched.add((kind, ANY))
        index = self.indexes.get((kind, keys))
        if index is None:
            index = self.indexes[kind, keys] = self._indexed(kind, keys)
        found, unknown = index
        if unknown is not None:
            raise UnknownError(unknown.why, unknown.facts)
        return [Subject(self, seen) for seen in found.get(key, ())]

    def _indexed(
        self, kind: str, keys: "Callable[[Subject], Iterable[Hashable]]"
    ) -> tuple[dict[Hashable, list[Seen]], UnknownError | None]:
        found: dict[Hashable, list[Seen]] = {}
        aside = World(self.snapshot, self.indexes)
        for seen in self.snapshot.of_kind(kind):
            if APART in seen.aspects:
                continue
            try:
                for one in keys(Subject(aside, seen)):
                    found.setdefault(one, []).append(seen)
            except UnknownError as error:
                return found, error
        return found, None

    def any_true(self, *several: Callable[[], bool]) -> bool:
        """Whether any holds: one that does needs none of the others, known or not.

        ``UnknownError`` where none is known to hold, and one is not known.
        """
        return self._decided(several, wanted=True)

    def all_true(self, *several: Callable[[], bool]) -> bool:
        """Whether all hold: one that does not needs none of the others, known or not."""
        return not self._decided(several, wanted=False)

    def _decided(self, several: Iterable[Callable[[], bool]], *, wanted: bool) -> bool:
        before = dict(self.facts)
        kept = dict(before)
        unknown: list[UnknownError] = []
        for one in several:
            self.facts = dict(before)
            try:
                is_decided = one() is wanted
            except UnknownError as error:
                unknown.append(error)
                continue
            if is_decided:
                return True
            kept |= self.facts
        self.facts = kept
        if unknown:
            facts = [fact for error in unknown for fact in error.facts]
            self.facts |= {(fact.component, fact.aspect): fact for fact in facts}
            raise UnknownError(once(error.why for error in unknown), facts)
        return False

    def _require_listed(
        self, kind: str, *, account: str | None = None, region: str | None = None
    ) -> None:
        some = False
        for scope, told in self.snapshot.listings(kind):
            if account not in {None, scope.account} or (
                region not in {None, scope.region} and scope.region
            ):
                continue
            some = True
            fact = self._note(_named(scope), told)
            if not told.is_told:
                where = f"in {scope.region}" if scope.region else f"of {scope.account}"
                raise UnknownError(f"not all of {kind} {where} could be listed: {told.why}", [fact])
        if not some:
            self.touched.add((kind, LISTED))
            raise UnknownError(f"{kind} was never listed", [self._note(kind, _NEVER)])

    def value(self, told: Observation) -> Any:
        """What was observed, guarded once: some values are as large as an account."""
        kept = self.indexes.get(id(told))
        if kept is None or kept[0] is not told:
            kept = self.indexes[id(told)] = (told, guarded(told.value))
        return kept[1]

    def _note(self, component: str, told: Observation, aspect: str = LISTED) -> Fact:
        key = (component, aspect)
        self.touched.add(key)
        fact = self.indexes.get(key)
        if fact is None or fact.state is not told.state or fact.at != told.at:
            fact = Fact(component, aspect, told.state, told.api, told.at, told.why)
            self.indexes[key] = fact
        self.facts[key] = fact
        return fact

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Read something that no judgment stands on, such as what a message names."""
        before = self.facts
        self.facts = dict(before)
        try:
            yield
        finally:
            self.facts = before


def _joined(several: Iterable[Seen]) -> dict[str, Seen]:
    """By account, all that is set for all that stands in the same code."""
    found: dict[str, Seen] = {}
    for seen in several:
        if ALONE not in seen.aspects:
            continue
        kind, account = seen.found.kind, seen.found.account
        whole = Found(kind=kind, name=account, label=_WHOLE[kind], account=account)
        told = found.setdefault(account, Seen(whole, {}, seen.place)).aspects
        for aspect, one in seen.aspects.items():
            twice = Observation(State.ERROR, api=one.api, why="the code sets it twice")
            told[aspect] = twice if aspect in told else one
    return found


def _named(scope: Scope) -> str:
    return "/".join(filter(None, (scope.kind, scope.account, scope.region)))


class Subject:
    """A component, as a check reads it."""

    __slots__ = ("_seen", "_world")

    def __init__(self, world: World, seen: Seen) -> None:
        self._world, self._seen = world, seen

    @property
    def world(self) -> World:
        """The snapshot that it is read in."""
        return self._world

    @property
    def found(self) -> Found:
        """What it is."""
        return self._seen.found

    @property
    def id(self) -> str:
        """Its id, ``<kind>/<name>``."""
        return self._seen.found.id

    @property
    def name(self) -> str:
        """Its name: an ARN, or where it is declared."""
        return self._seen.found.name

    @property
    def label(self) -> str:
        """What people call it."""
        return self._seen.found.label

    @property
    def account(self) -> str:
        """The account it is in."""
        return self._seen.found.account

    @property
    def number(self) -> str:
        """The number by which policies name its account; of code, what stands for it in them."""
        return self.account if self.account.isdigit() else IN_CODE

    @property
    def region(self) -> str:
        """The region it is in, ``""`` where it is in none."""
        return self._seen.found.region

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, by its listing or by the call that tells those of a region."""
        return dict(self._seen.found.tags)

    @property
    def is_declared(self) -> bool:
        """Whether it is of code: what is not written there may be written, or be so, elsewhere."""
        return self._seen.place is not None

    def read(self, aspect: str, default: Any = None) -> Any:
        """The value of an aspect; ``default`` where the answer was that there is none.

        ``UnknownError`` where it was denied, failed, or was never read.
        """
        told = self._seen.aspects.get(aspect, _NEVER)
        fact = self._world._note(self.id, told, aspect)  # noqa: SLF001 - the two are one
        if told.state is State.KNOWN:
            return self._world.value(told)
        if told.state is State.ABSENT:
            return default
        raise UnknownError(f"{aspect} of {self.label} is not known: {told.why}", [fact])

    def is_usual(self, aspect: str) -> bool:
        """Whether code leaves it to what AWS does with what is new."""
        self._world.touched.add((self.id, aspect))
        told = self._seen.aspects.get(aspect)
        return self.is_declared and told is not None and USUAL in told.api

    def is_read(self, aspect: str) -> bool:
        """Whether it was collected at all, in whatever way: code does not have every aspect."""
        self._world.touched.add((self.id, aspect))
        return aspect in self._seen.aspects


class _Beside(Subject):
    """A region, of which what code sets of an account tells, too."""

    __slots__ = ()

    def read(self, aspect: str, default: Any = None) -> Any:
        return super().read(f"{REGION}.{aspect}", default)

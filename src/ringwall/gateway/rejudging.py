"""Past requests judged by the rules of a configuration, as the edge would have decided them.

What is not known of a request stays unknown: then a decision is made only where it does not matter.
Requests that are the same to the policies of their route are judged once.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from ringwall.access.asking.known import Fact, facts_of, left
from ringwall.access.compiler.facts import PLAIN, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Atom, Formula, all_of, atoms
from ringwall.access.compiler.formulas import Asked as AskedOfCedar
from ringwall.access.compiler.proving import allowed, could_be_proven
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Rule, Ruling
from ringwall.access.engine import Engine, UndecidedError
from ringwall.access.engine import Question as CedarsQuestion
from ringwall.access.model import Kind
from ringwall.access.schema import schema
from ringwall.gateway.allowances import Allowances, Way, Whose, own_demands
from ringwall.gateway.destinations import Destination
from ringwall.gateway.finding import Finder
from ringwall.gateway.recorded import Asked
from ringwall.gateway.wanted import Wanted

_MOST_KEPT: Final = 200_000
_LONGEST_KEPT: Final = 512
"""Letters; questions about longer words are judged each time: anybody can send long ones."""
_PLAIN: Final = re.compile(f"{PLAIN}+")
_LABEL: Final = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allowed`` is ``None`` where that hangs on ``missing`` facts. ``by`` are policies' ids.

    Denied by none of them: by default, or by the route itself if ``by_route``; ``is_odd`` where the
    path could be read in two ways. ``each`` are the permits of everybody who had to be permitted:
    the principal, and the application that acts for them. ``is_mendable`` says that the edge asks
    the person for a better, or more recent, proof, and denies only whoever does not give it.
    """

    allowed: bool | None
    by: tuple[str, ...] = ()
    by_route: bool = False
    is_odd: bool = False
    missing: frozenset[Fact] = frozenset()
    each: tuple[tuple[str, ...], ...] = ()
    is_mendable: bool = False


NOWHERE: Final = Verdict(allowed=False, by_route=True)
"""What no route takes is refused."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """Everything that decides about one kind of principal at one place, with what it reads."""

    own: Formula
    rulings: tuple[Ruling | None, ...]
    words: tuple[Word, ...]
    sets: tuple[Several, ...]
    others: tuple[Atom, ...]
    """Atoms about times and addresses: of these only the truth matters."""
    reads: frozenset[Fact]
    provable: Formula
    """When a person who is denied would be allowed with another proof."""
    plain: tuple[Parameter, ...]
    reads_host: bool
    is_asked: bool
    """Whether there are requests for which the edge asks Cedar's engine."""


class Rejudging:
    """One configuration, ready to judge many past requests."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._allowances = Allowances(wanted)
        self._finder = Finder(wanted)
        self._rules: dict[tuple[str, str, str, Kind, bool], _Rules] = {}
        self._kept: dict[Question, Verdict] = {}
        self.questions = 0
        """How many different ones were judged."""

    def find(self, method: str, authority: str, path: str) -> Destination | None:
        """Where a request goes; ``None`` where that is nowhere."""
        return self._finder.find(method, authority, path)

    def judge(self, to: Destination | None, asked: Asked) -> Verdict:
        """What this configuration makes of a request."""
        if to is None:
            return NOWHERE
        rules = self.rules(to, asked)
        key = _question(rules, asked)
        if key is None:
            return self._called_out(rules, to, asked)
        found = self._kept.get(key)
        if found is None and sum(map(len, filter(None, key.words))) > _LONGEST_KEPT:
            return judged(rules, asked.request, asked.unknown & rules.reads)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self.questions += 1
            unknown = asked.unknown & rules.reads
            found = self._kept[key] = judged(rules, asked.request, unknown)
        return found

    def question(self, to: Destination, asked: Asked) -> "Question | None":
        """What of a request its judgment hangs on: the same for all that are judged the same.

        ``None`` where Cedar's engine may have to be asked, about each anew.
        """
        return _question(self.rules(to, asked), asked)

    def _called_out(self, rules: _Rules, to: Destination, asked: Asked) -> Verdict:
        """The judgment where the edge asks Cedar's engine for what it cannot tell itself."""
        self.questions += 1
        found = judged(rules, asked.request, asked.unknown)
        if found.allowed is not None or asked.unknown:
            return found
        route = self.wanted.world.routes[to.route.name]
        place = self._allowances.compiler.place(route, to.host, to.method)
        question = CedarsQuestion(kind=asked.kind, place=place, request=asked.request)
        several = [question]
        if asked.delegated:
            several.append(replace(question, kind=Kind.CLIENT, delegated=True))
        try:
            decisions = self._engine.decide_all(several)
        except UndecidedError:
            return Verdict(allowed=None)  # the edge would have had no answer either
        refusing = next((one for one in decisions if not one.allowed), None)
        if refusing is not None:
            return Verdict(allowed=False, by=refusing.policies)
        by = tuple(dict.fromkeys(name for one in decisions for name in one.policies))
        return Verdict(allowed=True, by=by, each=tuple(one.policies for one in decisions))

    @cached_property
    def _engine(self) -> Engine:
        policies, world = self.wanted.policies, self.wanted.world
        return Engine(
            () if policies is None else policies.policies, schema=schema(world), roles=world.roles
        )

    def rules(self, to: Destination, asked: Asked) -> _Rules:
        """What decides about somebody there."""
        key = (to.route.name, to.host, to.method, asked.kind, asked.delegated)
        found = self._rules.get(key)
        if found is None:
            way = Way(to.route.name, to.host, to.method)
            found = self._rules[key] = self._made(way, asked.kind, asked.delegated)
        return found

    def _made(self, way: Way, kind: Kind, delegated: bool) -> _Rules:
        wanted = self.wanted
        route = self._allowances.routes[way.route]
        own = own_demands(route, wanted, way.host, kind)
        rulings: tuple[Ruling | None, ...] = ()
        plain: frozenset[Word] = frozenset()
        if wanted.policies is not None:
            rulings = (self._allowances.ruling(way, Whose(kind)),)
            if delegated:
                rulings += (self._allowances.ruling(way, Whose(Kind.CLIENT, delegated=True)),)
            plain = self._guarded(way)
        is_asked = any(one is not None and one.is_asked for one in rulings)
        if is_asked:
            parameters = self.wanted.world.routes[way.route].parameters
            plain |= {Parameter(name) for name in parameters}
        provable = FALSE if is_asked else _provable(kind, rulings)
        found: set[Atom] = set(atoms(own))
        for one in rulings:
            for rule in () if one is None else (*one.forbids, *one.permits):
                found |= atoms(rule.formula)
        read = frozenset(fact for atom in found for fact in facts_of(atom))
        words = {fact for fact in read if isinstance(fact, Text | Parameter)} | plain
        return _Rules(
            own=own,
            rulings=rulings,
            words=tuple(sorted(words, key=repr)),
            sets=tuple(sorted(fact for fact in read if isinstance(fact, Several))),
            others=tuple(sorted((a for a in found if _is_other(a)), key=repr)),
            reads=read,
            provable=provable,
            plain=tuple(sorted((w for w in plain if isinstance(w, Parameter)), key=repr)),
            reads_host=Text.HOST_TENANT in plain,
            is_asked=is_asked,
        )

    def _guarded(self, way: Way) -> frozenset[Word]:
        """The parts of path and host that policies read there, whoever asks: they must be plain."""
        found: set[Word] = set()
        for kind in Kind:
            for delegated in (False, True):
                one = self._allowances.ruling(way, Whose(kind, delegated=delegated))
                for rule in () if one is None else (*one.forbids, *one.permits):
                    for atom in atoms(rule.formula):
                        for fact in facts_of(atom):
                            if isinstance(fact, Parameter) or fact is Text.HOST_TENANT:
                                found.add(fact)
        return frozenset(found)


class Question(NamedTuple):
    """What of a request a judgment hangs on."""

    rules: int
    words: tuple[str | None, ...]
    sets: tuple[frozenset[str] | None, ...]
    others: tuple[bool | None, ...]
    unknown: frozenset[Fact]


def _question(rules: _Rules, asked: Asked) -> Question | None:
    if rules.is_asked:
        return None
    request, unknown = asked.request, asked.unknown & rules.reads
    return Question(
        id(rules),
        tuple([request.words.get(word) for word in rules.words]),
        tuple([request.sets.get(several) for several in rules.sets]),
        tuple([_truth(atom, request, unknown) for atom in rules.others]),
        unknown,
    )


def _is_other(atom: Atom) -> bool:
    return not isinstance(atom, AskedOfCedar) and all(
        isinstance(fact, str) and not isinstance(fact, Text | Several) for fact in facts_of(atom)
    )


def _truth(atom: Atom, request: Request, unknown: frozenset[Fact]) -> bool | None:
    if unknown and not unknown.isdisjoint(facts_of(atom)):
        return None
    return evaluate(atom, request)


def judged(rules: _Rules, request: Request, unknown: frozenset[Fact]) -> Verdict:
    """What rules make of one request, asked anew."""
    if not _is_plain(rules, request):
        return Verdict(allowed=False, is_odd=True)
    own = left(rules.own, request, unknown)
    if own == FALSE:
        return Verdict(allowed=False, by_route=True)
    found = [_ruled(one, request, unknown) for one in rules.rulings]
    denied = [one for one in found if one.allowed is False]
    if denied:
        mendable = left(rules.provable, request, unknown) == TRUE
        return replace(denied[0], is_mendable=True) if mendable else denied[0]
    by = tuple(dict.fromkeys(name for one in found for name in one.by))
    if own != TRUE or any(one.allowed is None for one in found):
        missing = frozenset[Fact]().union(*(one.missing for one in found), _facts([own]))
        return Verdict(allowed=None, by=by, missing=missing & unknown)
    return Verdict(allowed=True, by=by, each=tuple(one.by for one in found))


def _provable(kind: Kind, rulings: Sequence[Ruling | None]) -> Formula:
    known = [one for one in rulings if one is not None]
    if kind is not Kind.USER or len(known) < len(rulings) or not known:
        return FALSE
    return all_of([could_be_proven(known[0]), *(allowed(one) for one in known[1:])])


def _ruled(ruling: Ruling | None, request: Request, unknown: frozenset[Fact]) -> Verdict:
    if ruling is None:
        return Verdict(allowed=False)
    forbids = _left(ruling.forbids, request, unknown)
    against = tuple(name for name, formula in forbids if formula == TRUE)
    if against:
        return Verdict(allowed=False, by=against)
    permits = _left(ruling.permits, request, unknown)
    if not permits:
        return Verdict(allowed=False)
    sure = tuple(name for name, formula in permits if formula == TRUE)
    open_ones = [formula for _, formula in forbids]
    if not sure:
        open_ones += [formula for _, formula in permits]
    if open_ones:
        return Verdict(allowed=None, missing=_facts(open_ones))
    return Verdict(allowed=True, by=sure)


def _left(
    rules: Iterable[Rule], request: Request, unknown: frozenset[Fact]
) -> list[tuple[str, Formula]]:
    """What is left of rules that may apply, with their names."""
    found = ((rule.policy, left(rule.formula, request, unknown)) for rule in rules)
    return [(name, formula) for name, formula in found if formula != FALSE]


def _facts(formulas: Iterable[Formula]) -> frozenset[Fact]:
    return frozenset(fact for one in formulas for atom in atoms(one) for fact in facts_of(atom))


def _is_plain(rules: _Rules, request: Request) -> bool:
    """Whether what policies read of path and host is what a service reads too."""
    if any(_PLAIN.fullmatch(request.words.get(word, "")) is None for word in rules.plain):
        return False
    return not rules.reads_host or (
        _LABEL.fullmatch(request.words.get(Text.HOST_TENANT, "")) is not None
    )

"""Which parts of a policy's text decided over a request, and in words why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ringwall.access.asking.words import Wording
from ringwall.access.compiler import formulas
from ringwall.access.compiler.formulas import (
    FALSE,
    TRUE,
    Formula,
    Known,
    is_asked,
    loosest,
)
from ringwall.access.compiler.partial import Asker, Evaluation, RefusedError
from ringwall.access.compiler.places import Place, Reading
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.values import TheResource
from ringwall.access.language.syntax import Binary, Expression, Policy, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A policy with the spans of its text that decided, and why in words with values."""

    policy: Policy
    spans: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clause:
    """One thing that a policy asks; ``formula`` is when it is met."""

    at: Span
    formula: Formula


class _Clauses(Evaluation):
    """A policy taken apart: its head, and every condition that it joins, each by itself."""

    def each(self) -> Iterator[_Clause]:
        """Every clause that can be decided by itself, in the order of the text."""
        policy = self._policy
        yield _Clause(policy.principal.at, self._scoped(policy.principal, self._principal()))
        yield _Clause(policy.action.at, self._acted())
        yield _Clause(policy.resource.at, self._scoped(policy.resource, TheResource()))
        yield from self.conditions()

    def conditions(self) -> Iterator[_Clause]:
        """Those of its conditions alone."""
        for condition in self._policy.conditions:
            for one in _split(condition.body, "||" if condition.negated else "&&"):
                try:
                    met = self._condition(one)
                except RefusedError:
                    continue  # it makes sense only after what stands before it
                yield _Clause(one.at, formulas.negate(met) if condition.negated else met)


def _split(expression: Expression, joined: str) -> Iterator[Expression]:
    """The parts of ``a && b && c``, without recursion."""
    stack = [expression]
    while stack:
        one = stack.pop()
        if isinstance(one, Binary) and one.op == joined:
            stack += [one.right, one.left]
        else:
            yield one


def applied(
    policy: Policy,
    asker: Asker,
    place: Place,
    request: Request,
    holders: Mapping[str, frozenset[str]],
) -> Part:
    """Why a policy applies: its conditions, or its head where it has none."""
    wording = Wording(place.tenant)
    clauses = _Clauses(policy, asker, Reading(place), holders)
    # The policy applies: what Cedar's engine was asked for was so.
    met = [c for c in clauses.conditions() if is_asked(c.formula) or evaluate(c.formula, request)]
    said = [
        wording.condition(one.formula)
        if is_asked(one.formula)
        else wording.met(one.formula, request)
        for one in met
        if one.formula != TRUE and not isinstance(one.formula, Known)
    ]
    head = (policy.principal.at, policy.action.at, policy.resource.at)
    return Part(
        policy=policy,
        spans=tuple(one.at for one in met) or head,
        reasons=tuple(dict.fromkeys(said)),
    )


def missed(
    policy: Policy,
    asker: Asker,
    place: Place,
    request: Request,
    holders: Mapping[str, frozenset[str]],
) -> Part:
    """Why a policy does not apply: each clause that is not met, with the values there."""
    wording = Wording(place.tenant)
    spans: list[Span] = []
    reasons: list[str] = []
    clauses = tuple(_Clauses(policy, asker, Reading(place), holders).each())
    for one in clauses:
        if evaluate(loosest(one.formula), request):
            continue
        spans.append(one.at)
        if one.formula == FALSE:
            start = one.at.start - policy.at.start
            said = " ".join(policy.text[start : one.at.end - policy.at.start].split())
            reasons.append(f"it asks for {said}")
        else:
            reasons += wording.unmet(loosest(one.formula), request)
    for one in () if reasons else clauses:
        # All that the edge can tell is met: what Cedar's engine was asked for was not.
        if is_asked(one.formula):
            spans.append(one.at)
            reasons.append(wording.condition(formulas.negate(one.formula)))
    return Part(policy=policy, spans=tuple(spans), reasons=tuple(dict.fromkeys(reasons)))

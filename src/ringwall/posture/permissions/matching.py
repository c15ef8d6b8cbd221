"""Whether one statement matches one request, and what a stack of documents comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.conditions import hold
from ringwall.posture.permissions.principals import Named, excepted, named
from ringwall.posture.permissions.requests import OPEN, Request
from ringwall.posture.permissions.statements import (
    Condition,
    Document,
    Effect,
    Statement,
)
from ringwall.posture.permissions.truth import Truth, both, either, opposite
from ringwall.posture.permissions.variables import fill, has_variables


class Match(NamedTuple):
    """A statement that matches, at least perhaps, and how it names who asks."""

    statement: Statement
    truth: Truth
    conditions: tuple[Condition, ...] = ()
    how: Named = Named.DIRECTLY


@dataclass(frozen=True, slots=True)
class Layer:
    """What documents say that stand beside each other: what allows, what denies."""

    allows: tuple[Match, ...] = ()
    denies: tuple[Match, ...] = ()

    @property
    def allowed(self) -> Truth:
        """Whether a statement allows it, denials aside."""
        return either(one.truth for one in self.allows)

    @property
    def denied(self) -> Truth:
        """Whether a statement denies it."""
        return either(one.truth for one in self.denies)

    def by(self, *hows: Named) -> "Layer":
        """The same with those allowing statements alone that name somebody in one of these ways."""
        return Layer(tuple(one for one in self.allows if one.how in hows), self.denies)


NOTHING = Layer()


def layer(
    documents: Iterable[Document], request: Request, action: str, *, is_bounded: bool = False
) -> Layer:
    """What documents say of a request; ``action`` is its action in lower case.

    ``is_bounded`` is whether who asks has a permissions boundary: a Deny with ``NotPrincipal`` then
    denies, whomever it names ("NotPrincipal with Deny", IAM User Guide).
    """
    allows: list[Match] = []
    denies: list[Match] = []
    for document in documents:
        for one in document.concerning(action):
            if one.effect is Effect.ALLOW:
                found = _matched(one, request, is_bounded=False)
                if found is not None:
                    allows.append(found)
            else:
                found = _matched(one, request, is_bounded=is_bounded)
                if found is not None:
                    denies.append(found)
    if not allows and not denies:
        return NOTHING
    return Layer(tuple(allows), tuple(denies))


def _matched(one: Statement, request: Request, *, is_bounded: bool) -> Match | None:
    if one.fault:
        return Match(one, Truth.UNKNOWN)
    truth, how = Truth.YES, Named.DIRECTLY
    if one.principals is not None:
        truth, how = _naming(one, request, is_bounded=is_bounded)
    if truth is not Truth.NO and one.resources is not None:
        truth = both(truth, concerns_resource(one, request))
    if truth is Truth.NO:
        return None
    if not one.conditions:
        return Match(one, truth, (), how)
    held, open_ones = hold(one.conditions, request)
    truth = both(truth, held)
    return None if truth is Truth.NO else Match(one, truth, open_ones, how)


def _naming(one: Statement, request: Request, *, is_bounded: bool) -> tuple[Truth, Named]:
    if one.principals is None:
        return Truth.YES, Named.DIRECTLY
    to_deny = one.effect is Effect.DENY
    if not one.but_principals:
        how = named(request.principal, one.principals, to_deny=to_deny)
        return (Truth.NO if how is Named.NO else Truth.YES), how
    if to_deny:
        spared = Truth.NO if is_bounded else excepted(request.principal, one.principals)
        return opposite(spared), Named.DIRECTLY
    how = named(request.principal, one.principals)
    return (Truth.YES if how is Named.NO else Truth.NO), Named.DIRECTLY


def concerns_resource(one: Statement, request: Request) -> Truth:
    """Whether a statement speaks of the request's resource.

    A variable without a value matches nothing; what ``NotResource`` makes of that AWS does not say.
    """
    result = Truth.NO
    for said in one.resources or ():
        pattern = said
        if one.variables and has_variables(said):
            filled = fill(said, request)
            if filled.key:
                without = Truth.UNKNOWN if one.but_resources else Truth.NO
                result = max(result, Truth.OPEN if filled.why is OPEN else without)
                continue
            pattern = filled.pattern
        if patterns.arn(pattern)(request.resource):
            result = Truth.YES
            break
    return opposite(result) if one.but_resources else result

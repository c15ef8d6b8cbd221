"""Names in policies that nothing in the world has: types, ids, and attributes asked by ``has``.

Cedar knows no entities, and finds nothing wrong with ``Role::"suport"`` or a ``has`` that is never
true. A permit with one is useless; a forbid with one does not forbid.
"""

import re
from collections.abc import Iterator
from typing import Final

from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Entity,
    EntityUid,
    Expression,
    Has,
    Is,
    Policy,
    Span,
    Variable,
)
from ringwall.access.language.walking import walk
from ringwall.access.validation.remarks import Remark
from ringwall.access.validation.vocabulary import PRINCIPALS, RESOURCES, Vocabulary
from ringwall.runtime.configuration.spelling import listed, nearest

_DECLARED: Final = {
    "Role": "roles of ringwall.yaml",
    "Service": "services of ringwall.yaml",
    "Route": "routes of ringwall.yaml",
    "Group": "groups of ringwall.yaml",
    "Action": "methods, read, write and the actions of routes",
}
_SHOWN: Final = 12


def unknown_names(policy: Policy, vocabulary: Vocabulary) -> Iterator[Remark]:
    """Tell each name of a policy that is none in this world."""
    finder = _Finder(policy, vocabulary)
    for scope in (policy.principal, policy.resource):
        if scope.type is not None:
            yield from finder.unknown_type(scope.type, scope.at)
        if scope.uid is not None:
            yield from finder.unknown_entity(scope.uid, scope.at)
    for uid in policy.action.uids:
        yield from finder.unknown_entity(uid, policy.action.at)
    for condition in policy.conditions:
        for part in walk(condition.body):
            if isinstance(part, Entity):
                yield from finder.unknown_entity(part.uid, part.at)
            elif isinstance(part, Is):
                yield from finder.unknown_type(part.type, Span(part.of.at.end, part.at.end))
            elif isinstance(part, Has):
                yield from finder.unknown_attribute(part)
            elif isinstance(part, Binary) and part.op in {"hasTag", "getTag"}:
                yield finder.tag(part)


class _Finder:
    def __init__(self, policy: Policy, vocabulary: Vocabulary) -> None:
        self._policy = policy
        self._words = vocabulary

    def unknown_type(self, name: str, within: Span) -> Iterator[Remark]:
        if name in self._words.types:
            return
        known = sorted(self._words.types)
        yield Remark(
            self._offset(re.escape(name).replace("::", r"\s*::\s*"), within),
            f'there is no type "{name}"',
            name,
            listed(known),
            nearest(name, known) or "",
        )

    def unknown_entity(self, uid: EntityUid, within: Span) -> Iterator[Remark]:
        if uid.type not in self._words.ids:
            if uid.type == "Action" or uid.type in self._words.types:
                return
            yield from self.unknown_type(uid.type, within)
            return
        ids = self._words.ids[uid.type]
        if uid.id in ids:
            return
        written = str(uid).partition("::")[2]
        meant = nearest(uid.id, sorted(ids))
        what = uid.type.lower()
        yield Remark(
            self._offset(re.escape(written), within),
            f'there is no {what} "{uid.id}"',
            written,
            _some(ids) or f"none: there are no {_DECLARED[uid.type]}",
            meant or "",
        )

    def unknown_attribute(self, part: Has) -> Iterator[Remark]:
        known = self._attributes(part.of)
        if known is None or part.name in known[1]:
            return
        who, names = known
        written = self._text(Span(part.at.start, part.at.end))
        offset = part.at.end - self._policy.at.start
        offset -= len(re.search(r'("(?:\\.|[^"\\])*"|\w+)$', written)[0])  # type: ignore[index]
        yield Remark(
            offset,
            f'{who} has an attribute "{part.name}": this is never true',
            part.name,
            listed(sorted(names)) or "none",
            nearest(part.name, sorted(names)) or "",
        )

    def tag(self, part: Binary) -> Remark:
        within = Span(part.left.at.end, part.at.end)
        offset = self._offset(part.op, within)
        return Remark(offset, "nothing has tags here: this is never true", part.op)

    def _attributes(self, of: Expression) -> tuple[str, frozenset[str]] | None:
        """Who is asked for an attribute, and which attributes are not asked in vain."""
        match of:
            case Variable(name="principal"):
                return "no principal", self._all(PRINCIPALS)
            case Variable(name="resource"):
                return "no resource", self._all(RESOURCES)
            case Variable(name="action"):
                return "no action", frozenset()
            case Variable(name="context"):
                return "no context", self._words.context
            case Attribute(of=Variable(name="context"), name="path"):
                return "no path of a route", frozenset(self._words.world.parameters)
        return None

    def _all(self, types: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self._words.types[name].attributes for name in types))

    def _text(self, at: Span) -> str:
        start = self._policy.at.start
        return self._policy.text[at.start - start : at.end - start]

    def _offset(self, pattern: str, within: Span) -> int:
        """Where a name stands in a part of the policy; the part's beginning, if it is not found.

        An id that is written with other escapes is not found.
        """
        match = re.search(pattern, self._text(within))
        return within.start - self._policy.at.start + (match.start() if match else 0)


def _some(ids: frozenset[str]) -> str:
    shown = sorted(ids)[:_SHOWN]
    more = len(ids) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")

"""Cedar's complaints in our own words, with the way to mend what is complained of."""

import re
from collections.abc import Iterator
from typing import Final

from ringwall.access.language.functions import FUNCTIONS
from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Call,
    EntityUid,
    Expression,
    Literal,
    Policy,
    SetOf,
    Variable,
)
from ringwall.access.validation.asking import Complaints
from ringwall.access.validation.heads import no_request, type_of
from ringwall.access.validation.remarks import Remark
from ringwall.access.validation.vocabulary import PRINCIPALS, RESOURCES, Vocabulary
from ringwall.runtime.configuration.spelling import listed, nearest

_NO_ATTRIBUTE: Final = re.compile(
    r"(?s)attribute `(.*?)` (?:on entity type `(.*)` |in context )?not found"
)
_MAYBE: Final = re.compile(
    r"(?s)unable to guarantee safety of access to optional attribute `(.*?)` "
    r"(?:on entity type `(.*)`|in context)"
)
_UNLIKE: Final = re.compile(r"(?s)the types (.*) and (.*) are not compatible")
_EXPECTED: Final = re.compile(r"(?s)unexpected type: expected (.*) but saw (.*)")
_UNREADABLE: Final = re.compile(
    r"(?s)error during extension function argument validation: "
    r"failed to parse as (?:an? )?(.*?): `(.*)`"
)
_COUNT: Final = re.compile(
    r"wrong number of arguments in extension function application\. Expected (\d+), got (\d+)"
)
_TOLD: Final = re.compile(
    r"unrecognized (?:entity type|action) |unable to guarantee safety of access to tag "
)
"""What is said of names that are unknown, and of tags, which nothing has."""
_NO_ACTION: Final = "unable to find an applicable action given the policy scope constraints"
_EMPTY: Final = "empty set literals are forbidden in policies"
_NOT_LITERAL: Final = "extension constructors may not be called with non-literal expressions"
_TYPES: Final = {
    "Bool": "true or false",
    "__cedar::internal::True": "true or false",
    "__cedar::internal::False": "true or false",
    "Long": "a number",
    "String": "text",
    "ipaddr": "a network address",
    "decimal": "a decimal number",
    "datetime": "a time",
    "duration": "a duration",
    "__cedar::internal::AnyEntity": "an entity",
    "__cedar::internal::OpenRecord{}": "a record",
    "Set<__cedar::internal::Any>": "a list",
    "Set<__cedar::internal::AnyEntity>": "a list of entities",
}
_FORMS: Final = {
    "IP address": ("network address", 'such as ip("10.0.0.0/8")'),
    "decimal value": ("decimal number", 'such as decimal("1.5")'),
    "datetime value": ("time", 'such as datetime("2026-01-31T12:00:00Z")'),
    "duration value": ("duration", 'such as duration("1h30m")'),
}


def worded(
    policy: Policy, part: Expression | None, said: Complaints, vocabulary: Vocabulary
) -> Iterator[Remark]:
    """Return remarks for what is ``said`` of a part of a policy, or of its head (``None``).

    Nothing for names that are unknown, and for tags: they are told by whoever knows all names.
    """
    words = _Words(policy, vocabulary)
    left = {one for one in said if not _TOLD.match(one)}
    if part is None:
        if _NO_ACTION in left and left == said:
            yield no_request(policy, vocabulary)
        left = {one for one in left if one not in {_NO_ACTION, _EMPTY}}
    if isinstance(part, Attribute):
        yield from words.attribute(part, left)
        left = {one for one in left if not (_NO_ATTRIBUTE.match(one) or _MAYBE.match(one))}
    if left:
        # All that is left is said of one place: it is one mistake.
        yield words.remark(part, min(left, key=_rank), left)


class _Words:
    def __init__(self, policy: Policy, vocabulary: Vocabulary) -> None:
        self._policy = policy
        self._vocabulary = vocabulary

    def attribute(self, part: Attribute, said: set[str]) -> Iterator[Remark]:
        lacking: set[str] = set()
        maybe: set[str] = set()
        is_context = False
        for one in said:
            if match := _NO_ATTRIBUTE.fullmatch(one):
                lacking.add(match[2] or "")
                is_context |= "in context" in one
            elif match := _MAYBE.fullmatch(one):
                maybe.add(match[2] or "")
        if lacking:
            yield self._lacking(part, lacking, is_context=is_context)
        elif maybe:
            yield self._maybe(part, maybe)

    def _lacking(self, part: Attribute, types: set[str], *, is_context: bool) -> Remark:
        name, of = part.name, self._text(part.of)
        offset, written = self._name_of(part)
        if is_context:
            is_path = isinstance(part.of, Attribute)
            known = self._parameters() if is_path else self._vocabulary.context
            what = "no route has a path parameter" if is_path else "the context has no attribute"
        elif types == {""}:
            known, what = frozenset[str](), "this record has no attribute"
        else:
            entities = self._vocabulary.types
            known = frozenset().union(
                *(entities[one].attributes for one in types & entities.keys())
            )
            if fitting := self._having(part.of, name):
                message = f'{listed(sorted(types), last="and")} have no attribute "{name}"'
                if len(types) == 1:
                    message = message.replace(" have ", " has ")
                has = "" if self._is_sure(fitting[0], name) else f" && {of} has {name}"
                hint = f"{of} is {fitting[0]}{has} before it, with &&"
                return Remark(offset, message, written, hint)
            what = f"{listed(sorted(types), last='and')} {'have' if len(types) > 1 else 'has'} no"
            what += " attribute"
        return Remark(
            offset,
            f'{what} "{name}"',
            written,
            listed(sorted(known)) or "no attribute at all",
            nearest(name, sorted(known)) or "",
        )

    def _maybe(self, part: Attribute, types: set[str]) -> Remark:
        of, name = self._text(part.of), part.name
        offset, written = self._name_of(part)
        plain = name if re.fullmatch(r"[A-Za-z_]\w*", name) else f'"{name}"'
        if types == {""}:
            message = f'not every request has the path parameter "{name}"'
        else:
            message = f'not every {listed(sorted(types))} has the attribute "{name}"'
        return Remark(offset, message, written, f"{of} has {plain} before it, with &&")

    def remark(self, part: Expression | None, said: str, others: set[str]) -> Remark:
        """The complaint that matters most of a part, and all."""
        offset, written = self._spot(part)
        if match := _UNLIKE.fullmatch(said):
            message = f"{_typed(match[1])} and {_typed(match[2])} are of different types"
            return Remark(offset, message, written, _meant(part, match[1], match[2]))
        if match := _EXPECTED.fullmatch(said):
            found = [other[2] for one in others if (other := _EXPECTED.fullmatch(one))]
            seen = listed(sorted({_typed(one) for one in found}))
            message = f"{_typed(match[1])} is needed here, and not {seen}"
            return Remark(offset, message, written, _meant(part, match[1]))
        if match := _UNREADABLE.fullmatch(said):
            what, hint = _FORMS.get(match[1], (match[1], ""))
            value = part.arguments[0] if isinstance(part, Call) else part
            if value is not None:
                offset, written = value.at.start - self._policy.at.start, self._text(value)
            return Remark(offset, f"{match[2]} is no {what}", written, hint)
        if match := _COUNT.fullmatch(said):
            message = f"{self._called(part)} takes {match[1]} values, not {match[2]}"
            is_method = isinstance(part, Call) and part.function not in FUNCTIONS
            hint = "the one that it is asked of is counted" if is_method else ""
            return Remark(offset, message.replace("takes 1 values", "takes 1 value"), written, hint)
        if said == _NOT_LITERAL:
            message = f"{self._called(part)} takes text in quotes here, nothing that is asked"
            return Remark(offset, message, written, 'such as ip("10.0.0.0/8")')
        if said == _EMPTY:
            return Remark(
                offset, "an empty list is of no type", written, ".isEmpty() to ask for one"
            )
        return Remark(offset, f"Cedar's validator says: {said}", written)

    def _having(self, of: Expression, name: str) -> list[str]:
        """The types that what is asked can be of and that have the attribute."""
        match of:
            case Variable(name="principal"):
                types, scope = PRINCIPALS, self._policy.principal
            case Variable(name="resource"):
                types, scope = RESOURCES, self._policy.resource
            case _:
                return []
        asked = type_of(scope)
        types = tuple(one for one in types if asked in {None, one})
        return [one for one in types if name in self._vocabulary.types[one].attributes]

    def _is_sure(self, kind: str, name: str) -> bool:
        return name not in self._vocabulary.types[kind].optional

    def _parameters(self) -> frozenset[str]:
        return frozenset(self._vocabulary.world.parameters)

    def _called(self, part: Expression | None) -> str:
        return part.function if isinstance(part, Call) else "a function"

    def _name_of(self, part: Attribute) -> tuple[int, str]:
        """Where the attribute's name stands, and how it is written."""
        text = self._text(part)
        match = re.search(r'\w+$|"(?:\\.|[^"\\])*"(?=\s*\]$)', text)
        at = match.start() if match else 0
        return part.at.start - self._policy.at.start + at, match[0] if match else text

    def _spot(self, part: Expression | None) -> tuple[int, str]:
        """Where the caret goes: at an operator rather than before what it joins."""
        if part is None:
            effect, before = self._policy.effect.value, self._policy.principal.at.start
            # Annotations may hold the same word.
            found = self._policy.text.rfind(effect, 0, before - self._policy.at.start)
            return found, effect
        start = part.at.start - self._policy.at.start
        if isinstance(part, Binary) and not part.op.isalpha():
            after = part.left.at.end - self._policy.at.start
            found = self._policy.text.find(part.op, after)
            return (found, part.op) if found >= 0 else (start, "")
        return start, self._text(part)

    def _text(self, part: Expression) -> str:
        start = self._policy.at.start
        return self._policy.text[part.at.start - start : part.at.end - start]


def _rank(said: str) -> tuple[int, str]:
    """Which of several complaints of one place says most."""
    for rank, form in enumerate((_UNREADABLE, _COUNT, _EXPECTED, _UNLIKE)):
        if form.fullmatch(said):
            return rank + (rank > 1) * 10, said
    return (5 if said in {_EMPTY, _NOT_LITERAL} else 20), said


def _typed(name: str) -> str:
    if name in _TYPES:
        return _TYPES[name]
    if ", or " in name:
        return listed(sorted(_typed(one) for one in name.split(", or ")))
    if name.startswith("{"):
        return "a record"
    if name.startswith("Set<"):
        return f"a list of {_typed(name[4:-1])}"
    return f"{'an' if name[:1] in 'AEIO' else 'a'} {name}"


def _meant(part: Expression | None, *types: str) -> str:
    """What may stand there instead of text: a number without its quotes, or an entity."""
    if not isinstance(part, Binary):
        return ""
    for side in (part.right, part.left):
        for one in side.items if isinstance(side, SetOf) else (side,):
            if not isinstance(one, Literal) or not isinstance(one.value, str):
                continue
            for kind in types:
                if kind == "Long" and one.value.isdecimal():
                    return f"the number {one.value}, without quotes"
                if re.fullmatch(r"\w+", kind) and kind not in _TYPES:
                    return str(EntityUid(kind, one.value))
    return ""

"""Expressions: what stands between the braces of ``when`` and ``unless``.

https://docs.cedarpolicy.com/policies/syntax-grammar.html, from ``Expr`` on.
"""

from typing import Final

from ringwall.access.language import functions
from ringwall.access.language.cursor import RESERVED, Cursor
from ringwall.access.language.mistakes import MistakeError
from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Entity,
    EntityUid,
    Expression,
    Has,
    If,
    Is,
    Like,
    Literal,
    RecordOf,
    SetOf,
    Span,
    Unary,
    Variable,
)
from ringwall.access.language.tokens import Tokens
from ringwall.runtime.configuration.spelling import listed

DEEPEST: Final = 64
"""How deep parentheses, brackets, braces and ifs may stand in each other."""
VARIABLES: Final = frozenset({"principal", "action", "resource", "context"})
_CONSTANTS: Final = VARIABLES | {"true", "false"}
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_RELATIONS: Final = frozenset({*_COMPARISONS, "has", "like", "is"})
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})
_WORDS: Final = (*sorted(VARIABLES), "true", "false", "if", *functions.FUNCTIONS)
_VALUE: Final = 'a value, such as principal.id, "text", 7, true or Role::"support"'
_WORDS_OF_FUNCTIONS: Final = listed(f"{name}(...)" for name in functions.FUNCTIONS)
_MOST_SIGNS: Final = 4
_LARGEST: Final = 2**63 - 1


class Expressions(Cursor):
    """Reads expressions: each method one rule of the grammar, and the rules it is made of."""

    __slots__ = ("_depth",)

    def __init__(self, found: Tokens) -> None:
        super().__init__(found)
        self._depth = 0

    def expression(self) -> Expression:
        """``Expr``: read up to the word that cannot go on with it."""
        if self._depth >= DEEPEST:
            message = f"more than {DEEPEST} parentheses, lists and ifs stand in each other here"
            raise MistakeError(message, self.start(), allowed="several policies, or fewer of them")
        self._depth += 1
        found = self._if() if self.words[self.index] == "if" else self._or()
        self._depth -= 1
        return found

    def _if(self) -> Expression:
        start = self.start()
        self.index += 1
        condition = self.expression()
        self.expect("then", "then, or an operator", ("then",))
        one = self.expression()
        self.expect("else", "else, or an operator", ("else",))
        other = self.expression()
        return If(condition, one, other, self.span(start))

    def _or(self) -> Expression:
        words, start = self.words, self.starts[self.index]
        left = self._and()
        while words[self.index] == "||":
            self.index += 1
            right = self._and()
            left = Binary("||", left, right, Span(start, self.ends[self.index - 1]))
        return left

    def _and(self) -> Expression:
        words, start = self.words, self.starts[self.index]
        left = self._relation()
        while words[self.index] == "&&":
            self.index += 1
            right = self._relation()
            left = Binary("&&", left, right, Span(start, self.ends[self.index - 1]))
        return left

    def _relation(self) -> Expression:
        words, first = self.words, self.index
        start = self.starts[first]
        left = self._sum()
        word = words[self.index]
        if word in _COMPARISONS:
            self.index += 1
            right = self._sum()
            found: Expression = Binary(word, left, right, Span(start, self.ends[self.index - 1]))
        elif word == "has":
            self.index += 1
            found = self._has(left, start)
        elif word == "like":
            self.index += 1
            pattern = self.pattern()
            found = Like(left, pattern, Span(start, self.ends[self.index - 1]))
        elif word == "is":
            self.index += 1
            found = self._is(left, start)
        else:
            return left
        if words[self.index] in _RELATIONS:
            raise self._chained(words[self.index])
        return found

    def _chained(self, word: str) -> MistakeError:
        message = f"{word} cannot follow another comparison"
        hint = "parentheses around one of them, or && between two"
        return MistakeError(message, self.start(), value=word, allowed=hint)

    def _has(self, of: Expression, start: int) -> Expression:
        allowed = 'an attribute: a name, or text in quotes, such as has tenant or has "x-y"'
        if self.is_at_string():
            name = self.string(allowed)
            return Has(of, name, Span(start, self.ends[self.index - 1]))
        name = self.identifier(allowed, 'has "..."')
        found: Expression = Has(of, name, Span(start, self.ends[self.index - 1]))
        while self.words[self.index] == ".":
            of = Attribute(of, name, Span(start, self.ends[self.index - 1]))
            self.index += 1
            name = self.identifier("the name of an attribute", 'another has, with "..."')
            at = Span(start, self.ends[self.index - 1])
            found = Binary("&&", found, Has(of, name, at), at)
        return found

    def _is(self, of: Expression, start: int) -> Expression:
        name = self.type()
        within = None
        if self.words[self.index] == "in":
            self.index += 1
            within = self._sum()
        return Is(of, name, within, Span(start, self.ends[self.index - 1]))

    def _sum(self) -> Expression:
        words, start = self.words, self.starts[self.index]
        left = self._unary()
        if words[self.index] not in _ARITHMETIC:
            return left
        left = self._product(left, start)
        while words[self.index] in {"+", "-"}:
            op = words[self.index]
            self.index += 1
            second = self.start()
            right = self._product(self._unary(), second)
            left = Binary(op, left, right, Span(start, self.ends[self.index - 1]))
        return left

    def _product(self, left: Expression, start: int) -> Expression:
        while (op := self.words[self.index]) in {"*", "/", "%"}:
            if op != "*":
                message = f"there is no {op}: numbers are only added, subtracted and multiplied"
                raise MistakeError(message, self.start(), value=op)
            self.index += 1
            right = self._unary()
            left = Binary("*", left, right, Span(start, self.ends[self.index - 1]))
        return left

    def _unary(self) -> Expression:
        op = self.words[self.index]
        if op not in {"!", "-"}:
            return self._member()
        first = self.index
        while self.words[self.index] == op:
            self.index += 1
        count = self.index - first
        if count > _MOST_SIGNS:
            message = f"{count} {op} in a row: at most {_MOST_SIGNS} can be read"
            raise MistakeError(message, self.starts[first], value=op * count)
        if op == "-" and self._is_at_number():
            # As in Cedar, the last sign belongs to the number: else the least one had no literal.
            count -= 1
            found: Expression = self._literal_number(sign=-1, start=self.starts[first + count])
        else:
            found = self._member()
        name = "!" if op == "!" else "neg"
        for number in range(first + count - 1, first - 1, -1):
            found = Unary(name, found, self.span(self.starts[number]))
        return found

    def _is_at_number(self) -> bool:
        """Whether a number stands here, and nothing is asked of it."""
        word = self.words[self.index]
        return (
            word.isascii()
            and word.isdecimal()
            and self.words[self.index + 1] not in {".", "[", "("}
        )

    def _literal_number(self, *, sign: int, start: int) -> Literal:
        word = self.words[self.index]
        # Longer ones are not converted: Python refuses what takes too long.
        is_large = len(word.lstrip("0")) > len(str(_LARGEST))
        value = _LARGEST * 4 if is_large else int(word)
        if value > _LARGEST + (sign < 0):
            message = f"the number {word[:32]} is too large"
            hint = f"-{_LARGEST + 1} to {_LARGEST}"
            raise MistakeError(message, self.start(), value=word, allowed=hint)
        self.index += 1
        return Literal(sign * value, self.span(start))

    def _member(self) -> Expression:
        words, start = self.words, self.starts[self.index]
        found = self._primary(start)
        while True:
            word = words[self.index]
            if word == ".":
                found = self._attribute_or_method(found, start)
            elif word == "[":
                self.index += 1
                name = self.string("the name of an attribute in quotes")
                self.expect("]", "]")
                found = Attribute(found, name, Span(start, self.ends[self.index - 1]))
            elif word == "(":
                message = "only functions can be called, by their names"
                raise MistakeError(message, self.start(), allowed=_WORDS_OF_FUNCTIONS)
            else:
                return found

    def _attribute_or_method(self, of: Expression, start: int) -> Expression:
        self.index += 1
        index, words = self.index, self.words
        word = words[index]
        if word.isdecimal():
            message = "numbers are whole"
            hint = f'decimal("1.5") for {words[index - 2]}.{word}'
            raise MistakeError(message, self.starts[index], value=word, allowed=hint)
        name = self.identifier("the name of an attribute", '["..."] instead of the dot')
        if words[self.index] != "(":
            return Attribute(of, name, Span(start, self.ends[index]))
        self.index += 1
        arguments = self._items(")")
        named = Span(self.starts[index], self.ends[index])
        return functions.asked(of, name, arguments, self.span(start), named)

    def _items(self, closing: str) -> tuple[Expression, ...]:
        """Read values with commas between them up to ``closing``, and it."""
        items: list[Expression] = []
        words = self.words
        while words[self.index] != closing:
            items.append(self.expression())
            if words[self.index] != ",":
                break
            self.index += 1
        self.expect(closing, f"{closing}, a comma or an operator")
        return tuple(items)

    def _primary(self, start: int) -> Expression:
        index, words = self.index, self.words
        word = words[index]
        if word in _CONSTANTS and words[index + 1] != "::":
            self.index += 1
            at = Span(start, self.ends[index])
            return Variable(word, at) if word in VARIABLES else Literal(word == "true", at)
        first = word[:1]
        if first == '"' and len(word) > 1:
            return Literal(self.string(_VALUE), Span(start, self.ends[index]))
        if first.isdecimal() and first.isascii():
            return self._literal_number(sign=1, start=start)
        if word == "(":
            self.index += 1
            inner = self.expression()
            self.expect(")", ") or an operator")
            return inner
        if word == "[":
            self.index += 1
            items = self._items("]")
            return SetOf(items, self.span(start))
        if word == "{":
            return self._record(start)
        if word == "if":
            message = "an if within a larger expression needs parentheses around it"
            raise MistakeError(message, start, value=word, allowed="(if ... then ... else ...)")
        if word not in RESERVED and self.is_at_name():
            return self._named(start)
        raise self.wrong(_VALUE, _WORDS)

    def _named(self, start: int) -> Expression:
        """An entity, or the call of a function."""
        word = self.words[self.index]
        after = self.words[self.index + 1]
        if after == "(":
            named = Span(start, start + len(word))
            self.index += 2
            arguments = self._items(")")
            return functions.called(word, arguments, self.span(start), named)
        if after == "::" or (after == ":" and self.words[self.index + 2][:1] == '"'):
            name = self.path(_VALUE)
            return Entity(EntityUid(name, self.entity_id(name, start)), self.span(start))
        wrong = self.wrong(_VALUE, _WORDS)
        if wrong.message.endswith("cannot stand here"):
            wrong.message = f'there is no value "{word}"'
        raise wrong

    def _record(self, start: int) -> Expression:
        words = self.words
        entries: dict[str, Expression] = {}
        self.index += 1
        while words[self.index] != "}":
            at = self.index
            allowed, quoted = "the name of an attribute, or }", '"..." in quotes'
            name = self.string(allowed) if self.is_at_string() else self.identifier(allowed, quoted)
            if name in entries:
                message = f'"{name}" stands twice in this record'
                raise MistakeError(message, self.starts[at], value=words[at])
            self.expect(":", f"a colon and the value of {name}")
            entries[name] = self.expression()
            if words[self.index] != ",":
                break
            self.index += 1
        self.expect("}", "}, a comma or an operator")
        return RecordOf(tuple(entries.items()), self.span(start))

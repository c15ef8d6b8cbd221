"""Where in a policy the thing stands that Cedar complains of, for Cedar does not say it.

The parts of a condition are judged each alone, behind what guards them (``a`` guards ``b`` in
``a && b``). What is said of a whole and of none of its parts is about the whole.
"""

from collections.abc import Callable, Iterator
from typing import Final

from ringwall.access.language.syntax import Binary, Expression, Has, If, Policy, Unary
from ringwall.access.language.walking import parts
from ringwall.access.validation.asking import Complaints

MOST_ASKED: Final = 1000
"""After so many questions about one policy, a part is named whole rather than looked into."""
Located = tuple[Expression | None, Complaints]
"""A part of a condition, or ``None`` for the head, and what is said of it alone."""


def located(policy: Policy, ask: Callable[[str], Complaints]) -> Iterator[Located]:
    """Tell the smallest parts that are complained of; ``ask`` judges the text of one policy."""
    asker = _Asker(policy, ask)
    if asker.of_head:
        yield None, asker.of_head
    guard = ""
    for condition in policy.conditions:
        said = asker.of(condition.body, guard, is_boolean=True)
        yield from asker.within(condition.body, guard, said)
        if not condition.negated:
            guard = asker.guarded(condition.body, guard)
        elif not said:
            guard += f"!({asker.written(condition.body)}) && "


class _Asker:
    def __init__(self, policy: Policy, ask: Callable[[str], Complaints]) -> None:
        self._text = policy.text
        self._start = policy.at.start
        self._ask = ask
        self._asked = 0
        if policy.conditions:
            self._head = self._text[: policy.conditions[0].at.start - self._start]
        else:
            self._head = self._text.removesuffix(";")
        self.of_head = ask(f"{self._head};")

    def written(self, part: Expression) -> str:
        return self._text[part.at.start - self._start : part.at.end - self._start]

    def of(self, part: Expression, guard: str, *, is_boolean: bool) -> Complaints:
        """What is said of a part, where ``guard`` holds."""
        text = f"({self.written(part)})"
        if not is_boolean:
            # Of which type a part is does not matter here: it is of the same as itself.
            text = f"{text} == {text}"
        self._asked += 1
        return self._ask(f"{self._head} when {{ {guard}{text} }};") - self.of_head

    def guarded(self, part: Expression, guard: str) -> str:
        """What guards a part that stands behind ``part``: all of it that is right."""
        if isinstance(part, Binary) and _is_conjunction(part):
            return self.guarded(part.right, self.guarded(part.left, guard))
        if self.of(part, guard, is_boolean=True):
            return guard
        return f"{guard}({self.written(part)}) && "

    def within(self, whole: Expression, guard: str, said: Complaints) -> Iterator[Located]:
        """Tell what of a whole is complained of, where ``said`` is what is said of it."""
        if not said:
            return
        rest = said
        if self._asked > MOST_ASKED:
            yield whole, said
            return
        for part, its_guard, is_boolean in self._parts(whole, guard):
            of_part = self.of(part, its_guard, is_boolean=is_boolean) & said
            rest -= of_part
            yield from self.within(part, its_guard, of_part)
        # An && has nothing wrong of its own: what Cedar says of no part of it comes of a guard that
        # it did not understand, and is gone with the guard's own mistake.
        is_echo = isinstance(whole, Binary) and whole.op == "&&" and rest != said
        if rest and not is_echo:
            yield whole, rest

    def _parts(self, whole: Expression, guard: str) -> Iterator[tuple[Expression, str, bool]]:
        """The parts of an expression, what guards each, and whether it must be true or false."""
        match whole:
            case Binary(op="&&", left=left, right=right):
                if _is_conjunction(whole):
                    yield left, guard, True
                    yield right, self.guarded(left, guard), True
                else:
                    yield _asked_for_path(whole), guard, False
            case Binary(op="||", left=left, right=right):
                yield left, guard, True
                yield right, guard, True
            case If(condition=condition, one=one, other=other):
                yield condition, guard, True
                yield one, self.guarded(condition, guard), False
                yield other, guard, False
            case Unary(op="!", operand=operand):
                yield operand, guard, True
            case _:
                for part in parts(whole):
                    yield part, guard, False


def _asked_for_path(part: Expression) -> Expression:
    """The ``a`` of ``a has b.c``."""
    while isinstance(part, Binary):
        part = part.left
    return part.of if isinstance(part, Has) else part


def _is_conjunction(part: Binary) -> bool:
    """Whether it is an ``&&`` as written: that of ``a has b.c`` has no parts in the text."""
    is_path = isinstance(part.right, Has) and part.right.at == part.at
    return part.op == "&&" and not is_path

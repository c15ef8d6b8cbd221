"""Policies from text to trees.

A parser of our own, since nothing else tells where each word of a policy stands. That it reads
what Cedar reads, and as Cedar reads it, is tested against Cedar itself.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ringwall.access.language.expressions import Expressions
from ringwall.access.language.heads import Heads
from ringwall.access.language.mistakes import MistakeError, PolicySyntaxError
from ringwall.access.language.syntax import Condition, Effect, Policy
from ringwall.access.language.tokens import END, Lines, tokens
from ringwall.access.language.walking import is_higher
from ringwall.runtime.configuration.problems import Problem

HIGHEST: Final = 200
"""How many operators may be applied to each other's results; others walk trees by recursion."""
MOST_MISTAKES: Final = 30
"""After so many the rest of a file is not read."""
_EFFECTS: Final = ("permit", "forbid")
_KINDS: Final = ("when", "unless")


def parse(text: str, file: Path) -> tuple[Policy, ...]:
    """Return the policies of one file, in order.

    :class:`PolicySyntaxError` tells all mistakes at once: after one, reading goes on with the next
    policy.
    """
    with _without_collection():
        return _parsed(text, file)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hold Python's search for cycles, which would go through all trees again and again.

    Trees have no cycles, and it takes longer than the reading itself.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parsed(text: str, file: Path) -> tuple[Policy, ...]:
    reader = _Policies(text, file)
    found: list[Policy] = []
    problems: list[Problem] = []
    lines = Lines(text, file)
    while reader.words[reader.index] != END:
        begin = reader.index
        try:
            found.append(reader.policy())
        except MistakeError as mistake:
            problems.append(reader.recovered(mistake, begin, lines).problem(lines))
            if len(problems) >= MOST_MISTAKES:
                break
    if problems:
        raise PolicySyntaxError(tuple(problems))
    return tuple(found)


class _Policies(Heads, Expressions):
    """Reads whole policies, and finds where to go on after a mistake."""

    __slots__ = ("_file", "_text")

    def __init__(self, text: str, file: Path) -> None:
        super().__init__(tokens(text))
        self._text = text
        self._file = file

    def policy(self) -> Policy:
        """``Policy``: annotations, effect, head, conditions, semicolon."""
        self._depth = 0
        first, start = self.index, self.start()
        annotations, places = self.annotations()
        word = self.words[self.index]
        if word not in _EFFECTS:
            raise self.wrong("permit, forbid, or an annotation such as @id(...)", _EFFECTS)
        self.index += 1
        principal, action, resource = self.head()
        conditions = tuple(self._conditions())
        end = self.end()
        if self.words[self.index] != ";":
            raise self._unfinished(end)
        self.index += 1
        if self.index - first > HIGHEST:
            self._refuse_heights(conditions)
        return Policy(
            file=self._file,
            effect=Effect(word),
            principal=principal,
            action=action,
            resource=resource,
            conditions=conditions,
            annotations=annotations,
            at=self.span(start),
            text=self._text[start : self.end()],
            places=places,
        )

    def _conditions(self) -> Iterator[Condition]:
        words = self.words
        while (kind := words[self.index]) in _KINDS:
            start = self.start()
            self.index += 1
            self.expect("{", f"{kind} {{ ... }}")
            if words[self.index] == "}":
                message = f"{kind} is empty"
                hint = f"a condition, or no {kind} at all"
                raise MistakeError(message, self.start(), value="}", allowed=hint)
            body = self.expression()
            self.expect("}", "} or an operator")
            yield Condition(kind == "unless", body, self.span(start))

    def _unfinished(self, end: int) -> MistakeError:
        word = self.words[self.index]
        if word in {*_EFFECTS, "@", END}:
            message = "a policy ends with a semicolon: it is missing here"
            return MistakeError(message, end, allowed=";")
        return self.wrong("a semicolon, when { ... } or unless { ... }", _KINDS)

    def _refuse_heights(self, conditions: tuple[Condition, ...]) -> None:
        for condition in conditions:
            if is_higher(condition.body, HIGHEST):
                message = f"more than {HIGHEST} operators are applied one after the other here"
                hint = "[...].contains(...) instead of many ||, several whens, or several policies"
                raise MistakeError(message, condition.at.start, allowed=hint)

    def recovered(self, mistake: MistakeError, begin: int, lines: Lines) -> MistakeError:
        """Go to the next policy; return the mistake, or the one that it follows from.

        ``begin`` is the index of the word that the policy began with.
        """
        unclosed = self._unclosed(begin)
        if unclosed is not None:
            self._read_anew(lines.end_of_line(unclosed))
            message = "this string is not closed in its line"
            mistake = MistakeError(message, unclosed, allowed='" at its end')
        elif self.index == begin:
            self.index += 1
        words = self.words
        while (word := words[self.index]) != END and not self._is_at_policy():
            self.index += 1
            if word == ";":
                break
        return mistake

    def _is_at_policy(self) -> bool:
        words, index = self.words, self.index
        if words[index] == "@":
            return words[index + 2 : index + 3] == ["("]
        return words[index] in _EFFECTS and words[index + 1] == "("

    def _unclosed(self, begin: int) -> int | None:
        """Where a string begins that took in more lines than were meant, if one did.

        Its end is the beginning of the next string: a word or nothing at all follows at once.
        """
        words, starts = self.words, self.starts
        for index in range(begin, min(self.index + 1, len(words) - 1)):
            word = words[index]
            if word == '"':
                return starts[index]
            end = starts[index] + len(word)
            touches = starts[index + 1] == end and words[index + 1][:1].isalnum()
            if word[:1] == '"' and "\n" in word and touches:
                return starts[index]
        return None

    def _read_anew(self, start: int) -> None:
        found = tokens(self._text, start)
        self.words, self.starts, self.ends, self.index = found.words, found.starts, found.ends, 0

"""What a filter of CloudWatch Logs matches, asked with events of CloudTrail's.

CloudWatch Logs User Guide, "Filter pattern syntax": ``{ ($.eventName = "X*") && ... }`` of JSON;
or words, of which all have to be there, ``?`` one of several and ``-`` none.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

Event = Mapping[str, Any]
Test = Callable[[Event], bool]
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<mark>\(|\)|&&|\|\||!=|>=|<=|=|>|<)
      | (?P<path>\$(?:\.[\w-]+|\[\d+\]|\["[^"]+"\]|\['[^']+'\])+)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | %(?P<regex>(?:[^%\\]|\\.)+)%
      | (?P<word>[^\s()=!<>&|{}"%]+)
    )""",
    re.VERBOSE,
)
_STEP: Final = re.compile(r"""\.([\w-]+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\]""")
_MISSING: Final = object()
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
}


class PatternError(ValueError):
    """A pattern cannot be understood."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Test:
    """Whether an event is matched, for each event. :class:`PatternError` says what is not clear."""
    text = pattern.strip()
    if text.startswith("{") and text.endswith("}"):
        return _Reader(text[1:-1]).read()
    return _words(text)


def _words(text: str) -> Test:
    found = re.findall(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))', text)
    several = [(sign, quoted or word) for sign, quoted, word in found]
    if any(word.startswith(("[", "%")) for _, word in several):
        raise PatternError(f"{text[:80]} is of a form that is not read")
    all_of = [word for sign, word in several if not sign]
    any_of = [word for sign, word in several if sign == "?"]
    none_of = [word for sign, word in several if sign == "-"]

    def test(event: Event) -> bool:
        line = json.dumps(event)
        is_any = not any_of or any(word in line for word in any_of)
        is_all = all(word in line for word in all_of)
        return is_any and is_all and not any(word in line for word in none_of)

    return test


class _Reader:
    """One expression, read from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise PatternError(f"{text[at : at + 40].strip()} is not understood")
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            at = found.end()
        self._at = 0

    def read(self) -> Test:
        found = self._any()
        if self._at < len(self._tokens):
            raise PatternError(f"{self._tokens[self._at][1]} is one too many")
        return found

    def _any(self) -> Test:
        several = [self._all()]
        while self._takes("||"):
            several.append(self._all())
        return several[0] if len(several) == 1 else lambda event: any(t(event) for t in several)

    def _all(self) -> Test:
        several = [self._one()]
        while self._takes("&&"):
            several.append(self._one())
        return several[0] if len(several) == 1 else lambda event: all(t(event) for t in several)

    def _one(self) -> Test:
        if self._takes("("):
            inner = self._any()
            if not self._takes(")"):
                raise PatternError("a bracket is not closed")
            return inner
        path = self._next("path")
        return self._compared(_steps(path))

    def _compared(self, steps: list[str | int]) -> Test:
        kind, said = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        if kind == "word" and said.upper() in {"IS", "NOT"}:
            wanted = self._next("word").upper()
            return _standing(steps, said.upper(), wanted)
        if kind != "mark" or said in {"(", ")", "&&", "||"}:
            raise PatternError(f"{said or 'its end'} is no comparison")
        kind, value = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        if kind not in {"quoted", "word", "regex"}:
            raise PatternError(f"{value or 'its end'} is no value")
        return _comparing(steps, said, kind, value)

    def _takes(self, mark: str) -> bool:
        is_next = self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark)
        self._at += is_next
        return is_next

    def _next(self, kind: str) -> str:
        found, said = self._tokens[self._at] if self._at < len(self._tokens) else ("", "its end")
        if found != kind:
            raise PatternError(f"{said} is not understood")
        self._at += 1
        return said


def _steps(path: str) -> list[str | int]:
    return [
        int(number) if number else name or one or other
        for name, number, one, other in _STEP.findall(path)
    ]


def _value(event: Event, steps: list[str | int]) -> Any:
    found: Any = event
    for one in steps:
        if isinstance(one, int):
            if not isinstance(found, list) or one >= len(found):
                return _MISSING
            found = found[one]
        elif isinstance(found, Mapping) and one in found:
            found = found[one]
        else:
            return _MISSING
    return found


def _standing(steps: list[str | int], word: str, wanted: str) -> Test:
    if (word, wanted) == ("NOT", "EXISTS"):
        return lambda event: _value(event, steps) is _MISSING
    if word == "IS" and wanted in {"NULL", "TRUE", "FALSE"}:
        is_to_be = {"NULL": None, "TRUE": True, "FALSE": False}[wanted]
        return lambda event: _value(event, steps) is is_to_be
    raise PatternError(f"{word} {wanted} is not understood")


def _comparing(steps: list[str | int], mark: str, kind: str, value: str) -> Test:
    if mark in _COMPARE:
        try:
            bound = float(value)
        except ValueError as error:
            raise PatternError(f"{value} is no number") from error

        def compare(event: Event) -> bool:
            found = _value(event, steps)
            is_number = isinstance(found, int | float) and not isinstance(found, bool)
            return is_number and _COMPARE[mark](float(found), bound)

        return compare
    if kind == "regex":
        try:
            fits = re.compile(value).search
        except re.error as error:
            raise PatternError(f"{value} is no expression") from error
    else:
        pieces = value.replace('\\"', '"').split("*")
        fits = re.compile(".*".join(map(re.escape, pieces)), re.DOTALL).fullmatch

    def equals(event: Event) -> bool:
        found = _value(event, steps)
        if found is _MISSING or isinstance(found, Mapping | list):
            return False
        said = {True: "true", False: "false", None: "null"}.get(found) if _is_word(found) else found
        return (fits(str(said)) is not None) is (mark == "=")

    return equals


def _is_word(found: Any) -> bool:
    return found is None or isinstance(found, bool)

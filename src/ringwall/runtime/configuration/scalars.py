"""Unquoted scalars: what they mean under the core schema of YAML 1.2.2 (section 10.3.2).

The older YAML 1.1 reads ``no`` as a boolean, ``12:30:00`` as a number and ``2026-01-01`` as a
date. Here they are text, as written.
"""

import re
from typing import Final

_TYPE_NAMES: Final = {bool: "a true/false value", int: "a whole number", float: "a number"}

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUES: Final = frozenset({"true", "True", "TRUE"})
_FALSES: Final = frozenset({"false", "False", "FALSE"})
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY: Final = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER: Final = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_NUMBER: Final = 100


def resolve(text: str) -> str | int | float | bool | None:
    """Return what the unquoted ``text`` means; ``ValueError`` for a number of absurd length."""
    if text in _NULLS:
        return None
    if text in _TRUES:
        return True
    if text in _FALSES:
        return False
    number = _number(text)
    return text if number is None else number


def _number(text: str) -> int | float | None:
    if text[0] not in "+-.0123456789":
        return None
    if text in _NOT_A_NUMBER:
        return float("nan")
    if _INFINITY.fullmatch(text):
        return float("-inf" if text[0] == "-" else "inf")
    for form, base in ((_DECIMAL, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if form.fullmatch(text):
            return int(_short(text).removeprefix("0o").removeprefix("0x"), base)
    return float(_short(text)) if _FLOAT.fullmatch(text) else None


def _short(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        msg = f"a number has at most {_LONGEST_NUMBER} digits"
        raise ValueError(msg)
    return text


def kind_of(value: object) -> str:
    """Name the type of a scalar in words a newcomer knows."""
    if value is None:
        return "nothing"
    return _TYPE_NAMES.get(type(value), "text")

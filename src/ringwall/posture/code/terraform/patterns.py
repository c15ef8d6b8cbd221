"""Regular expressions of Terraform, by the engine whose syntax they have: RE2, in linear time.

A pattern that somebody writes into code must not hold up who judges it.
"""

from typing import Any, Final

import re2

from ringwall.posture.code.terraform.values import ExpressionError

_MEMORY: Final = 8 << 20
_LONGEST: Final = 10_000_000
"""Signs that a replacement may come to."""


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else ""
        why = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise ExpressionError(f"{pattern[:80]} is no pattern of RE2: {why}") from None


def _taken(found: Any) -> Any:
    return found.groupdict() or list(found.groups()) or found.group()


def regex(pattern: str, text: str) -> Any:
    """The first match: a text, or what its groups are; ``ExpressionError`` where there is none."""
    found = _compiled(pattern).search(text)
    if found is None:
        raise ExpressionError(f"{pattern} is not found")
    return _taken(found)


def regexall(pattern: str, text: str) -> list[Any]:
    """All matches."""
    return [_taken(one) for one in _compiled(pattern).finditer(text)]


def replaced(text: str, what: str, by: str) -> str:
    """``what`` replaced, which is a pattern where it stands between slashes."""
    if len(what) > 1 and what[0] == what[-1] == "/":
        pattern = _compiled(what[1:-1])
        made: list[str] = []
        at = length = 0
        for one in pattern.finditer(text):
            new = _expanded(one, by)
            made += [text[at : one.start()], new]
            length += len(new)
            _bounded(length)
            at = one.end()
        return "".join([*made, text[at:]])
    _bounded(text.count(what) * len(by))
    return text.replace(what, by)


def _bounded(length: int) -> None:
    if length > _LONGEST:
        raise ExpressionError(f"replace gives more than {_LONGEST} signs")


def _expanded(found: Any, by: str) -> str:
    """``$1``, ``$name`` and ``${name}`` as Go's ``Expand`` has them; ``$$`` is a ``$``."""

    def one(sign: Any) -> str:
        name = sign.group(1) or sign.group(2)
        if name is None:
            return "$"
        try:
            return found.group(int(name) if name.isdigit() else name) or ""
        except (IndexError, KeyError):
            return ""

    return str(_REFERENCE.sub(one, by))


_REFERENCE: Final = re2.compile(r"\$\$|\$(\w+)|\$\{(\w+)\}")

"""``${aws:username}`` and its kind in resources and values.

IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from typing import Final, NamedTuple

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.requests import ABSENT, Left, Request

_VARIABLE: Final = re.compile(r"\$\{\s*([^}',\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")
_SIGNS: Final = ("*", "?", "$")


class Filled(NamedTuple):
    """A pattern with its variables replaced; or the key that stands in the way, and how."""

    pattern: str
    key: str = ""
    why: Left = ABSENT


def has_variables(said: str) -> bool:
    """Whether there may be some."""
    return "${" in said


def fill(said: str, request: Request) -> Filled:
    """Put in what the request has. What a variable stands for is text: stars in it match stars."""
    missing: list[tuple[str, Left]] = []

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name in _SIGNS:
            return patterns.literal(name)
        values = request.values(name.lower())
        if isinstance(values, tuple) and len(values) == 1:
            return patterns.literal(values[0])
        if values is ABSENT and default is not None:
            return patterns.literal(default)
        missing.append((name.lower(), values if isinstance(values, Left) else ABSENT))
        return ""

    pattern = _VARIABLE.sub(value, said)
    if missing:
        key, why = next((one for one in missing if one[1] is ABSENT), missing[0])
        return Filled("", key, why)
    return Filled(pattern)

"""Lengths of time and sizes: written with their unit, exact both ways."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

FORM: Final = "x-form"
"""The JSON Schema keyword under which the models say in words what a text looks like."""

_UNITS: Final = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_SIZE_FORM: Final = r"([0-9]{1,15})(B|KiB|MiB|GiB)?"
_SIZES: Final = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def _duration(value: object) -> float:
    form = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)"
    match = re.fullmatch(form, value) if isinstance(value, str) else None
    if match is None:
        msg = "write a number and a unit: ms, s, m, h or d (for example 30s or 250ms)"
        raise ValueError(msg)
    return float(Decimal(match[1]) * _UNITS[match[2]])


def seconds_of(text: str) -> float:
    """Seconds of a length of time as it is written, ``15m``; ``ValueError`` says how it is."""
    return _duration(text)


def _written_duration(value: object, info: ValidationInfo) -> float:
    # Code gives seconds as a float; in a file a bare number says no unit and is refused.
    if isinstance(value, float) and info.mode == "python":
        return value
    return _duration(value)


def duration_text(seconds: float) -> str:
    """Return seconds as they are written: ``250ms``, ``30s``, ``2h``; exact, so it reads back."""
    exact = Decimal(repr(seconds))
    for unit in ("d", "h", "m", "s", "ms"):
        count = exact / _UNITS[unit]
        if count == count.to_integral_value() and (count or unit == "s"):
            return f"{count:.0f}{unit}"
    return f"{exact:f}s"


def _size(value: object) -> int:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    match = re.fullmatch(_SIZE_FORM, text) if isinstance(text, str) else None
    if match is None:
        msg = "write a number of bytes, or a number and KiB, MiB or GiB (for example 1MiB)"
        raise ValueError(msg)
    return int(match[1]) * _SIZES[match[2] or ""]


def size_text(size: int) -> str:
    """Return bytes as they are written: ``64KiB``, ``1MiB``; exact."""
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _SIZES[unit] == 0:
            return f"{size // _SIZES[unit]}{unit}"
    return str(size)


Duration = Annotated[
    float,
    BeforeValidator(_written_duration),
    PlainSerializer(duration_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9]{1,12}(\.[0-9]{1,9})?(ms|s|m|h|d)$",
            FORM: "a length of time: a number and ms, s, m, h or d, such as 30s",
            "examples": ["30s"],
        }
    ),
]
"""Seconds, written with a unit: ``250ms``, ``30s``, ``24h``. YAML floats have no unit: refused."""

ByteSize = Annotated[
    int,
    BeforeValidator(_size),
    PlainSerializer(size_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 10**15 - 1},
                {"type": "string", "pattern": f"^{_SIZE_FORM}$"},
            ],
            FORM: "a size: bytes, or a number and KiB, MiB or GiB, such as 64KiB",
            "examples": ["64KiB"],
        }
    ),
]
"""Bytes, written ``65536`` or ``64KiB``."""

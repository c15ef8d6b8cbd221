"""What may be written after the colon of a field, by the kind of the field."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Final

from ringwall.lake.search import moments
from ringwall.lake.search.classes import BY_WORD, CLASSES
from ringwall.lake.search.fields import FORMS, Field, Kind
from ringwall.lake.search.tree import Network
from ringwall.runtime.configuration.spelling import nearest

SEVERITIES: Final = MappingProxyType(
    {
        "unknown": 0,
        "informational": 1,
        "info": 1,
        "low": 2,
        "medium": 3,
        "high": 4,
        "critical": 5,
        "fatal": 6,
        "other": 99,
    }
)
"""``severity_id`` of OCSF."""
WORST: Final = 6
STATUSES: Final = MappingProxyType(
    {
        "unknown": 0,
        "success": 1,
        "succeeded": 1,
        "ok": 1,
        "failure": 2,
        "failed": 2,
        "other": 99,
    }
)
"""``status_id`` of OCSF."""
ACTIONS: Final = MappingProxyType(
    {"unknown": 0, "allowed": 1, "allow": 1, "denied": 2, "deny": 2, "other": 99}
)
"""``action_id`` of OCSF."""
_NO_WORDS: Final[Mapping[str, int]] = MappingProxyType({})
_ENUMS: Final[Mapping[Kind, Mapping[str, int]]] = MappingProxyType(
    {
        Kind.CLASS: BY_WORD,
        Kind.SEVERITY: SEVERITIES,
        Kind.STATUS: STATUSES,
        Kind.ACTION: ACTIONS,
        Kind.CATEGORY: _NO_WORDS,
        Kind.NUMBER: _NO_WORDS,
    }
)
IS: Final[Mapping[str, tuple[str, str | int]]] = MappingProxyType(
    {
        "allowed": ("action_id", 1),
        "denied": ("action_id", 2),
        "succeeded": ("status_id", 1),
        "successful": ("status_id", 1),
        "failed": ("status_id", 2),
        "quarantined": ("source", "quarantine"),
    }
)
"""What ``is:`` asks: the column and its value."""

_SIZES: Final = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_SIZE: Final = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,6})?)([a-z]{0,3})")
_LARGEST: Final = 2**63 - 1
ORDERED: Final = frozenset(
    {Kind.NUMBER, Kind.DURATION, Kind.BYTES, Kind.TIME, Kind.SEVERITY, Kind.RAW}
)
"""Of which comparisons and ranges may be asked."""


class ValueMistakeError(Exception):
    """A value that the field cannot have; ``nearest`` is what was probably meant."""

    def __init__(self, message: str, allowed: str, nearest: str = "") -> None:
        super().__init__(message)
        self.message, self.allowed, self.nearest = message, allowed, nearest


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values; ``now`` and ``zone`` are what times of day are of."""

    now: datetime
    zone: tzinfo

    def number(self, field: Field, text: str) -> int:
        """The whole number by which the table holds it: of a time the first microsecond."""
        if field.kind is Kind.TIME:
            return self.moments(text).start
        if field.kind is Kind.DURATION:
            found = moments.length(text)
            found = int(text) * 1000 if found is None and _is_number(text) else found
            if found is not None and found % 1000:
                raise ValueMistakeError(
                    f"{text} is no whole number of milliseconds", "such as 250ms or 1.5s"
                )
            number = None if found is None else found // 1000
        elif field.kind is Kind.BYTES:
            number = _size(text)
        else:
            number = _named(field.kind, text)
        if number is None:
            words = _ENUMS.get(field.kind, _NO_WORDS)
            raise ValueMistakeError(
                f'"{text}" is no {_WHAT[field.kind]}', FORMS[field.kind], nearest(text, words) or ""
            )
        if number > _LARGEST:
            raise ValueMistakeError(f"{text} is more than can be kept", FORMS[field.kind])
        return number

    def real(self, text: str) -> float:
        """A number of the raw form."""
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", text):
            raise ValueMistakeError(f'"{text}" is no number to compare with', "such as 400 or 1.5")
        return float(text)

    def moments(self, text: str) -> moments.Moments:
        """The span that a moment names."""
        found = moments.moments(text, now=self.now, zone=self.zone)
        if found is None:
            words = ("today", "yesterday", "now")
            raise ValueMistakeError(
                f'"{text}" is no moment', moments.FORM, nearest(text, words) or ""
            )
        return found


def network(text: str) -> Network | None:
    """The network that the text names, ``None`` if it is an address or a pattern.

    :class:`ValueMistakeError` where it looks like a network and is none.
    """
    if "/" not in text:
        return None
    with contextlib.suppress(ValueError):
        return ip_network(text)
    meant = ""
    with contextlib.suppress(ValueError):
        meant = str(ip_network(text, strict=False))
    said = "has bits set beyond its length" if meant else "is no network"
    raise ValueMistakeError(f'"{text}" {said}', FORMS[Kind.ADDRESS], meant)


def address(text: str) -> str:
    """The address as the table writes it (RFC 5952)."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueMistakeError(f'"{text}" is no address', FORMS[Kind.ADDRESS]) from None


_WHAT: Final = {
    Kind.NUMBER: "whole number",
    Kind.CATEGORY: "category",
    Kind.CLASS: "class of events",
    Kind.SEVERITY: "severity",
    Kind.STATUS: "outcome",
    Kind.ACTION: "decision",
    Kind.DURATION: "length of time",
    Kind.BYTES: "size",
}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,18}", text) is not None


def _named(kind: Kind, text: str) -> int | None:
    words = _ENUMS[kind]
    if (found := words.get(text.lower().replace("_", "-"))) is not None:
        return found
    if not _is_number(text):
        return None
    number = int(text)
    known = CLASSES if kind is Kind.CLASS else words.values() if words else (number,)
    return number if number in known else None


def _size(text: str) -> int | None:
    match = _SIZE.fullmatch(text.lower())
    if match is None or match[2] not in _SIZES:
        return None
    found = Decimal(match[1]) * _SIZES[match[2]]
    if found != found.to_integral_value():
        raise ValueMistakeError(f"{text} is no whole number of bytes", FORMS[Kind.BYTES])
    return int(found)

"""What expressions can call: sets, patterns, addresses, moments and lengths of time.

https://docs.cedarpolicy.com/policies/syntax-operators.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_interface, ip_network
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Clock, Number
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula, Network
from ringwall.access.compiler.patterns import Pattern, is_like
from ringwall.access.compiler.values import (
    Constant,
    Items,
    Linear,
    NotNativeError,
    Range,
    Sort,
    TheAddress,
    TheSet,
    TheWord,
    Value,
    at_most,
    condition,
    equal,
    mapped,
    mapped_two,
    plus,
)

_DAY: Final = 86_400
_FARTHEST: Final = 10 * 366 * _DAY * 1000
"""Milliseconds by which now may be shifted, so that no day before 1970 comes of it."""


def compared(op: str, one: Value, other: Value) -> Formula:
    """``<``, ``<=``, ``>`` and ``>=``."""
    if not (isinstance(one, Linear) and isinstance(other, Linear)):
        raise NotNativeError(f"{op} compares numbers, moments and lengths of time")
    match op:
        case "<=":
            return at_most(one, other)
        case "<":
            return formulas.negate(at_most(other, one))
        case ">=":
            return at_most(other, one)
        case _:
            return formulas.negate(at_most(one, other))


def contains(several: Value, item: Value) -> Formula:
    """``several.contains(item)``."""
    match several, item:
        case Items(items), _:
            return formulas.any_of([condition(equal(one, item)) for one in items])
        case TheSet(words), Constant(str() as word):
            return formulas.holds(words, [word])
        case TheSet(), _:
            raise NotNativeError("the edge looks for words in a set that the policy writes out")
    raise NotNativeError("only sets contain anything")


def contains_all(several: Value, others: Value) -> Formula:
    """``several.containsAll(others)``."""
    if isinstance(others, Items):
        return formulas.all_of([contains(several, one) for one in others.items])
    raise NotNativeError("the edge looks for all words of a set that the policy writes out")


def contains_any(several: Value, others: Value) -> Formula:
    """``several.containsAny(others)``."""
    if isinstance(others, Items):
        return formulas.any_of([contains(several, one) for one in others.items])
    if isinstance(several, Items):
        return formulas.any_of([contains(others, one) for one in several.items])
    raise NotNativeError("the edge compares a set with one that the policy writes out")


def is_empty(several: Value) -> Formula:
    """``several.isEmpty()``."""
    if isinstance(several, Items):
        return FALSE if several.items else TRUE
    raise NotNativeError("whether a set is empty is not known at the edge: ask what it contains")


def like(value: Value, pattern: Pattern) -> Formula:
    """``value like "pattern"``."""
    match value:
        case TheWord(word, None):
            return formulas.matches(word, pattern)
        case Constant(str() as text):
            return TRUE if is_like(text, pattern) else FALSE
    raise NotNativeError("only text is like a pattern")


def called(function: str, arguments: Sequence[Value]) -> Value:
    """A function of Cedar's extensions, the receiver first."""
    found = _FUNCTIONS.get(function)
    if found is None:
        raise NotNativeError(f"the edge has no {function}()")
    match arguments:
        case [one]:
            return mapped(found, one)
        case [one, other]:
            return mapped_two(found, one, other)
    raise NotNativeError(f"{function}() does not take {len(arguments)} values")


# addresses


def _ip(text: Value) -> Value:
    network, written = ip_network(_text(text), strict=False), ip_interface(_text(text))
    return Range(network, is_exact=written.ip == network.network_address)


def _is_in_range(address: Value, network: Value) -> Formula:
    match address, network:
        case TheAddress(), Range(found):
            return formulas.Within(frozenset([found]))
        case Range(one), Range(other):
            return TRUE if _is_part(one, other) else FALSE
    raise NotNativeError("the edge looks for the address in a network that the policy writes out")


def _is_part(one: Network, other: Network) -> bool:
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _within(*networks: str) -> Callable[[Value], Formula]:
    some = frozenset(ip_network(one) for one in networks)

    def judged(value: Value) -> Formula:
        match value:
            case TheAddress():
                return formulas.Within(some)
            case Range(network):
                return TRUE if any(_is_part(network, one) for one in some) else FALSE
        raise NotNativeError("only addresses can be asked this")

    return judged


# moments


def _datetime(text: Value) -> Value:
    return Linear(Sort.MOMENT, moment(_text(text)))


def _duration(text: Value) -> Value:
    return Linear(Sort.LENGTH, length(_text(text)))


def _offset(one: Value, by: Value) -> Value:
    return plus(one, by)


def _since(one: Value, other: Value) -> Value:
    found = plus(one, other, sign=-1)
    if not isinstance(found, Linear):
        raise NotNativeError("only moments have time between them")
    return Linear(Sort.LENGTH, found.offset, found.number, found.scale)


def _to_time(one: Value) -> Value:
    known, shift = _clock(one)
    if shift is None:
        return Linear(Sort.LENGTH, known % (_DAY * 1000))
    return Linear(Sort.LENGTH, 0, Number(Clock.TIME_OF_DAY, shift % _DAY), 1000)


def _to_date(one: Value) -> Value:
    known, shift = _clock(one)
    if shift is None:
        return Linear(Sort.MOMENT, known - known % (_DAY * 1000)).checked()
    return Linear(Sort.MOMENT, 0, Number(Clock.DAY, shift), _DAY * 1000)


def _clock(one: Value) -> tuple[int, int | None]:
    """A moment that is known, or by how many seconds it differs from now."""
    match one:
        case Linear(Sort.MOMENT, known, None):
            return known, None
        case Linear(Sort.MOMENT, offset, Number(Clock.NOW), 1000) if (
            offset % 1000 == 0 and abs(offset) <= _FARTHEST
        ):
            return 0, offset // 1000
    raise NotNativeError(
        "the edge takes day and time of now, shifted by whole seconds and ten years at most"
    )


def _to(unit: int) -> Callable[[Value], Value]:
    def turned(one: Value) -> Value:
        if not isinstance(one, Linear) or one.sort is not Sort.LENGTH:
            raise NotNativeError("only lengths of time can be counted")
        if one.number is None:
            whole = abs(one.offset) // unit
            return Linear(Sort.LONG, whole if one.offset >= 0 else -whole)
        if one.scale % unit or one.offset % unit:
            raise NotNativeError(
                'the edge does not round: compare with duration("...") instead of counting'
            )
        return Linear(Sort.LONG, one.offset // unit, one.number, one.scale // unit)

    return turned


_FORM: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3}))?(?:Z|([+-])(\d{2})(\d{2})))?",
    re.ASCII,
)


def moment(text: str) -> int:
    """Milliseconds since 1970 of ``2026-01-31`` or ``2026-01-31T08:00:00.000+0100``."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise NotNativeError(f'"{text}" is no moment: 2026-01-31 or 2026-01-31T08:00:00Z')
    year, month, day, hour, minute, second, milliseconds = (
        int(part or 0) for part in found.groups()[:7]
    )
    zone = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    offset = -zone if found[8] == "-" else zone
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError as error:
        raise NotNativeError(f'"{text}" is no moment: {error}') from None
    return int((local - _EPOCH).total_seconds()) * 1000 + milliseconds


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_LENGTH: Final = re.compile(
    r"(-)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII
)


def length(text: str) -> int:
    """Milliseconds of ``1d2h3m4s5ms``."""
    found = _LENGTH.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise NotNativeError(f'"{text}" is no length of time: 8h or 1h30m')
    total = sum(
        int(part or 0) * unit
        for part, unit in zip(found.groups()[1:], _UNITS.values(), strict=True)
    )
    return -total if found[1] else total


def _text(value: Value) -> str:
    if isinstance(value, Constant) and isinstance(value.value, str):
        return value.value
    raise NotNativeError("this is written out in the policy, not taken from the request")


_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "ip": _ip,
    "isInRange": _is_in_range,
    "isIpv4": _within("0.0.0.0/0"),
    "isIpv6": _within("::/0"),
    "isLoopback": _within("127.0.0.0/8", "::1/128"),
    "isMulticast": _within("224.0.0.0/4", "ff00::/8"),
    "datetime": _datetime,
    "duration": _duration,
    "offset": _offset,
    "durationSince": _since,
    "toTime": _to_time,
    "toDate": _to_date,
    "toMilliseconds": _to(1),
    "toSeconds": _to(1000),
    "toMinutes": _to(60_000),
    "toHours": _to(3_600_000),
    "toDays": _to(86_400_000),
}

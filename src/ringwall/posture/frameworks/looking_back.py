"""Read of the history what is asked for: line by line, so that years of it take no memory.

A line begins with its time, its account and its framework (:class:`Point`), by which it is passed
over before it is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson

from ringwall.posture.frameworks.history import Point, read_point

_ACCOUNT: Final = b'"account":'
_FRAMEWORK: Final = b',"framework":'
_BEHIND: Final = b',"version":'
_OWNER: Final = b'"owner":'
_DAY: Final = slice(len(b'{"at":"'), len(b'{"at":"2026-11-20'))
_LARGE: Final = 4 << 20
"""Bytes from which on a point a day is enough for a picture: some 18,000 points."""


class LookingBack:
    """The history of an installation, for whoever shows it."""

    def __init__(self, state: Path) -> None:
        self._path = state / "posture" / "history.jsonl"
        self._owners = state / "posture" / "history"

    def points(self, *, account: str = "", framework: str = "", owner: str = "") -> Iterator[Point]:
        """Those of an account and of a framework, or of all, in order of time.

        With ``owner`` they are of what is theirs alone, one a day. ``ValueError`` names a line that
        is damaged, of those that are looked at.
        """
        wanted = _wanted(account, framework)
        if owner:
            mine = [*wanted, _OWNER + orjson.dumps(owner)]
            found = (one for path in self._apart() for one in _points(path, _lines(path), mine))
            yield from sorted(found, key=lambda one: one.at)
        else:
            yield from _points(self._path, _lines(self._path), wanted)

    def pictured(self, *, account: str = "") -> Iterator[Point]:
        """As :meth:`points`, but of a long history the last of each day alone."""
        lines = _lines(self._path)
        if self._path.exists() and self._path.stat().st_size > _LARGE:
            lines = _last_of_days(self._path, lines)
        yield from _points(self._path, lines, _wanted(account, ""))

    def last(self, count: int) -> list[Point]:
        """So many of each account and framework, the last ones, in order of time; as above."""
        found: dict[bytes, list[tuple[int, bytes]]] = {}
        for number, line in _lines(self._path):
            several = found.setdefault(_of_what(self._path, number, line), [])
            several.append((number, line))
            if len(several) > count:
                del several[0]
        lines = sorted(one for several in found.values() for one in several)
        return [_point(self._path, number, line) for number, line in lines]

    def accounts(self) -> list[str]:
        """All that it tells of."""
        one_each = {_of_what(self._path, *one): one for one in _lines(self._path)}
        return sorted({_point(self._path, *one).account for one in one_each.values()})

    def owners(self) -> list[str]:
        """Whose components it tells of apart; ``ValueError`` as of :meth:`points`."""
        found = set()
        for path in self._apart():
            one_each = {line[line.rfind(_OWNER) :]: (number, line) for number, line in _lines(path)}
            found |= {_point(path, *one).owner for one in one_each.values()}
        return sorted(found - {""})

    def _apart(self) -> list[Path]:
        return sorted(self._owners.glob("*.jsonl"))


def _wanted(account: str, framework: str) -> list[bytes]:
    """What stands in each line that is looked at."""
    said = ((_ACCOUNT, account), (_FRAMEWORK, framework))
    return [name + orjson.dumps(value) for name, value in said if value]


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from enumerate(file, 1)
    except FileNotFoundError:
        return


def _last_of_days(path: Path, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Of each day the last of each account and framework; ``lines`` are in order of time."""
    day, last = b"", dict[bytes, tuple[int, bytes]]()
    for number, line in lines:
        if line[_DAY] != day:
            yield from last.values()
            day, last = line[_DAY], {}
        last[_of_what(path, number, line)] = (number, line)
    yield from last.values()


def _of_what(path: Path, number: int, line: bytes) -> bytes:
    """The piece of a line that tells its account and its framework."""
    begin, end = line.find(_ACCOUNT), line.find(_BEHIND)
    if begin < 0 or end < begin:
        raise ValueError(f"{path}:{number}: it is no point of history: delete the line")
    return line[begin:end]


def _points(path: Path, lines: Iterator[tuple[int, bytes]], wanted: list[bytes]) -> Iterator[Point]:
    for number, line in lines:
        if all(one in line for one in wanted):
            yield _point(path, number, line)


def _point(path: Path, number: int, line: bytes) -> Point:
    try:
        return read_point(line)
    except ValueError as error:
        raise ValueError(f"{path}:{number}: {error}: delete the line") from error

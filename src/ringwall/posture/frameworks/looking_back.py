"""Read of the history what is asked for: line by line, so that years of it take no memory.

A line begins with its time, its account and its framework, which are looked at before it is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson

from ringwall.posture.frameworks.history import Point, read_point

_PARTS: Final = 12
"""Pieces between quotes up to the framework: those with odd numbers are names and values."""
_AT, _ACCOUNT, _FRAMEWORK = 3, 7, 11
_OWNER: Final = b'"owner":'
_NAMES: Final = (b"at", b"account", b"framework")


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
        if owner:
            yield from sorted(self._of(owner, account, framework), key=lambda one: one.at)
            return
        wanted = account.encode(), framework.encode()
        for number, line in _lines(self._path):
            _, *named = _named(self._path, number, line)
            if all(one in {b"", other} for one, other in zip(wanted, named, strict=True)):
                yield _point(self._path, number, line)

    def owners(self) -> list[str]:
        """Whose components it tells of apart; ``ValueError`` as of :meth:`points`."""
        found = set()
        for path in self._owners.glob("*.jsonl"):
            lines = {_owner(line): (number, line) for number, line in _lines(path)}
            found |= {_point(path, *one).owner for one in lines.values()}
        return sorted(found - {""})

    def _of(self, owner: str, account: str, framework: str) -> Iterator[Point]:
        mine = _OWNER + orjson.dumps(owner)
        wanted = account.encode(), framework.encode()
        for path in self._owners.glob("*.jsonl"):
            for number, line in _lines(path):
                _, *named = _named(path, number, line)
                if mine in line and all(
                    one in {b"", other} for one, other in zip(wanted, named, strict=True)
                ):
                    yield _point(path, number, line)

    def last(self, count: int) -> list[Point]:
        """So many of each account and framework, the last ones, in order of time; as above."""
        found: dict[tuple[bytes, bytes], list[tuple[int, bytes]]] = {}
        for number, line in _lines(self._path):
            _, account, framework = _named(self._path, number, line)
            several = found.setdefault((account, framework), [])
            several.append((number, line))
            del several[:-count]
        lines = sorted(one for several in found.values() for one in several)
        return [_point(self._path, number, line) for number, line in lines]

    def accounts(self) -> list[str]:
        """All that it tells of."""
        return sorted({_named(self._path, *one)[1].decode() for one in _lines(self._path)})


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from enumerate(file, 1)
    except FileNotFoundError:
        return


def _owner(line: bytes) -> bytes:
    """From where a line tells of an owner on: the last that it tells."""
    return line[line.rfind(_OWNER) :]


def _named(path: Path, number: int, line: bytes) -> tuple[bytes, bytes, bytes]:
    parts = line.split(b'"', _PARTS)
    if len(parts) <= _PARTS or tuple(parts[at - 2] for at in (_AT, _ACCOUNT, _FRAMEWORK)) != _NAMES:
        raise ValueError(f"{path}:{number}: it is no point of history: delete the line")
    return parts[_AT], parts[_ACCOUNT], parts[_FRAMEWORK]


def _point(path: Path, number: int, line: bytes) -> Point:
    try:
        return read_point(line)
    except ValueError as error:
        raise ValueError(f"{path}:{number}: {error}: delete the line") from error

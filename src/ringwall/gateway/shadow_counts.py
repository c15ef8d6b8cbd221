"""What a shadow would have decided otherwise: folded out of its log, and kept across restarts.

How many requests were compared is counted by Envoy, whose counters begin anew when it does; of
those over which the two differ there is a line each.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.envoy.permissions import PREFIX
from ringwall.gateway.envoy.shadow import PREFIX as SHADOW
from ringwall.runtime.private_files import locked, private_folder, write_private

EXAMPLES: Final = 5
"""Requests that are told of each kind of difference, the last ones."""
MOST_NAMED: Final = 1000
"""People and programs that are told apart in each."""
NOBODY: Final = "nobody known"
_COMPARED: Final = rf"^filter_chain\.rbac\.{SHADOW}\.shadow_(allowed|denied)$"
_LONGEST: Final = 64 * 1024


@dataclass(slots=True)
class Difference:
    """Requests that one route's action would decide otherwise, by one policy in place of another.

    ``would`` is ``allowed`` or ``denied``; ``policy`` decides, ``by`` would. ``who`` names people
    and programs, no more than :data:`MOST_NAMED`.
    """

    route: str
    action: str
    would: str
    policy: str
    by: str
    requests: int = 0
    who: list[str] = field(default_factory=list)
    examples: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Counted:
    """What is known so far; ``last`` and ``read`` say how far counters and files were read."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What is told and remembered."""
        return {
            "compared": self.compared,
            "differing": sum(one.requests for one in self.differences),
            "differences": [one.to_json() for one in self.differences],
        }


class ShadowCounter:
    """Counts for the shadow whose short hash is ``shadow``; ``folder`` is where it is kept."""

    def __init__(self, folder: Path, log: Path, admin: Admin) -> None:
        self._folder, self._log, self._admin = folder, log, admin

    def begin(self) -> None:
        """Count from now on. The lines of earlier shadows, which tell who asked what, go."""
        private_folder(self._folder)
        with self._locked():
            self.empty()
            files = {str(path.stat().st_ino): path.stat().st_size for path in self._files()}
            self._keep(Counted(last=self._counters(), read=files))

    def count(self, shadow: str) -> Counted:
        """Read what has come since, and return all there is."""
        private_folder(self._folder)
        with self._locked():
            found = self._kept()
            for name, value in self._counters().items():
                before = found.last.get(name, 0)
                found.compared += value - before if value >= before else value
                found.last[name] = value
            present = {}
            for path in self._files():
                number = str(path.stat().st_ino)
                lines, end = _lines(path, found.read.get(number, 0))
                present[number] = end
                for line in lines:
                    if line.get("shadow") == shadow:
                        _fold(found, line)
            found.read = present
            self._keep(found)
            return found

    def empty(self) -> None:
        """Keep none of the lines that there are; Envoy goes on at the beginning of the file."""
        for path in self._files():
            if path == self._log:
                os.truncate(path, 0)
            else:
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Count no more."""
        (self._folder / _FILE).unlink(missing_ok=True)

    def _locked(self) -> Any:
        return locked(self._folder / ".counting.lock")

    def _files(self) -> list[Path]:
        closed = sorted(self._log.parent.glob(f"{self._log.stem}-*{self._log.suffix}"))
        return [*closed, *([self._log] if self._log.exists() else [])]

    def _counters(self) -> dict[str, int]:
        try:
            return {name: int(value) for name, value in self._admin.stats(_COMPARED).items()}
        except (AdminUnreachableError, OSError):
            return {}

    def _kept(self) -> Counted:
        try:
            kept = json.loads((self._folder / _FILE).read_bytes())
            kept["differences"] = [Difference(**one) for one in kept["differences"]]
            return Counted(**kept)
        except (OSError, ValueError, TypeError, KeyError):
            return Counted()

    def _keep(self, found: Counted) -> None:
        kept = {
            "compared": found.compared,
            "differences": [one.to_json() for one in found.differences],
            "last": found.last,
            "read": found.read,
        }
        write_private(self._folder / _FILE, json.dumps(kept).encode())


_FILE: Final = "counted.json"


def _lines(path: Path, start: int) -> tuple[Iterator[Mapping[str, Any]], int]:
    """The whole lines from a place on, and where the next begins."""
    with path.open("rb") as file:
        file.seek(min(start, os.fstat(file.fileno()).st_size))
        data = file.read()
    end = data.rfind(b"\n") + 1
    return _decoded(data[:end]), start + end


def _decoded(data: bytes) -> Iterator[Mapping[str, Any]]:
    for line in data.splitlines():
        try:
            found = json.loads(line) if len(line) < _LONGEST else None
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _fold(found: Counted, line: Mapping[str, Any]) -> None:
    def said(name: str) -> str:
        return str(line.get(name) or "")

    key = (
        said("route"),
        said("action") or said("method"),
        said("would"),
        said("policy").removeprefix(PREFIX),
        said("by").removeprefix(PREFIX),
    )
    one = next(
        (d for d in found.differences if (d.route, d.action, d.would, d.policy, d.by) == key), None
    )
    if one is None:
        one = Difference(*key)
        found.differences.append(one)
    one.requests += 1
    who = said("program") or said("user") or NOBODY
    if who not in one.who and len(one.who) < MOST_NAMED:
        one.who.append(who)
    told = {name: said(name) for name in ("time", "request_id", "method", "host", "path", "tenant")}
    one.examples = [*one.examples, {**told, "who": who}][-EXAMPLES:]

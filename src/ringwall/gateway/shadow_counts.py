"""What a shadow would have decided otherwise: folded out of its log, and kept across restarts.

How many requests were compared is counted by Envoy, whose counters begin anew when it does; of
those over which the two differ there is a line each.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.envoy.permissions import PREFIX
from ringwall.gateway.envoy.shadow import PREFIX as SHADOW
from ringwall.runtime.private_files import locked, private_folder, write_private
from ringwall.runtime.spool.following import Mark, read_on
from ringwall.runtime.spool.segments import COMPRESSED, closed_segments

EXAMPLES: Final = 5
"""Requests that are told of each kind of difference, the last ones."""
MOST_NAMED: Final = 1000
"""People and programs that are told apart in each."""
NOBODY: Final = "nobody known"
_COMPARED: Final = rf"^filter_chain\.rbac\.{SHADOW}\.shadow_(allowed|denied)$"
_LONGEST: Final = 64 * 1024
_AT_ONCE: Final = 4 * 1024**2
"""Bytes of the log that are held in memory."""


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
    """What is known so far; ``last`` and ``mark`` say how far counters and log were read."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    mark: Mark | None = None

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
        with self.undisturbed():
            self.empty()
            self._keep(Counted(last=self._counters()))

    def count(self, shadow: str) -> Counted:
        """Read what has come since, and return all there is; ``OSError`` where that fails.

        Then nothing is lost: it is read the next time.
        """
        with self.undisturbed():
            found = self.kept()
            for name, value in self._counters().items():
                before = found.last.get(name, 0)
                found.compared += value - before if value >= before else value
                found.last[name] = value
            for line in self._new(found):
                if line.get("shadow") == shadow:
                    _fold(found, line)
            self._keep(found)
            return found

    def kept(self) -> Counted:
        """What was counted last."""
        try:
            kept = json.loads((self._folder / _FILE).read_bytes())
            kept["differences"] = [Difference(**one) for one in kept["differences"]]
            kept["mark"] = None if kept["mark"] is None else Mark(**kept["mark"])
            return Counted(**kept)
        except (OSError, ValueError, TypeError, KeyError):
            return Counted()

    def empty(self) -> None:
        """Keep none of the lines that there are; Envoy goes on at the beginning of the file.

        For whoever lets nobody else disturb it.
        """
        for segment in closed_segments(self._log):
            plain = self._log.with_name(segment.name)
            # There are both where compressing was interrupted.
            for path in (plain, plain.with_name(plain.name + COMPRESSED)):
                path.unlink(missing_ok=True)
        if self._log.exists():
            os.truncate(self._log, 0)

    def forget(self) -> None:
        """Count no more."""
        (self._folder / _FILE).unlink(missing_ok=True)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Let nobody count, and close, compress or delete files of the log, meanwhile."""
        private_folder(self._folder)
        with locked(self._folder / ".counting.lock"):
            yield

    def _new(self, found: Counted) -> Iterator[Mapping[str, Any]]:
        """The lines since the mark, which is moved."""
        while True:
            try:
                lines, found.mark = read_on(self._log, found.mark, at_most=_AT_ONCE)
            except (EOFError, zlib.error) as error:
                msg = f"a compressed file of {self._log} is damaged: {error}"
                raise OSError(msg) from error
            if not lines:
                return
            yield from _decoded(lines)

    def _counters(self) -> dict[str, int]:
        try:
            return {name: int(value) for name, value in self._admin.stats(_COMPARED).items()}
        except (AdminUnreachableError, OSError):
            return {}

    def _keep(self, found: Counted) -> None:
        kept = {
            "compared": found.compared,
            "differences": [one.to_json() for one in found.differences],
            "last": found.last,
            "mark": None if found.mark is None else asdict(found.mark),
        }
        write_private(self._folder / _FILE, json.dumps(kept).encode())


_FILE: Final = "counted.json"


def _decoded(lines: list[bytes]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
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

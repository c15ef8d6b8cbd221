"""All that was judged last, by scope: accounts, code bases that were declared, Ringwall itself.

What was read of code and of Ringwall is kept beside what was read of accounts, so that reports need
neither the folder nor credentials.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.checking.deciding import SECONDS, Deciding, decided_by
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.settled import can_tell
from ringwall.posture.code.reading import Remark
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.keeping import Accounts
from ringwall.posture.naming import in_scope, judged_so, named, placed
from ringwall.posture.reports.report import Part
from ringwall.posture.scope import ACCOUNT, CODE, ITSELF, NAME, scope_of
from ringwall.posture.snapshot.filing import read_snapshot, write_snapshot
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime.private_files import locked, private_folder

OWN: Final = "ringwall-"
_MOST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """A scope as it was read last. ``gaps`` says of how many reads nothing is known.

    ``folder`` is where a code base lies in its working tree; ``remarks`` are what was broken in it.
    """

    scope: str
    read: datetime
    gaps: int
    snapshot: Snapshot
    folder: str = ""
    remarks: tuple[Remark, ...] = ()
    is_narrow: bool = False
    """Whether less was asked for than there is, as by `posture scan --check`."""

    def part(self, several: Iterable[KnownCheck]) -> Part:
        """Its part of a report, judged by those of these checks that can look at it."""
        checks = checks_for(self.scope, self.snapshot, several)
        return self.told(judge_all(self.snapshot, checks), checks)

    def told(self, judged: Iterable[Judged], checks: Iterable[KnownCheck]) -> Part:
        """The same of what these checks said of it: in the words of its scope."""
        snapshot = self.snapshot
        if self.scope == ITSELF:
            snapshot = in_scope(snapshot, self.scope)
        elif self.scope.startswith(CODE):
            name = self.scope.removeprefix(CODE)
            snapshot = in_scope(snapshot, self.scope, folder=self.folder, name=name)
            judged = judged_so(judged, name)
        return Part(
            scope=self.scope,
            read=self.read,
            snapshot=snapshot,
            judged=tuple(judged),
            checks=tuple(checks),
            remarks=tuple(placed(self.remarks, self.folder)),
        )

    def decided_by(
        self,
        known: KnownCheck,
        component: str,
        why: str,
        *,
        indexes: dict[Any, Any] | None = None,
        seconds: float = SECONDS,
    ) -> tuple[Deciding, ...] | None:
        """What decided a verdict, by the ids that reports have; see :func:`deciding.decided_by`.

        ``None`` where the component is not there any more, or is judged otherwise.
        """
        name = self.scope.removeprefix(CODE) if self.scope.startswith(CODE) else ""
        seen = self.snapshot.get(component)
        if name:
            several = self.snapshot.of_kind(component.partition("/")[0])
            seen = next((one for one in several if named(one.found.id, name) == component), None)
        if seen is None:
            return None
        found = decided_by(self.snapshot, known, seen, why, indexes=indexes, seconds=seconds)
        if found is None or not name:
            return found
        return tuple(replace(one, component=named(one.component, name)) for one in found)


class Scopes:
    """The scopes of an installation, below its state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture"
        self.accounts = Accounts(state)

    def all(self) -> list[str]:
        """Everything that was read: accounts, then code, then Ringwall."""
        found = list(self.accounts.all())
        found += [scope_of(path.stem) for path in sorted(self._code.glob("*.snapshot"))]
        return [*found, ITSELF] if self._path(ITSELF).exists() else found

    def get(self, scope: str) -> Last | None:
        """As it was read last; ``ValueError`` names a file that is damaged, or no scope."""
        if re.fullmatch(ACCOUNT, scope):
            kept = self.accounts.get(scope)
            if kept is None:
                return None
            return Last(
                scope=scope,
                read=kept.read,
                gaps=kept.gaps,
                snapshot=kept.snapshot,
                is_narrow=kept.is_narrow,
            )
        again = "`ringwall posture itself`" if scope == ITSELF else "`ringwall posture declare`"
        mend = f"delete it; {again} makes it anew"
        names = ("scope", "read", "gaps", "folder", "remarks")
        found = read_snapshot(self._path(scope), names, mend=mend)
        if found is None:
            return None
        head, snapshot = found
        remarks = [Remark(Place(path, line), why, True) for path, line, why in head.pop("remarks")]
        return Last(**head, snapshot=snapshot, remarks=tuple(remarks))

    def keep(self, last: Last) -> None:
        """Have what was read of code or of Ringwall on the disk when this returns."""
        path = self._path(last.scope)
        private_folder(self._folder)
        private_folder(path.parent)
        head = {name: getattr(last, name) for name in ("scope", "read", "gaps", "folder")}
        broken = [one for one in last.remarks if one.is_broken][:_MOST]
        head["remarks"] = [[one.place.path, one.place.line, one.why] for one in broken]
        write_snapshot(path, head, last.snapshot)

    @contextmanager
    def only_here(self, name: str) -> Iterator[None]:
        """Held while a code base is read; ``BlockingIOError`` where another process reads it."""
        private_folder(self._folder)
        private_folder(self._code)
        with locked(self._path(scope_of(name)).with_suffix(".lock"), wait=False):
            yield

    @property
    def _code(self) -> Path:
        return self._folder / "code"

    def _path(self, scope: str) -> Path:
        if scope == ITSELF:
            return self._folder / "itself.snapshot"
        name = scope.removeprefix(CODE)
        if not scope.startswith(CODE) or not re.fullmatch(NAME, name):
            msg = f"{scope!r} is no account, no code base and not {ITSELF}"
            raise ValueError(msg)
        return self._code / f"{name}.snapshot"


def checks_for(scope: str, snapshot: Snapshot, several: Iterable[KnownCheck]) -> list[KnownCheck]:
    """The checks that can look at a scope: of code, those of kinds that code may declare."""
    if scope == ITSELF:
        return [one for one in several if one.check.judges.startswith(OWN)]
    if scope.startswith(CODE):
        kinds = {listed.kind for listed, _ in snapshot.all_listings()}
        return [one for one in several if one.check.judges in kinds and can_tell(one.check)]
    return [one for one in several if one.check.judges.startswith("aws-")]

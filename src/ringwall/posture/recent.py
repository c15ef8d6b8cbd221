"""Keep what was judged of code and of Ringwall, for reports and pages, and how frameworks stand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ringwall.core.observations import Place
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.frameworks.remembering import History
from ringwall.posture.judging import Judged
from ringwall.posture.owning import owners_of
from ringwall.posture.reports.report import Part
from ringwall.posture.scope import ITSELF, scope_of
from ringwall.posture.scopes import Last, Scopes, checks_for
from ringwall.posture.snapshot.gaps import gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.summaries import Summaries
from ringwall.posture.summing import summed
from ringwall.runtime.installation import Installation

if TYPE_CHECKING:
    from ringwall.posture.code.scanning import Code


def keep_itself(
    installation: Installation,
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    at: datetime,
    is_all: bool,
) -> None:
    """Keep what Ringwall told of itself, and where ``is_all`` checks judged, how it stands by it.

    ``ValueError`` names a history that is damaged.
    """
    for seen in snapshot:
        if seen.place is not None:
            seen.place = _beside(seen.place, installation.config.parent)
    gaps = sum(one.count for one in gaps_of(snapshot))
    _keep(
        installation,
        Last(scope=ITSELF, read=at, gaps=gaps, snapshot=snapshot),
        judged,
        checks,
        is_all=is_all,
    )


def keep_code(
    installation: Installation,
    name: str,
    folder: Path,
    code: "Code",
    *,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    at: datetime,
) -> None:
    """Keep what a code base declares, and how it stands; ``ValueError`` as of :func:`keep_itself`.

    A file that could not be read is a gap: then what it might declare is not known.
    """
    broken = tuple(one for one in code.remarks if one.is_broken)
    last = Last(
        scope=scope_of(name),
        read=at,
        gaps=len(broken),
        snapshot=code.snapshot,
        folder=in_tree(folder),
        remarks=broken,
    )
    _keep(installation, last, judged, checks, is_all=True)


def in_tree(folder: Path) -> str:
    """Where a folder, or the folder of a file, lies in its working tree; ``""`` at its root."""
    from ringwall.posture.code.terraform.roots import (  # noqa: PLC0415 - the worker needs it not
        enclosing,
    )

    base = (folder if folder.is_dir() else folder.parent).resolve()
    found = str(base.relative_to(enclosing(base)))
    return "" if found == "." else found


def _keep(
    installation: Installation,
    last: Last,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    is_all: bool,
) -> None:
    Scopes(installation.state).keep(last)
    if not is_all:
        return
    part = last.told(judged, checks_for(last.scope, last.snapshot, checks))
    _sum_up(installation, part, last.gaps)
    History(installation.state).remember(
        part,
        at=last.read,
        partial=bool(last.gaps),
        steady=True,
        whose=owners_of(installation),
    )


def _sum_up(installation: Installation, part: Part, gaps: int) -> None:
    """Keep what pages show, by the names that components have in the inventory and the queue."""
    one = summed(
        part.snapshot, part.judged, part.checks, account=part.scope, read=part.read, gaps=gaps
    )
    Summaries(installation.state).keep(one, judged=datetime.now(UTC))


def _beside(place: Place, folder: Path) -> Place:
    path = Path(place.path)
    return (
        replace(place, path=str(path.relative_to(folder))) if path.is_relative_to(folder) else place
    )

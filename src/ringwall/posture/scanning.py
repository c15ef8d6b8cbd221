"""Scan an account: read it, going on where a killed scan was, keep what was read, judge it.

Or judge anew what was read before, where checks changed since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ringwall.posture.check_pages import digest
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.code.drift import NAMED
from ringwall.posture.collecting.planning import scan_for
from ringwall.posture.collecting.remembering import Remembering
from ringwall.posture.collecting.running import Run, Target, Told
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.keeping import Accounts, Kept, Version
from ringwall.posture.newest import Newest
from ringwall.posture.past import Past
from ringwall.posture.snapshot.gaps import Gap, gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.summaries import Summaries
from ringwall.posture.summing import Summary, summed


class BusyError(RuntimeError):
    """Another process reads this account right now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where what pages show of an account is kept, and all the checks that they show.

    In ``past`` each scan by all of them is kept, to be held against others.
    """

    summaries: Summaries
    checks: Sequence[KnownCheck]
    past: Past | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What came out. ``known`` are calls that a scan that was killed has made already.

    ``ended`` says why not all was asked, where the credentials expired. What verdicts touched is
    left out: it takes more memory than they do, and who judges again finds it anew. ``is_kept``
    is whether what was read took the place of what was kept, ``version`` which that is then, and
    ``owed`` the note that the queue does not have it yet.
    """

    account: str
    began: datetime
    snapshot: Snapshot
    judged: list[Judged]
    gaps: list[Gap]
    calls: int
    known: int
    ended: str
    is_kept: bool = True
    version: Version | None = None
    owed: str = ""

    @property
    def since(self) -> datetime:
        """When the first of it was read: what was judged by later reads is newer than this."""
        return min(self.began, first_read(self.snapshot, self.began))

    @property
    def is_partial(self) -> bool:
        """Whether something could not be read."""
        return bool(self.gaps)


def first_read(snapshot: Snapshot, otherwise: datetime) -> datetime:
    """When the first of all this was read, where that is told anywhere."""
    reads = (told for seen in snapshot for told in seen.aspects.values())
    listings = (told for _, told in snapshot.all_listings())
    times = (one.at for several in (reads, listings) for one in several)
    return min((at for at in times if at is not None), default=otherwise)


def scan(
    target: Target,
    checks: Iterable[KnownCheck],
    accounts: Accounts,
    *,
    told: Told | None = None,
    fresh: bool = False,
    narrow: bool = False,
    pages: Pages | None = None,
) -> Scan:
    """Read and judge one account. :class:`BusyError` where it is being read.

    ``fresh`` forgets what a scan that was killed has read. With ``pages`` what they show of it is
    kept, too. A ``narrow`` one asks for less than there is, and takes no whole one's place.
    """
    several = list(checks)
    try:
        with accounts.only_here(target.account):
            done = _scan(target, several, accounts, told, fresh=fresh, narrow=narrow)
            if pages is not None and done.is_kept:
                _sum_up(done, several, accounts, pages)
            return done
    except BlockingIOError as error:
        raise _busy(target.account) from error


def judge_anew(account: str, accounts: Accounts, pages: Pages) -> tuple[Kept, list[Judged]] | None:
    """Judge what was read last, by all checks that pages show, and keep what they show of it.

    ``None`` where it was never read; :class:`BusyError` where it is being read: who reads it judges
    it, too. ``ValueError`` names a file that is damaged.
    """
    try:
        with accounts.only_here(account):
            kept = accounts.get(account)
            if kept is None:
                return None
            judged = _judged(kept.snapshot, pages.checks)
            _keep(kept, judged, accounts, pages)
            return kept, judged
    except BlockingIOError as error:
        raise _busy(account) from error


def _busy(account: str) -> BusyError:
    return BusyError(f"account {account} is being scanned by another process")


def _sum_up(done: Scan, checks: list[KnownCheck], accounts: Accounts, pages: Pages) -> None:
    """Keep what pages show; nothing is judged twice."""
    known = {one.id for one in checks}
    left = [one for one in pages.checks if one.id not in known]
    judged = [*done.judged, *_judged(done.snapshot, left)]
    gaps = sum(one.count for one in done.gaps)
    kept = Kept(account=done.account, read=done.began, gaps=gaps, snapshot=done.snapshot)
    summary = _keep(kept, judged, accounts, pages)
    if not left and pages.past is not None:
        pages.past.add(summary, checks=digest())


def _keep(kept: Kept, judged: list[Judged], accounts: Accounts, pages: Pages) -> Summary:
    one = summed(
        kept.snapshot,
        judged,
        pages.checks,
        account=kept.account,
        read=kept.read,
        gaps=kept.gaps,
    )
    last = accounts.last(kept.account)
    pages.summaries.keep(one, mark="" if last is None else last.mark, judged=datetime.now(UTC))
    return one.summary


def _judged(snapshot: Snapshot, checks: Iterable[KnownCheck]) -> list[Judged]:
    return [replace(one, touched=frozenset()) for one in judge_all(snapshot, checks)]


def _newest(accounts: Accounts, account: str, read: Snapshot) -> Newest | None:
    """What is known by this lesser reading and those before; ``None`` where it is the first."""
    try:
        newest = accounts.newest(account, NAMED)
    except ValueError:
        return None  # whoever asks for what is damaged is told so
    if newest is not None:
        newest.take(read, NAMED)
    return newest


def _scan(
    target: Target,
    checks: list[KnownCheck],
    accounts: Accounts,
    told: Told | None,
    *,
    fresh: bool,
    narrow: bool,
) -> Scan:
    last = accounts.last(target.account)
    is_kept = not narrow or last is None or last.is_narrow
    began, owed = datetime.now(UTC), ""
    if fresh:
        with accounts.journal(target.account) as journal:
            journal.forget()
    snapshot = Snapshot()
    with accounts.journal(target.account) as journal:
        caller = Remembering(target.caller, journal)
        Run(replace(target, caller=caller), snapshot, told).carry_out(scan_for(checks))
        accounts.lend(target.account, snapshot)
        gaps = gaps_of(snapshot)
        newest = _newest(accounts, target.account, snapshot) if narrow else None
        if is_kept:
            untold = sum(one.count for one in gaps)
            owed = accounts.owe(target.account)
            accounts.keep(target.account, snapshot, read=began, gaps=untold, is_narrow=narrow)
        if newest is not None:
            accounts.keep_newest(target.account, newest)
        if not caller.ended:  # with new credentials it goes on from here
            journal.forget()
    return Scan(
        account=target.account,
        began=began,
        snapshot=snapshot,
        judged=_judged(snapshot, checks),
        gaps=gaps,
        calls=caller.calls,
        known=caller.known,
        ended=caller.ended,
        is_kept=is_kept,
        version=accounts.version(target.account) if is_kept else None,
        owed=owed,
    )

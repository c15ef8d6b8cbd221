"""Scan an account: read it, going on where a killed scan was, keep what was read, judge it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.remembering import Remembering
from ringwall.posture.collecting.running import Run, Target, Told
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.keeping import Accounts
from ringwall.posture.snapshot.gaps import Gap, gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot


class BusyError(RuntimeError):
    """Another process reads this account right now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What came out. ``known`` are calls that a scan that was killed has made already.

    ``ended`` says why not all was asked, where the credentials expired. What verdicts touched is
    left out: it takes more memory than they do, and who judges again finds it anew.
    """

    account: str
    snapshot: Snapshot
    judged: list[Judged]
    gaps: list[Gap]
    calls: int
    known: int
    ended: str

    @property
    def is_partial(self) -> bool:
        """Whether something could not be read."""
        return bool(self.gaps)


def scan(
    target: Target,
    checks: Iterable[KnownCheck],
    accounts: Accounts,
    *,
    told: Told | None = None,
    fresh: bool = False,
) -> Scan:
    """Read and judge one account. :class:`BusyError` where it is being read.

    ``fresh`` forgets what a scan that was killed has read.
    """
    several = list(checks)
    try:
        with accounts.only_here(target.account):
            return _scan(target, several, accounts, told, fresh=fresh)
    except BlockingIOError as error:
        msg = f"account {target.account} is being scanned by another process"
        raise BusyError(msg) from error


def _scan(
    target: Target,
    checks: list[KnownCheck],
    accounts: Accounts,
    told: Told | None,
    *,
    fresh: bool,
) -> Scan:
    began = datetime.now(UTC)
    if fresh:
        with accounts.journal(target.account) as journal:
            journal.forget()
    snapshot = Snapshot()
    with accounts.journal(target.account) as journal:
        caller = Remembering(target.caller, journal)
        Run(replace(target, caller=caller), snapshot, told).carry_out(plan_for(checks))
        gaps = gaps_of(snapshot)
        accounts.keep(target.account, snapshot, read=began, gaps=sum(one.count for one in gaps))
        if not caller.ended:  # with new credentials it goes on from here
            journal.forget()
    return Scan(
        account=target.account,
        snapshot=snapshot,
        judged=[replace(one, touched=frozenset()) for one in judge_all(snapshot, checks)],
        gaps=gaps,
        calls=caller.calls,
        known=caller.known,
        ended=caller.ended,
    )

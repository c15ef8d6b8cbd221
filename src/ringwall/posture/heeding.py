"""Heed what changed in an account that was scanned: read again, judged, and kept."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.code.drift import NAMED
from ringwall.posture.collecting.running import Target
from ringwall.posture.happening import Happened
from ringwall.posture.judging import Judged
from ringwall.posture.keeping import Accounts, Version
from ringwall.posture.newest import read_since
from ringwall.posture.rejudging import Changes
from ringwall.posture.scanning import Pages
from ringwall.posture.snapshot.gaps import gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.summing import Summed, summed
from ringwall.posture.watching import Watch

Pairs = list[tuple[Judged | None, Judged | None]]
Take = Callable[[Snapshot, Pairs], object]
TakeAll = Callable[[Snapshot, Iterable[Judged]], object]


class Heeding:
    """One account. ``take`` keeps what a batch of changes did to verdicts.

    ``take_all`` keeps all verdicts, and is asked to where an end came between what was kept and
    the queue. With ``pages`` what they show of the account is kept, too.
    """

    def __init__(
        self,
        *,
        target: Target,
        checks: Iterable[KnownCheck],
        accounts: Accounts,
        take: Take,
        take_all: TakeAll,
        pages: Pages | None = None,
    ) -> None:
        self._target, self._checks, self._accounts = target, list(checks), accounts
        self._take, self._take_all, self._pages = take, take_all, pages
        self._summed: Summed | None = None
        self._watch: Watch | None = None
        self._version: Version | None = None
        self._read = datetime.min.replace(tzinfo=UTC)

    def heed(self, changes: Iterable[Happened]) -> int:
        """Read and judge again what these changed, and keep it; how many verdicts changed.

        ``BlockingIOError`` where the account is being scanned.
        """
        with self._accounts.only_here(self._target.account, briefly=True):
            return self._heed(changes)

    def _heed(self, changes: Iterable[Happened]) -> int:
        account = self._target.account
        watch = self._watching(account)
        if mark := self._accounts.owed(account):
            self._take_all(watch.standing.snapshot, watch.standing.judged.values())
            self._accounts.settle(account, mark)
        self._version = None  # where something fails below, what is kept is read anew
        snapshot, done, began = watch.standing.snapshot, Changes(), datetime.now(UTC)
        is_lent = self._accounts.lend(account, snapshot)
        pairs = watch.lent() if is_lent else []
        told = [*pairs, *((same, same) for same in watch.standing.still)] if is_lent else []
        for one in changes:
            self._accounts.forget_answers(account)
            changed = watch.take(one)
            pairs += changed
            done.also(watch.changes)
            told += [*changed, *((same, same) for same in watch.standing.still)]
        self._accounts.renew(
            account, lambda: read_since(snapshot, NAMED, began, done.aspects), NAMED
        )
        if done or is_lent:  # else all is as it is kept
            mark = self._accounts.owe(account)
            self._take(snapshot, told)
            gaps = sum(one.count for one in gaps_of(snapshot))
            if done:
                self._keep(snapshot, done, gaps)
            self._accounts.settle(account, mark)
            if self._pages is not None:
                self._sum_up(watch, pairs, gaps, self._pages)
        self._version = self._accounts.version(account)
        return len(pairs)

    def _keep(self, snapshot: Snapshot, done: Changes, gaps: int) -> None:
        """Have what changed on the disk; all of it, once that takes less."""
        account, accounts = self._target.account, self._accounts
        is_added = accounts.add(
            account, snapshot, components=done.components, listings=done.listings, gaps=gaps
        )
        if not is_added:
            last = accounts.last(account)
            is_narrow = last is not None and last.is_narrow
            accounts.keep(account, snapshot, read=self._read, gaps=gaps, is_narrow=is_narrow)

    def _sum_up(self, watch: Watch, pairs: Pairs, gaps: int, pages: Pages) -> None:
        """Keep what pages show: of checks that say what they said before as it was before."""
        account, before = self._target.account, self._summed
        several = {one.check for pair in pairs for one in pair if one is not None}
        self._summed = summed(
            watch.standing.snapshot,
            watch.standing.judged.values(),
            pages.checks,
            account=account,
            read=self._read,
            gaps=gaps,
            before=before,
            changed=None if before is None else several,
        )
        last = self._accounts.last(account)
        mark = "" if last is None else last.mark
        pages.summaries.keep(self._summed, mark=mark, judged=datetime.now(UTC))

    def _watching(self, account: str) -> Watch:
        """The account as it is kept, which a scan may have replaced since."""
        known = self._version
        if (
            self._watch is not None
            and known is not None
            and known == self._accounts.version(account)
        ):
            return self._watch
        kept = self._accounts.get(account)
        if kept is None:
            msg = f"what was kept of account {account} is gone: scan it anew"
            raise ValueError(msg)
        self._watch, self._read = Watch(self._target, kept.snapshot, self._checks), kept.read
        self._summed = None
        return self._watch

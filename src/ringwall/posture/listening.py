"""Changes of an account from its queue: read again, judged, kept, and only then deleted.

The queue (SQS) gives a message again until it is deleted, so that whoever is killed at any point
leaves it to the next; one that comes twice is read twice, and changes nothing. What is no record of
a change is set aside in a file, so that it does not come for ever.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.running import Target
from ringwall.posture.happening import Happened, NoEventError, happened, records
from ringwall.posture.judging import Judged
from ringwall.posture.keeping import Accounts, Version
from ringwall.posture.rejudging import Changes
from ringwall.posture.scanning import Pages
from ringwall.posture.snapshot.gaps import gaps_of
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.summing import Summed, summed
from ringwall.posture.watching import Watch
from ringwall.runtime.private_files import private_folder

CALLS: Final = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage"})
_REGION: Final = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-[0-9]+\b")
_MESSAGES: Final = 10
"""The most that SQS gives at a time."""
_LARGEST: Final = 64 << 20
"""Bytes of what is set aside; what comes after that is counted and let go."""

Pairs = list[tuple[Judged | None, Judged | None]]
Take = Callable[[Snapshot, Pairs], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one asking. ``waits`` says why nothing was asked for.

    ``delay_s`` is how long the oldest message had waited when its findings were kept.
    """

    messages: int = 0
    changed: int = 0
    aside: tuple[str, ...] = ()
    delay_s: float | None = None
    waits: str = ""


class Listening:
    """One account's changes. ``take`` keeps what a batch of them did to verdicts.

    With ``pages`` what they show of the account is kept, too.
    """

    def __init__(
        self,
        *,
        target: Target,
        checks: Iterable[KnownCheck],
        accounts: Accounts,
        sqs: Any,
        queue: str,
        take: Take,
        aside: Path,
        pages: Pages | None = None,
    ) -> None:
        self._target, self._checks, self._accounts = target, list(checks), accounts
        self._sqs, self._queue, self._take, self._aside = sqs, queue, take, aside
        self._pages = pages
        self._summed: Summed | None = None
        self._watch: Watch | None = None
        self._version: Version | None = None
        self._read = datetime.min.replace(tzinfo=UTC)

    def once(self, wait_s: int = 20) -> Heard:
        """Wait so many seconds for messages, and do what they ask for.

        While the account is scanned nothing is asked for: what came since the scan began waits in
        the queue, and is read after it.
        """
        waits = self._waits()
        if waits:
            return Heard(waits=waits)
        told = self._sqs.receive_message(
            QueueUrl=self._queue,
            MaxNumberOfMessages=_MESSAGES,
            WaitTimeSeconds=wait_s,
            AttributeNames=["SentTimestamp"],
        )
        messages = told.get("Messages") or []
        changes: dict[Happened, None] = {}
        good, bad = [], []
        for message in messages:
            found, why = _told(message["Body"])
            if why:
                bad.append((message, why))
            if found or not why:
                good.append(message)
            changes.update(dict.fromkeys(one for one in found if one is not None))
        self._set_aside(bad)
        self._delete([one for one, _ in bad if one not in good])
        changed = 0
        if changes:
            try:
                with self._accounts.only_here(self._target.account, briefly=True):
                    changed = self._heed(changes)
            except BlockingIOError:
                return Heard(aside=tuple(why for _, why in bad), waits="the account is scanned")
        delay = max((_waited(one) for one in good), default=None)
        self._delete(good)
        why = tuple(why for _, why in bad)
        return Heard(messages=len(messages), changed=changed, aside=why, delay_s=delay)

    def _waits(self) -> str:
        account = self._target.account
        if self._accounts.version(account) is None:
            return "the account was not scanned yet"
        try:
            with self._accounts.only_here(account, briefly=True):
                return ""
        except BlockingIOError:
            return "the account is scanned"

    def _heed(self, changes: Iterable[Happened]) -> int:
        """Read and judge again, and keep it; how many verdicts changed. For the lock's holder."""
        account = self._target.account
        watch = self._watching(account)
        self._version = None  # where something fails below, what is kept is read anew
        snapshot, done = watch.standing.snapshot, Changes()
        is_lent = self._accounts.lend(account, snapshot)
        pairs = watch.lent() if is_lent else []
        told = [*pairs, *((same, same) for same in watch.standing.still)] if is_lent else []
        for one in changes:
            changed = watch.take(one)
            pairs += changed
            done.also(watch.changes)
            told += [*changed, *((same, same) for same in watch.standing.still)]
        if done or is_lent:  # else all is as it is kept
            self._take(snapshot, told)
            gaps = sum(one.count for one in gaps_of(snapshot))
            if done:
                self._keep(snapshot, done, gaps)
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

    def _set_aside(self, bad: list[tuple[Mapping[str, Any], str]]) -> None:
        if not bad:
            return
        private_folder(self._aside.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._aside, flags, 0o600), "ab") as file:
            for message, why in bad:
                line = {"at": datetime.now(UTC).isoformat(), "why": why, "body": message["Body"]}
                if file.tell() < _LARGEST:
                    file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _delete(self, messages: Iterable[Mapping[str, Any]]) -> None:
        for one in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])


def queue_arn(url: str) -> str:
    """The ARN of a queue by its URL: ``https://sqs.REGION.amazonaws.com/ACCOUNT/NAME``."""
    host, account, name = url.split("//", 1)[-1].split("/")
    region = next(iter(_REGION.findall(host)), "*")
    partition = "aws-cn" if host.endswith(".cn") else "aws"
    if region.startswith("us-gov-"):
        partition = "aws-us-gov"
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


def _told(body: str) -> tuple[list[Happened | None], str]:
    """What a message tells, and what in it is no record; beside that the others count."""
    found: list[Happened | None] = []
    wrong: list[str] = []
    try:
        for one in records(body):
            try:
                found.append(happened(one))
            except NoEventError as error:
                wrong.append(str(error))
    except NoEventError as error:
        wrong.append(str(error))
    if not found and not wrong:
        wrong.append("there is no record in it")
    return found, "; ".join(dict.fromkeys(wrong))


def _waited(message: Mapping[str, Any]) -> float:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
    return max(0.0, datetime.now(UTC).timestamp() - sent) if sent else 0.0

"""Keep what was read of each account: for the next run, and for whoever asks without credentials.

What an account tells of itself is nobody else's: files below the state folder, for their owner
alone.
"""

import gzip
import logging
import os
import re
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ringwall.posture.collecting.remembering import Journal
from ringwall.posture.lending import Told, lend, mark_of, told_by
from ringwall.posture.newest import Newest, by_whole
from ringwall.posture.snapshot.appending import Appended
from ringwall.posture.snapshot.filing import read_snapshot, write_snapshot
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.posture.snapshot.writing import decoded, encoded
from ringwall.runtime.private_files import locked, private_folder, remove_leftovers, write_private

_log = logging.getLogger(__name__)
_BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error)
_FORMAT: Final = 1
_OF_ONE: Final = 30
"""Bytes that a component takes at least, for files that do not say how many there are."""
_GROWS: Final = 1 << 20
"""Bytes of changes, or as many as the whole takes: then it is written anew."""
_TRIES: Final = 20
_MEND: Final = "delete it and scan the account anew"
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An account as it was read last. ``gaps`` says of how many reads nothing is known.

    ``is_narrow`` is whether it was asked for less than there is: by some checks, of some regions.
    """

    account: str
    read: datetime
    gaps: int
    snapshot: Snapshot
    is_narrow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """That an account was read: when, with how many gaps, and how many components were found.

    ``mark`` is another for each reading that is kept, and where what binds it may be otherwise.
    """

    account: str
    read: datetime
    gaps: int
    components: int
    mark: str
    is_narrow: bool = False


class Accounts:
    """The accounts of an installation, below its state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture" / "accounts"
        self._read: dict[str, tuple[tuple[int, int], Any]] = {}

    @contextmanager
    def only_here(self, account: str, *, briefly: bool = False) -> Iterator[None]:
        """Held while an account is read; ``BlockingIOError`` where another process reads it.

        Whoever holds it ``briefly``, for one change, is waited for instead.
        """
        self._ready()
        with ExitStack() as held:
            with ExitStack() as turn:
                turn.enter_context(locked(self._path(account, "turn"), wait=True))
                held.enter_context(locked(self._path(account, "lock"), wait=False))
                if briefly:
                    held.push(turn.pop_all())
            yield

    def version(self, account: str) -> Version | None:
        """What is another one after each :meth:`keep` and :meth:`add`; ``None`` without any."""
        try:
            found = self._path(account, "snapshot").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, self._changes(account).size()

    def journal(self, account: str) -> Journal:
        """What was answered of a reading that has not ended. For the holder of the lock."""
        self._ready()
        remove_leftovers(self._folder)
        return Journal(self._path(account, "journal"))

    def forget_answers(self, account: str) -> None:
        """Have a reading that did not end ask anew: what it was answered is no longer so."""
        self._path(account, "journal").unlink(missing_ok=True)

    def keep(
        self,
        account: str,
        snapshot: Snapshot,
        *,
        read: datetime,
        gaps: int,
        is_narrow: bool = False,
    ) -> None:
        """Have it on the disk when this returns, in the place of what was there."""
        self._ready()
        head = {
            "account": account,
            "read": read,
            "gaps": gaps,
            "components": len(snapshot),
            "is_narrow": is_narrow,
        }
        self._keep_told(account, snapshot, read)
        before = self.last(account)
        write_snapshot(self._path(account, "snapshot"), head, snapshot)
        if before is None or before.read != read:
            self._path(account, "newest").unlink(missing_ok=True)
        self._changes(account).forget()

    def add(
        self,
        account: str,
        snapshot: Snapshot,
        *,
        components: Iterable[str],
        listings: Iterable[Scope],
        gaps: int,
    ) -> bool:
        """Have what changed since it was kept on the disk when this returns, gone ones, too.

        ``False`` where there is nothing it changes, or so much that :meth:`keep` takes less.
        """
        changes = self._changes(account)
        try:
            status = self._path(account, "snapshot").stat()
        except FileNotFoundError:
            return False
        if changes.size() > max(_GROWS, status.st_size):
            return False
        head = {"gaps": gaps, "components": len(snapshot)}
        changes.add(_mark(status), head, snapshot, components, listings)
        last = self.last(account)
        if last is not None:
            self._keep_told(account, snapshot, last.read)
        return True

    def owe(self, account: str) -> str:
        """Note, before any of it is written, that the queue may not have what is kept.

        What comes back settles this note, and none that another has made since.
        """
        self._ready()
        mark = secrets.token_hex(8)
        write_private(self._path(account, "owed"), mark.encode())
        return mark

    def settle(self, account: str, mark: str) -> None:
        """Note that the queue has all that is kept."""
        if mark and self.owed(account) == mark:
            self._path(account, "owed").unlink(missing_ok=True)

    def owed(self, account: str) -> str:
        """The note of whoever kept an account, or told the queue of it, and did not end that.

        Where there is one, nobody knows which of the two has the newer: the whole has to be told
        anew. Else ``""``.
        """
        try:
            return self._path(account, "owed").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def lend(self, account: str, snapshot: Snapshot) -> bool:
        """Have a snapshot say what binds its account, as others told it that are kept.

        Whether that is otherwise than it said before.
        """
        return lend(snapshot, account, self._told(), now=datetime.now(UTC))

    def _keep_told(self, account: str, snapshot: Snapshot, read: datetime) -> None:
        """What it tells of its organisation's policies, apart: its members ask for no more."""
        path = self._path(account, "controls")
        told = told_by(snapshot, account, read)
        if told is None:
            path.unlink(missing_ok=True)
            return
        content = encoded({"format": _FORMAT, **told})
        if not path.exists() or path.read_bytes() != content:
            write_private(path, content)

    def _told(self) -> Iterator[Told]:
        """What each management account told; of a file that is damaged nothing is taken."""
        for path in sorted(self._folder.glob("*.controls")):
            try:
                status = path.stat()
                key = (status.st_ino, status.st_mtime_ns)
                known = self._read.get(path.stem)
                if known is None or known[0] != key:
                    known = self._read[path.stem] = key, decoded(path.read_bytes())
            except (OSError, ValueError):
                continue
            found = known[1]
            if isinstance(found, dict) and found.get("format") == _FORMAT:
                yield found

    def get(self, account: str) -> Kept | None:
        """As it was read last, with what binds it; ``ValueError`` names a file that is damaged."""
        path = self._path(account, "snapshot")
        names = ("account", "read", "gaps")
        for _ in range(_TRIES):
            before = _status(path)
            found = read_snapshot(path, names, mend=_MEND)
            if found is None or before is None:
                return None
            head, snapshot = found
            try:
                changed = self._changes(account).apply(_mark(before), snapshot)
                head["gaps"] = changed.get("gaps", head["gaps"])
            except ValueError as error:
                msg = f"{self._path(account, 'changes')}: {error}: {_MEND}"
                raise ValueError(msg) from error
            after = _status(path)
            if after is not None and _mark(after) == _mark(before):
                break  # else it was written anew meanwhile, with what stood in its changes
        last = self.last(account)
        is_narrow = last is not None and last.is_narrow
        self.lend(account, snapshot)
        return Kept(**head, snapshot=snapshot, is_narrow=is_narrow)

    def newest(self, account: str, kinds: Iterable[str]) -> Newest | None:
        """What is known of these kinds by the newest reading of each thing, however little it read.

        ``None`` and ``ValueError`` as of :meth:`get`. ``kinds`` are the same at each call.
        """
        kept = self.get(account)
        if kept is None:
            return None
        return self._newer(account, kept.read) or by_whole(kept.snapshot, kinds)

    def keep_newest(self, account: str, newest: Newest) -> None:
        """Have it on the disk when this returns; it counts until the account is read anew."""
        last = self.last(account)
        if last is not None:
            doubts = [[*name, why] for name, why in sorted(newest.doubts.items())]
            head = {"read": last.read, "doubts": doubts}
            write_snapshot(self._path(account, "newest"), head, newest.snapshot)

    def renew(
        self,
        account: str,
        read: Callable[[], Snapshot],
        kinds: Iterable[str],
    ) -> None:
        """Bring what lesser readings told up to date, if any did, by what ``read`` says is newer.

        Else what is kept is the newest. Where what they told is damaged it is forgotten: the
        account goes on by its whole reading.
        """
        last = self.last(account)
        try:
            newest = None if last is None else self._newer(account, last.read)
        except ValueError as error:
            _log.warning("%s: what smaller scans read is forgotten", error)
            self._path(account, "newest").unlink(missing_ok=True)
            return
        if newest is not None:
            newest.take(read(), kinds)
            self.keep_newest(account, newest)

    def _newer(self, account: str, read: datetime) -> Newest | None:
        """What lesser readings told since the one of a time; ``None`` where there were none."""
        found = read_snapshot(self._path(account, "newest"), ("read", "doubts"), mend=_MEND)
        if found is None or found[0]["read"] != read:
            return None
        doubts = {(component, aspect): why for component, aspect, why in found[0]["doubts"]}
        return Newest(found[1], doubts)

    def read_at(self, account: str) -> datetime | None:
        """When an account was read last, without reading all of that; ``None`` if it cannot be."""
        found = self.last(account)
        return None if found is None else found.read

    def last(self, account: str) -> Last | None:
        """What is said of the last reading of an account at its beginning; as for ``read_at``."""
        path = self._path(account, "snapshot")
        try:
            with gzip.open(path, "rb") as file:
                header = decoded(file.readline())
                status = os.fstat(file.fileno())
            mark, changes = _mark(status), self._changes(account)
            changed = changes.head(mark)
            if changed:
                mark = f"{mark}+{changes.size()}"
            read, gaps = header["read"], changed.get("gaps", header["gaps"])
            components = header.get("components", status.st_size // _OF_ONE)
            components = changed.get("components", components)
            is_narrow = header.get("is_narrow") is True
        except (OSError, ValueError, KeyError, TypeError, *_BROKEN):
            return None
        if not isinstance(read, datetime) or not isinstance(gaps, int):
            return None
        mark += mark_of(account, self._told(), now=datetime.now(UTC))
        return Last(
            account=account,
            read=read,
            gaps=gaps,
            components=components,
            mark=mark,
            is_narrow=is_narrow,
        )

    def all(self) -> Iterator[str]:
        """The accounts that were read."""
        for path in sorted(self._folder.glob("*.snapshot")):
            if _ACCOUNT.fullmatch(path.stem):
                yield path.stem

    def _changes(self, account: str) -> Appended:
        return Appended(self._path(account, "changes"))

    def _path(self, account: str, ending: str) -> Path:
        if not _ACCOUNT.fullmatch(account):
            msg = f"{account!r} is no account of AWS: those are 12 digits"
            raise ValueError(msg)
        return self._folder / f"{account}.{ending}"

    def _ready(self) -> None:
        private_folder(self._folder)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _mark(status: os.stat_result) -> str:
    return f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}"

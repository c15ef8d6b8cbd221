"""What the collector's process does, turn after turn, and what it does when something fails."""

import logging
import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import duckdb
from deltalake.exceptions import DeltaError

from ringwall.lake.collecting import Collector
from ringwall.lake.emptying import ask_to_reopen, delete_read, empty
from ringwall.lake.erasing import erase
from ringwall.lake.faring import MUCH
from ringwall.lake.journal import Journal
from ringwall.lake.naming import origin_of
from ringwall.lake.own import Act, log_event
from ringwall.lake.places import Places
from ringwall.lake.redacting import Redaction
from ringwall.lake.settings import Settings
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.spools import spools
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import Events
from ringwall.lake.telling import Told, tell
from ringwall.lake.upkeep import clean, compact, expire, prune
from ringwall.ledger.notary.client import NotaryError
from ringwall.ledger.tree import Tree
from ringwall.runtime.collecting import collected_later
from ringwall.runtime.private_files import locked, private_folder

T = TypeVar("T")

_REST_S: Final = 0.4
"""How long an idle collector waits for more: with signing, a checkpoint is there in two seconds."""
_TELLS_EVERY_S: Final = 1.0
_UPKEEP_EVERY_S: Final = 3600.0
_COMPACTS_EVERY_S: Final = 600.0

_log = logging.getLogger(__name__)


class Sign(Protocol):
    """Has the head of a tree signed and shown; ``NotaryError`` or ``OSError`` where it cannot."""

    def __call__(self, tree: Tree) -> None:
        """Publish all that the tree has."""


@dataclass(slots=True)
class _Due:
    """What comes round, in seconds of the monotonic clock."""

    every: float
    at: float = field(default_factory=time.monotonic)

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self.at:
            return False
        self.at = now + self.every
        return True


class Work:
    """The work of one collector. Use as a context manager; all methods but ``ask`` in one thread.

    ``BlockingIOError`` where another collector works on this log.
    """

    def __init__(self, settings: Settings, sign: Sign) -> None:
        self._settings, self._sign = settings, sign
        self._places = Places(Path(settings.state), Path(settings.run))
        self._open = ExitStack()
        self._asked: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._told = Told(since=time.time())
        self._tells, self._keeps = _Due(_TELLS_EVERY_S), _Due(_UPKEEP_EVERY_S)
        self._compacts = _Due(_COMPACTS_EVERY_S)
        self._is_behind = False

    def __enter__(self) -> "Work":
        with ExitStack() as opened:
            places = self._places
            private_folder(places.log)
            opened.enter_context(locked(places.lock, wait=False))
            origin = origin_of(places.log, self._settings.origin)
            self._tree = opened.enter_context(Tree(places.tree, origin))
            self._subjects = Subjects(places.subjects, writes=True)
            opened.callback(self._subjects.close)
            self._events = Events(places.events)
            self.collector = Collector(
                spools(places),
                journal=Journal(places.journal),
                subjects=self._subjects,
                tree=self._tree,
                table=self._events,
                now=_micros,
                redact=Redaction(self._settings.redact) if self._settings.redact else None,
            )
            self.collector.recover()
            self._say(Act.START, "the collector began", severity=1)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            self._say(Act.STOP, "the collector ended", severity=1)
            self._try("put rows into the table", self.collector.flush)
            self._try("have the checkpoint signed", self._publish)
            self._tell()
        self._open.close()

    def ask(self, function: Callable[[], T]) -> "Future[T]":
        """Have something done between two turns; from any thread."""
        answer: Future[T] = Future()
        self._asked.put((function, answer))
        return answer

    def turn(self) -> float:
        """One turn; how many seconds to rest before the next."""
        done = self._read_on()
        if self.collector.is_due:
            self._try("put rows into the table", self.collector.flush)
        while not self._asked.empty():
            function, answer = self._asked.get()
            try:
                answer.set_result(function())
            except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                answer.set_exception(error)
        if self._compacts():
            today = datetime.now(UTC).date()
            self._try("make few files of many", lambda: compact(self._events, today=today))
        if self._keeps():
            self._try("let old events go", self.keep)
        if self._tells():
            self._tell()
        return 0.0 if done else _REST_S

    def keep(self) -> int:
        """Let go what was kept long enough; how many events went."""
        gone = expire(
            self._events,
            self._places.log,
            retention=self._settings.kept(),
            now=datetime.now(UTC),
            accept=self.collector.accept,
        )
        clean(self._events)
        prune(self._tree, self._places.log)
        for spool in self.collector.spools:
            for name in delete_read(spool, self.collector, now=datetime.now(UTC)):
                _log.info("deleted %s, which was read", name)
        return 0 if gone is None else gone.count

    def erase(self, subject: str, by: str) -> int:
        """Erase a person; in how many events that was. No spool has any of them either then."""
        empty(self.collector, reopen=self._reopen, turn=self._read_on)
        self.collector.flush()
        return erase(
            subject,
            events=self._events,
            log=self._places.log,
            subjects=self._subjects,
            accept=self.collector.accept,
            now=_micros(),
            by=by,
        )

    def _read_on(self) -> int:
        # Tens of thousands of events are made and forgotten together, in no cycles.
        with collected_later():
            done = self._try("accept events", self.collector.turn) or 0
        self._try("have the checkpoint signed", self._publish)
        return done

    def _reopen(self) -> None:
        if not self._settings.edge:
            msg = "nobody said where the edge is"
            raise ConnectionError(msg)
        ask_to_reopen(Path(self._settings.edge))

    def accept(self, events: Sequence[Accepted]) -> None:
        """Accept events of the log's own."""
        self.collector.accept(events)

    @property
    def log(self) -> Path:
        """The folder of the log."""
        return self._places.log

    @staticmethod
    def now() -> int:
        """In microseconds since 1970."""
        return _micros()

    def _publish(self) -> None:
        if self._tree.size > self._tree.published:
            self._sign(self._tree)

    def _say(self, act: Act, message: str, *, severity: int, about: Any = None) -> None:
        event = log_event(
            act, message, now=_micros(), by="collector", about=about or {}, severity=severity
        )
        self._try("accept events", lambda: self.collector.accept([event]))

    def _tell(self) -> None:
        told, collector = self._told, self.collector
        told.at, told.accepted, told.proven = time.time(), collector.end, self._tree.published
        told.stored, told.put_aside = self._events.end, collector.put_aside
        told.unread = collector.unread
        behind = told.behind > MUCH
        if behind and not self._is_behind:
            message = f"{told.behind} bytes of events wait to be read"
            _log.error("%s: the collector does not keep up", message)
            self._say(Act.OTHER, message, severity=4, about={"unread": told.unread})
        self._is_behind = behind
        try:
            tell(self._places.told, told)
        except OSError as error:
            _log.error("how the log fares cannot be told: %s", error)

    def _try(self, what: str, do: Callable[[], T]) -> T | None:
        """Do it; what fails for want of something is told once, and tried again next time."""
        try:
            found = do()
        except (OSError, DeltaError, NotaryError, duckdb.Error) as error:
            if self._told.trouble.get(what) != str(error):
                _log.error("the log cannot %s: %s", what, error)
            self._told.trouble[what] = str(error)
            return None
        if self._told.trouble.pop(what, None) is not None:
            _log.info("the log can %s again", what)
        return found


def _micros() -> int:
    return time.time_ns() // 1000

"""When to ask an ACME server again: renewal at two thirds of life, and back-off that survives.

Pure but for :class:`AttemptLog`, which keeps the attempts of one host in a file, so that a restart
or ``kill -9`` in a loop never turns into hammering.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.expiry import due_at
from ringwall.gateway.certificates.names import folder_name
from ringwall.runtime.private_files import private_folder, write_private

FIRST_WAIT: Final = timedelta(hours=1)
LONGEST_BACK_OFF: Final = timedelta(hours=24)
UNFINISHED_STARTS: Final = 3
"""An attempt that was killed may be taken up again at once this often, then it counts as failed."""
_JITTER_OF_LIFE: Final = 0.02
_JITTER_OF_WAIT: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What happened since the last success. Times are UTC; ``settings`` is a digest of them."""

    failures: int = 0
    starts: int = 0
    since: datetime | None = None
    not_before: datetime | None = None
    problem: str = ""
    settings: str = ""

    def may_start(self, now: datetime, *, settings: str) -> bool:
        """Whether an attempt is allowed: never tried, waited long enough, or settings changed.

        A clock that went back behind the failure ends the wait too: it may have been far ahead.
        """
        if self.not_before is None or self.since is None or self.settings != settings:
            return True
        return now >= self.not_before or now < self.since

    def started(self, now: datetime, *, settings: str) -> "Attempts":
        """Count a start, before anything is sent; too many unfinished ones count as a failure."""
        base = self if self.settings == settings else Attempts(settings=settings)
        counted = replace(base, starts=base.starts + 1, since=now, not_before=None)
        if counted.starts <= UNFINISHED_STARTS:
            return counted
        return counted.failed(now, problem="the last attempts were cut short", wait=None)

    def held_up(self, now: datetime, *, problem: str) -> "Attempts":
        """Count what this side was to blame for like a start cut short: again at once, twice."""
        if self.starts < UNFINISHED_STARTS:
            return replace(self, problem=problem)
        return self.failed(now, problem=problem, wait=None)

    def failed(self, now: datetime, *, problem: str, wait: timedelta | None) -> "Attempts":
        """Count a failure: an hour, doubling up to 24, and never less than the server asked for."""
        failures = self.failures + 1
        back_off = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_BACK_OFF)
        back_off += back_off * _JITTER_OF_WAIT * _fraction(f"{self.settings}{failures}")
        return replace(
            self,
            failures=failures,
            starts=0,
            since=now,
            not_before=now + max(back_off, wait or timedelta()),
            problem=problem,
        )


def renewal_at(credential: Credential) -> datetime:
    """When to renew: two thirds of life, and up to 2 % of it later so that hosts spread out."""
    life = credential.not_after - credential.not_before
    jitter = life * _JITTER_OF_LIFE * _fraction(credential.fingerprint_sha256)
    return due_at(credential) + jitter


class AttemptLog:
    """The attempts of one host, in one file below ``folder``, the ACME folder of the state."""

    def __init__(self, folder: Path, host: str) -> None:
        self._path = folder / "attempts" / f"{folder_name(host)}.json"

    def read(self) -> Attempts:
        """Return what was kept; a missing or damaged file is a fresh start."""
        try:
            kept = json.loads(self._path.read_bytes())
            return Attempts(
                failures=int(kept["failures"]),
                starts=int(kept["starts"]),
                since=_moment(kept["since"]),
                not_before=_moment(kept["not_before"]),
                problem=str(kept["problem"]),
                settings=str(kept["settings"]),
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return Attempts()

    def write(self, attempts: Attempts) -> None:
        """Keep ``attempts`` durably."""
        private_folder(self._path.parent)
        kept = asdict(attempts)
        for key in ("since", "not_before"):
            kept[key] = kept[key].isoformat() if kept[key] is not None else None
        write_private(self._path, json.dumps(kept, indent=1).encode())

    def clear(self) -> None:
        """Forget everything, after a success."""
        self._path.unlink(missing_ok=True)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _fraction(seed: str) -> float:
    """Return a number from 0 to 1 that is always the same for ``seed``."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) / 2**32

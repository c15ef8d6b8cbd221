"""What changed between two scans of an account, check by check. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ringwall.core.verdicts import Outcome

Counts = Mapping[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many verdicts of each check one scan came to.

    ``unread`` are checks that could not look; ``checks`` is the digest of all of them.
    """

    at: datetime
    partial: bool
    checks: str
    counts: Mapping[str, Counts]
    unread: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A check whose verdicts are others; ``None`` where it judged nothing.

    ``could_look`` says of before and now whether it could.
    """

    check: str
    before: Counts | None
    now: Counts | None
    could_look: tuple[bool, bool]

    @property
    def worse(self) -> int:
        """How many more verdicts are no pass."""
        return _bad(self.now) - _bad(self.before)


def differences(before: Counted, now: Counted) -> list[Difference]:
    """The checks that say something else, what got worse first."""
    found = []
    for check in before.counts.keys() | now.counts.keys() | before.unread | now.unread:
        one = Difference(
            check=check,
            before=before.counts.get(check),
            now=now.counts.get(check),
            could_look=(check not in before.unread, check not in now.unread),
        )
        if _plain(one.before) != _plain(one.now) or one.could_look[0] != one.could_look[1]:
            found.append(one)
    return sorted(found, key=lambda one: (-one.worse, one.check))


def _bad(counts: Counts | None) -> int:
    return sum(n for outcome, n in (counts or {}).items() if outcome is not Outcome.PASS)


def _plain(counts: Counts | None) -> dict[Outcome, int] | None:
    return None if counts is None else {outcome: n for outcome, n in counts.items() if n}

"""The front door for whoever shows posture: accounts, frameworks, checks, without credentials.

An account is judged when it is asked for first after a scan, one at a time, and its summary is
kept in memory until it is read anew.
"""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from ringwall.posture.frameworks.remembering import History
from ringwall.posture.keeping import Accounts, Last
from ringwall.posture.summing import Change, Mapped, Summary, changes, mapped_by, summary_of
from ringwall.runtime.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.frameworks.catalogue import Framework

LARGEST: Final = 10_000
"""Components of an account that is judged in a process that also answers others: some seconds,
and 110 MB."""
_WAITS_S: Final = 20.0
_one_at_a_time: Final = Lock()
_summaries: Final[dict[str, tuple[str, Summary]]] = {}


class BusyError(Exception):
    """Accounts are being judged for somebody else: ask again in a moment."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was read: its summary, or ``why`` there is none."""

    account: str
    last: Last | None
    summary: Summary | None
    why: str = ""


def accounts(installation: Installation) -> list[Account]:
    """All accounts that were read, each judged by the checks as they are now.

    :class:`BusyError` where others are at it for long.
    """
    kept = Accounts(installation.state)
    names = list(kept.all())
    if not names:
        return []
    if not _one_at_a_time.acquire(timeout=_WAITS_S):
        raise BusyError("accounts are being judged already")
    try:
        return [_account(kept, name) for name in names]
    finally:
        _one_at_a_time.release()


@cache
def checks() -> "tuple[KnownCheck, ...]":
    """Ringwall's own checks of clouds, by id."""
    from ringwall.posture.checking.finding import own_checks  # noqa: PLC0415 - hundreds of files

    return tuple(one for one in own_checks() if one.check.judges.startswith("aws-"))


@cache
def all_checks() -> "tuple[KnownCheck, ...]":
    """All of Ringwall's own checks, those of code and of Ringwall itself, too."""
    from ringwall.posture.checking.finding import own_checks  # noqa: PLC0415 - hundreds of files

    return tuple(own_checks())


def is_check(name: str) -> bool:
    """Whether that is the id of one of ours; loads no others."""
    from ringwall.posture.checking.finding import own_checks  # noqa: PLC0415 - most never ask

    return any(one.id == name for one in own_checks([name]))


@cache
def mapped() -> Mapped:
    """Which checks speak of which framework, as :func:`~ringwall.posture.summing.stands` needs."""
    return mapped_by(all_checks())


def frameworks() -> "Mapping[str, Framework]":
    """Those that come with Ringwall, by id: whoever answers strangers reads no other files."""
    from ringwall.posture.frameworks import catalogue  # noqa: PLC0415 - reads YAML

    return catalogue.frameworks()


def changed(installation: Installation) -> list[Change]:
    """How each framework changed in each account with its last scan by all checks.

    ``ValueError`` names a file that is damaged.
    """
    return changes(History(installation.state).all())


def _account(kept: Accounts, name: str) -> Account:
    from ringwall.posture.judging import judge_all  # noqa: PLC0415 - with what it needs

    last = kept.last(name)
    if last is None:
        return Account(name, None, None, f"its file is damaged: scan {name} anew")
    mark, summary = _summaries.get(name, ("", None))
    if summary is not None and mark == last.mark:
        return Account(name, last, summary)
    if last.components > LARGEST:
        why = "it is too large to be judged for a page: `ringwall posture report` judges it"
        return Account(name, last, None, why)
    try:
        found = kept.get(name)
    except ValueError as error:
        return Account(name, last, None, str(error))
    if found is None:
        return Account(name, None, None, "it was removed meanwhile")
    summary = summary_of(
        found.snapshot,
        judge_all(found.snapshot, checks()),
        checks(),
        account=name,
        read=found.read,
        gaps=found.gaps,
    )
    _summaries[name] = (last.mark, summary)
    return Account(name, last, summary)

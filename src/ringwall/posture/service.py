"""The front door for whoever shows posture: accounts, frameworks, checks, without credentials.

Nothing is judged here: the process that answers others reads what those kept that judge.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from ringwall.posture.check_pages import CheckPage, CheckPages, page_of
from ringwall.posture.differing import Counted, Difference, differences
from ringwall.posture.frameworks.history import Point
from ringwall.posture.frameworks.looking_back import LookingBack
from ringwall.posture.keeping import Accounts, Last
from ringwall.posture.over_time import Course, courses
from ringwall.posture.past import Past
from ringwall.posture.summaries import Kept, Summaries
from ringwall.posture.summing import Change, Mapped, Said, changes, mapped_by
from ringwall.runtime.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.summing import Summary

_NOT_YET: Final = "it was read and is not judged yet: the worker does that within minutes"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was read: its summary, or ``why`` there is none.

    Code that was declared, and Ringwall itself, are told as one, too: ``account`` is the scope.
    """

    account: str
    last: Last | None
    kept: Kept | None
    why: str = ""

    @property
    def summary(self) -> "Summary | None":
        """What it came to; ``None`` where nobody judged it yet."""
        return None if self.kept is None else self.kept.summary

    @property
    def is_stale(self) -> bool:
        """Whether it was judged by checks that are others by now."""
        return self.kept is not None and self.kept.is_stale

    @property
    def read_since(self) -> "datetime | None":
        """When it was read that is not judged yet; ``None`` where the last reading is."""
        if self.kept is None or self.last is None or self.kept.mark == self.last.mark:
            return None
        return self.last.read


def accounts(installation: Installation) -> list[Account]:
    """All accounts that were read, then code and Ringwall, as those told that judged them."""
    kept, summaries = Accounts(installation.state), Summaries(installation.state)
    found = [_account(kept, summaries, name) for name in kept.all()]
    others = [
        Account(name, None, one) for name in summaries.others() if (one := summaries.get(name))
    ]
    return [*found, *others]


def said(installation: Installation, check: str, several: Iterable[Account]) -> list[Said]:
    """What a check says of the first components that it does not pass, of each account."""
    summaries = Summaries(installation.state)
    return [one for each in several for one in summaries.said(each.account, check)]


def check_pages(installation: Installation) -> list[CheckPage]:
    """All of Ringwall's own checks, by id; loaded (8 MB) where they are not kept."""
    found = CheckPages(installation.state).get()
    if found is not None:
        return found
    from ringwall.posture.checking.finding import own_checks  # noqa: PLC0415 - hundreds of files

    return [page_of(one) for one in own_checks()]


def check_page(name: str) -> CheckPage | None:
    """The check with this id; loads no others."""
    from ringwall.posture.checking.finding import own_checks  # noqa: PLC0415 - most never ask

    return next((page_of(one) for one in own_checks([name]) if one.id == name), None)


def is_check(name: str) -> bool:
    """Whether that is the id of one of ours."""
    return check_page(name) is not None


def mapped(installation: Installation) -> Mapped:
    """Which checks speak of which framework, as :func:`~ringwall.posture.summing.stands` needs."""
    return mapped_by((one.id, one.controls) for one in check_pages(installation))


@cache
def frameworks() -> "Mapping[str, Framework]":
    """Those that come with Ringwall, by id: whoever answers strangers reads no other files."""
    from ringwall.posture.frameworks import catalogue  # noqa: PLC0415 - reads YAML

    return catalogue.frameworks()


def changed(installation: Installation) -> list[Change]:
    """How each framework changed in each account with its last scan by all checks.

    ``ValueError`` names a file that is damaged.
    """
    return changes(LookingBack(installation.state).last(2))


def history(
    installation: Installation, *, account: str = "", framework: str = "", owner: str = ""
) -> Iterator[Point]:
    """How frameworks stood after each scan by all checks, also in code and of Ringwall itself.

    With ``owner`` it is of what is theirs, a point a day. ``ValueError`` as of :func:`changed`.
    """
    back = LookingBack(installation.state)
    return back.points(account=account, framework=framework, owner=owner)


def remembered(installation: Installation) -> tuple[list[str], list[str]]:
    """What history tells of: scopes, and owners; ``ValueError`` as of :func:`changed`."""
    back = LookingBack(installation.state)
    return back.accounts(), back.owners()


def over_time(
    installation: Installation, *, account: str = "", framework: str = "", owner: str = ""
) -> dict[str, Course]:
    """Each framework over time, in one scope or all together; as of :func:`history`.

    Where all frameworks of a long history are asked for, a point a day is enough.
    """
    back = LookingBack(installation.state)
    if not framework and not owner:
        return courses(back.pictured(account=account))
    return courses(back.points(account=account, framework=framework, owner=owner))


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Two scans of an account, and the checks that say something else."""

    before: Counted
    now: Counted
    differences: list[Difference]


def scans(installation: Installation, account: str) -> list["datetime"]:
    """When an account was scanned by all checks, as far back as that is kept, in order of time."""
    return Past(installation.state).scans(account)


def between(
    installation: Installation, account: str, before: "datetime", now: "datetime"
) -> Between | None:
    """What changed from one scan to another; ``None`` where one of them is not kept."""
    past = Past(installation.state)
    one, other = past.get(account, before), past.get(account, now)
    if one is None or other is None:
        return None
    return Between(before=one, now=other, differences=differences(one, other))


def _account(kept: Accounts, summaries: Summaries, name: str) -> Account:
    last = kept.last(name)
    if last is None:
        return Account(name, None, None, f"its file is damaged: scan {name} anew")
    found = summaries.get(name)
    return Account(name, last, found, "" if found is not None else _NOT_YET)

"""Own images are younger than two years, and not deprecated.

Why: what is launched from it lacks all updates since, at the moment at which it is first reached.
Fix: make a new one from what is updated, have what launches it name that, and deregister the old.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-ec2-image",
    severity=Severity.LOW,
    reads=("listed",),
    controls=UPDATED,
    of_clouds=True,
)
DAYS: Final = 730


def judge(it: Subject, world: World) -> Judgment:
    """By the day it was made, and the one from which on it counts as deprecated."""
    listed, now = it.read("listed"), datetime.now(UTC)
    ends = listed.get("DeprecationTime")
    if ends and _moment(ends) <= now:
        return fails(f"{it.label} is deprecated since {_moment(ends):%Y-%m-%d}")
    days = (now - _moment(listed["CreationDate"])).days
    if days > DAYS:
        return fails(f"{it.label} was made {days} days ago")
    return passes(f"it was made {days} days ago")


def _moment(value: object) -> datetime:
    when = datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _in(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%S.000Z}"


CASES = (
    case("new", PASS, listed={"CreationDate": _in(-30)}),
    case("old", FAIL, listed={"CreationDate": _in(-800)}),
    case("deprecated", FAIL, listed={"CreationDate": _in(-30), "DeprecationTime": _in(-1)}),
    case("to be deprecated", PASS, listed={"CreationDate": _in(-30), "DeprecationTime": _in(400)}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

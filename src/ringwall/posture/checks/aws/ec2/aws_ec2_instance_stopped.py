"""Instances are not left stopped for months.

Why: nobody updates them meanwhile, and whoever starts one again starts its old weaknesses.
Fix: terminate it, after an image of what is to be kept.
"""

import re
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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:ec2_instance_stopped_older_than_specific_days", "securityhub:EC2.4"),
    of_clouds=True,
)
DAYS: Final = 30
_DAY: Final = re.compile(r"\((\d{4}-\d{2}-\d{2}) ")


def judge(it: Subject, world: World) -> Judgment:
    """By what EC2 says of why and when it stopped; where it says no day, that is not known."""
    listed = it.read("listed")
    if listed["State"]["Name"] != "stopped":
        return passes("it is not stopped")
    day = _DAY.search(str(listed.get("StateTransitionReason") or ""))
    if day is None:
        raise UnknownError(f"since when {it.label} is stopped is not told")
    days = (datetime.now(UTC) - datetime.fromisoformat(day[1]).replace(tzinfo=UTC)).days
    if days > DAYS:
        return fails(f"{it.label} is stopped for {days} days")
    return passes(f"it is stopped for {days} days")


def _stopped(days: int) -> dict[str, object]:
    when = datetime.now(UTC) - timedelta(days=days)
    return {
        "State": {"Name": "stopped"},
        "StateTransitionReason": f"User initiated ({when:%Y-%m-%d %H:%M:%S} GMT)",
    }


CASES = (
    case("for long", FAIL, listed=_stopped(100)),
    case("since yesterday", PASS, listed=_stopped(1)),
    case(
        "it runs, and was stopped once",
        PASS,
        listed=_stopped(100) | {"State": {"Name": "running"}},
    ),
    case(
        "nobody says since when",
        UNKNOWN,
        listed={"State": {"Name": "stopped"}, "StateTransitionReason": "Server.ScheduledStop"},
    ),
    case("may not be read", UNKNOWN, listed=DENIED),
)

"""Buses of events are not for everybody.

Why: whoever may put an event on a bus starts all that its rules start.
Fix: name accounts in the policy of the bus, or bind it by `aws:PrincipalOrgID`.
"""

from typing import Any

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.admitting import admitting
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-events-bus",
    severity=Severity.HIGH,
    reads=("listed", *READS),
    controls=NOT_PUBLIC,
    known_as=("prowler:eventbridge_bus_exposed",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(
        it, it.read("listed").get("Policy"), arn_of(it, "events:event-bus/{label}")
    )


def _told(written: Any) -> dict[str, Any]:
    return {"listed": {} if written is None else {"Policy": written}}


CASES = admitting("events:PutEvents", _told, "listed")

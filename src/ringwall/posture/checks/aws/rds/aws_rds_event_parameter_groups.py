"""Somebody is told of changes of databases' parameters.

Why: a parameter turns encryption of connections or the log of statements off, for all that have it.
Fix: subscribe a topic that somebody reads to `configuration change` of `db-parameter-group`.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    other,
)
from ringwall.posture.checks.aws.controls import WATCHED
from ringwall.posture.checks.aws.rds.events import DATABASES, SUBSCRIPTIONS, judge_events

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=(f"{DATABASES}.listed", f"{SUBSCRIPTIONS}.listed"),
    controls=WATCHED,
    known_as=("prowler:rds_instance_event_subscription_parameter_groups", "securityhub:RDS.21"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where there are databases."""
    return judge_events(
        it, world, "db-parameter-group", "parameter groups", {"configuration change"}
    )


def _told(source: str | None, *categories: str, on: bool = True) -> Other:
    listed = {"Enabled": on, "SourceType": source, "EventCategoriesList": list(categories)}
    return other(SUBSCRIPTIONS, listed=listed)


DB = other(DATABASES, "db", listed={})
CASES = (
    case("told", PASS, DB, _told("db-parameter-group", "configuration change")),
    case("all of them", PASS, DB, _told("db-parameter-group")),
    case("of all sources", PASS, DB, _told(None)),
    case("other events", FAIL, DB, _told("db-parameter-group", "creation")),
    case("of something else", FAIL, DB, _told("db-instance")),
    case("switched off", FAIL, DB, _told("db-parameter-group", on=False)),
    case("nobody", FAIL, DB),
    case("no databases", NOT_JUDGED),
)

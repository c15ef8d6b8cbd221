"""Somebody is told of changes of databases' own security groups.

Why: such a group says who may connect; what is opened by it is seen nowhere else.
Fix: subscribe a topic that somebody reads to `configuration change` and `failure` of
`db-security-group`; only old databases outside of a VPC had such groups.
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
    severity=Severity.INFORMATIONAL,
    reads=(f"{DATABASES}.listed", f"{SUBSCRIPTIONS}.listed"),
    controls=WATCHED,
    known_as=("prowler:rds_instance_event_subscription_security_groups", "securityhub:RDS.22"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where there are databases."""
    return judge_events(
        it,
        world,
        "db-security-group",
        "security groups of databases",
        {"configuration change", "failure"},
    )


def _told(source: str | None, *categories: str, on: bool = True) -> Other:
    listed = {"Enabled": on, "SourceType": source, "EventCategoriesList": list(categories)}
    return other(SUBSCRIPTIONS, listed=listed)


DB = other(DATABASES, "db", listed={})
CASES = (
    case("told", PASS, DB, _told("db-security-group", "configuration change", "failure")),
    case("all of them", PASS, DB, _told("db-security-group")),
    case("of all sources", PASS, DB, _told(None)),
    case("other events", FAIL, DB, _told("db-security-group", "creation")),
    case("of something else", FAIL, DB, _told("db-instance")),
    case("switched off", FAIL, DB, _told("db-security-group", on=False)),
    case("nobody", FAIL, DB),
    case("no databases", NOT_JUDGED),
)

"""Events of databases are told to somebody.

Why: that one fails, is restarted, or is opened to others, nobody hears otherwise.
Fix: subscribe to events of instances and clusters, at least to failures, configuration and
security.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("aws-rds-instance.listed", "aws-rds-event-subscription.listed"),
    controls=(
        *WATCHED,
        "nist-csf-2.0 DE.AE-06 supporting",
        "ccm-4 LOG-05 supporting",
    ),
    known_as=(
        "prowler:rds_instance_critical_event_subscription",
        "securityhub:RDS.19",
        "securityhub:RDS.20",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where there are databases."""
    here = [
        one
        for one in world.all("aws-rds-instance")
        if (one.account, one.region) == (it.account, it.region)
    ]
    if not here:
        return None
    for one in world.all("aws-rds-event-subscription"):
        told = one.read("listed")
        source = told.get("SourceType") or "db-instance"
        if (
            one.region == it.region
            and one.account == it.account
            and told.get("Enabled", True)
            and source == "db-instance"
        ):
            return passes(f"{one.label} tells events of databases")
    return fails(f"nobody hears of events of {len(here)} databases in {it.label}")


DB = other("aws-rds-instance", "db", listed={})
CASES = (
    case(
        "told",
        PASS,
        DB,
        other("aws-rds-event-subscription", listed={"Enabled": True, "SourceType": "db-instance"}),
    ),
    case("of all", PASS, DB, other("aws-rds-event-subscription", listed={"Enabled": True})),
    case("switched off", FAIL, DB, other("aws-rds-event-subscription", listed={"Enabled": False})),
    case("nobody", FAIL, DB),
    case("no databases", NOT_JUDGED),
)

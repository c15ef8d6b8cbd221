"""Tables have the capacity that is asked of them.

Why: a table whose capacity is fixed refuses what comes beyond it: one busy hour, or one attacker.
Fix: have the table be paid for by request, or give reads and writes a policy of Application Auto
Scaling.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.ages import days_since
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.LOW,
    reads=("described", "aws-region.dynamodb_scaling"),
    controls=RESILIENT,
    known_as=("prowler:dynamodb_table_autoscaling_enabled", "securityhub:DynamoDB.1"),
    of_clouds=True,
)
_UNITS = {
    "dynamodb:table:ReadCapacityUnits": "reads",
    "dynamodb:table:WriteCapacityUnits": "writes",
}


def judge(it: Subject, world: World) -> Judgment | None:
    """By how it is paid for; what was made within a day may get its policies yet."""
    told = it.read("described")
    if (told.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST":
        return passes("it takes what is asked of it, and is paid for by request")
    scaled = world.region(it).read("dynamodb_scaling").get(f"table/{it.label}", [])
    fixed = [name for unit, name in _UNITS.items() if unit not in scaled]
    if not fixed:
        return passes("policies set its reads and writes")
    if "CreationDateTime" in told and days_since(told["CreationDateTime"]) < 1:
        return None
    return fails(f"nothing sets how many {' and '.join(fixed)} {it.label} takes: that is fixed")


def _policies(*several: str) -> Other:
    units = [f"dynamodb:table:{one}CapacityUnits" for one in several]
    return other("aws-region", dynamodb_scaling={"table/it": units, "table/other": list(_UNITS)})


OLD = {"CreationDateTime": datetime.now(UTC) - timedelta(days=9)}
PAID = OLD | {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
BACK = OLD | {"BillingModeSummary": {"BillingMode": "PROVISIONED"}}
CASES = (
    case("by request", PASS, _policies(), described=PAID),
    case("both are set", PASS, _policies("Read", "Write"), described=OLD),
    case("neither", FAIL, _policies(), described=OLD),
    case("neither, after it was by request", FAIL, _policies(), described=BACK),
    case("reads alone", FAIL, _policies("Read"), described=OLD),
    case("new", NOT_JUDGED, _policies(), described={"CreationDateTime": datetime.now(UTC)}),
    case("denied", UNKNOWN, other("aws-region", dynamodb_scaling=DENIED), described=OLD),
)

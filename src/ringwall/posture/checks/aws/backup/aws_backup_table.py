"""Tables of DynamoDB are in AWS Backup.

Why: point-in-time recovery reaches back 35 days at most, and stays in the account.
Fix: take the table into a plan of AWS Backup, by its ARN or by a tag.
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
    Severity,
    Subject,
    World,
    case,
    other,
)
from ringwall.posture.checks.aws.backup.covered import NONE, PROTECTED, backed_up, judge_covered
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.LOW,
    reads=("described", PROTECTED),
    controls=BACKED_UP,
    known_as=("prowler:dynamodb_table_protected_by_backup_plan", "securityhub:DynamoDB.4"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Point-in-time recovery is another check's to say."""
    return judge_covered(it, world, it.name, made=it.read("described").get("CreationDateTime"))


ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/carts"
OLD = {"CreationDateTime": datetime.now(UTC) - timedelta(days=99)}
CASES = (
    case("backed up", PASS, backed_up(ARN, 1), name=ARN, described=OLD),
    case("never", FAIL, NONE, name=ARN, described=OLD),
    case("long ago", FAIL, backed_up(ARN, 200), name=ARN, described=OLD),
    case("new", NOT_JUDGED, NONE, name=ARN, described={"CreationDateTime": datetime.now(UTC)}),
    case("denied", UNKNOWN, other("aws-region", backup_protected=DENIED), name=ARN, described=OLD),
)

"""Have a table kept so that it can be put back to any second of the last 35 days."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-dynamodb-table-recovery",)


def plan(it: Subject, world: World) -> Draft:
    """It is switched off again if it does not help."""
    it.read("backups", {})

    def recovery(*, on: bool) -> dict[str, object]:
        return {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": on}}

    return set_and_back(
        "dynamodb:UpdateContinuousBackups",
        {"TableName": it.label},
        recovery(on=True),
        recovery(on=False),
        change="point-in-time recovery: off → on",
        words=f"keep the last 35 days of the table {it.label}",
        warning="it costs by the size of the table",
        terraform=argument(
            "aws_dynamodb_table", it.label, {"block:point_in_time_recovery": {"enabled": True}}
        ),
        keys={"backups": ("PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",)},
        makes={
            "backups": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
        },
    )

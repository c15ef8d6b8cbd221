"""Keep logs for a year, and not for ever."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-logs-group-retention",)


def plan(it: Subject, world: World) -> Draft:
    """What is kept for ever now is kept so again if it does not help."""
    before = it.read("listed").get("retentionInDays")
    group = {"logGroupName": it.label}
    do = Call(
        call="logs:PutRetentionPolicy",
        arguments=group | {"retentionInDays": 365},
        words=f"keep {it.label} for a year",
    )
    undo = (
        Call(call="logs:DeleteRetentionPolicy", arguments=group, words="keep it for ever again")
        if before is None
        else Call(
            call="logs:PutRetentionPolicy",
            arguments=group | {"retentionInDays": before},
            words=f"keep it for {before} days again",
        )
    )
    gone = "what is older than a year is deleted, and does not come back by undoing this"
    return Draft(
        changes=(f"kept for: {before or 'ever'} → 365 days",),
        steps=(Step(do=do, undo=(undo,)),),
        warning=gone if before is None else "",
        terraform=argument("aws_cloudwatch_log_group", it.label, {"retention_in_days": 365}),
        keys={"listed": ("retentionInDays",)},
    )

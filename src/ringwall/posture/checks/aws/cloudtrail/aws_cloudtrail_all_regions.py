"""A trail records every region.

Why: attackers work where nobody looks; a region without a trail has no memory.
Fix: make a trail of all regions, with management events that read and that write.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.HIGH,
    reads=(
        "aws-cloudtrail-trail.listed",
        "aws-cloudtrail-trail.status",
        "aws-cloudtrail-trail.selectors",
    ),
    controls=("cis-aws-3.0 3.1 full", *LOGGED),
    known_as=(
        "prowler:cloudtrail_multi_region_enabled_logging_management_events",
        "securityhub:CloudTrail.1",
        "checkov:CKV_AWS_67",
        "securityhub:CloudTrail.3",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """One that is on, of all regions, with all management events."""
    why = []
    for trail in world.all("aws-cloudtrail-trail", account=it.account):
        if not trail.read("listed").get("IsMultiRegionTrail"):
            why.append(f"{trail.label} is of one region")
        elif not trail.read("status").get("IsLogging"):
            why.append(f"{trail.label} is off")
        elif not _is_whole(trail.read("selectors")):
            why.append(f"{trail.label} leaves out management events")
        else:
            return passes(f"{trail.label} records every region")
    return fails("; ".join(why) or "there is no trail")


def _is_whole(told: dict[str, list[dict[str, object]]]) -> bool:
    for one in told.get("EventSelectors") or []:
        if one.get("IncludeManagementEvents", True) and one.get("ReadWriteType", "All") == "All":
            return True
    for one in told.get("AdvancedEventSelectors") or []:
        fields = {str(each["Field"]): each for each in one["FieldSelectors"]}  # type: ignore[attr-defined]
        if (
            fields.get("eventCategory", {}).get("Equals") == ["Management"]
            and "readOnly" not in fields
        ):
            return True
    return False


def _trail(*, every: bool = True, on: bool = True, kind: str = "All") -> Other:
    return other(
        "aws-cloudtrail-trail",
        "arn:aws:cloudtrail:eu-west-1:1:trail/t",
        listed={"IsMultiRegionTrail": every},
        status={"IsLogging": on},
        selectors={"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": kind}]},
    )


CASES = (
    case("all", PASS, _trail()),
    case("one region", FAIL, _trail(every=False)),
    case("off", FAIL, _trail(on=False)),
    case("only what writes", FAIL, _trail(kind="WriteOnly")),
    case("none", FAIL),
    case("may not be read", UNKNOWN, other("aws-cloudtrail-trail", "t", listed=DENIED)),
)

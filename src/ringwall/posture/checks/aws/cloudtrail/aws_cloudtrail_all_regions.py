"""A trail records every region.

Why: attackers work where nobody looks; a region without a trail has no memory.
Fix: make a trail of all regions, with management events that read and that write.
"""

from functools import partial

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
from ringwall.posture.checks.aws.cloudtrail.selecting import BOTH, management
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.HIGH,
    reads=(
        "aws-cloudtrail-trail.listed",
        "aws-cloudtrail-trail.status",
        "aws-cloudtrail-trail.selectors",
    ),
    controls=(
        "cis-aws-3.0 3.1 full",
        "cis-aws-5.0 3.1 full",
        "cis-aws-6.0 4.1 full",
        *LOGGED,
        "nist-csf-2.0 RS.AN-03 supporting",
    ),
    known_as=(
        "prowler:cloudtrail_multi_region_enabled_logging_management_events",
        "securityhub:CloudTrail.1",
        "checkov:CKV_AWS_67",
        "securityhub:CloudTrail.3",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """One that is on, of all regions, with all management events: none of KMS left out either."""
    why: list[str] = []
    trails = world.all("aws-cloudtrail-trail", account=it.account)
    if world.any_true(*(partial(_is_whole, trail, why) for trail in trails)):
        return passes("a trail records every region")
    return fails("; ".join(why) or "there is no trail")


def _is_whole(trail: Subject, why: list[str]) -> bool:
    if not trail.read("listed").get("IsMultiRegionTrail"):
        why.append(f"{trail.label} is of one region")
    elif not trail.read("status").get("IsLogging"):
        why.append(f"{trail.label} is off")
    elif management(trail.read("selectors")) != BOTH:
        why.append(f"{trail.label} leaves out management events")
    else:
        return True
    return False


def _trail(
    *, every: bool = True, on: bool = True, kind: str = "All", name: str = "t", **more: object
) -> Other:
    plain = {"IncludeManagementEvents": True, "ReadWriteType": kind} | more
    return _selecting({"EventSelectors": [plain]}, every=every, on=on, name=name)


def _selecting(selectors: object, *, every: bool = True, on: bool = True, name: str = "t") -> Other:
    return other(
        "aws-cloudtrail-trail",
        f"arn:aws:cloudtrail:eu-west-1:1:trail/{name}",
        listed={"IsMultiRegionTrail": every},
        status={"IsLogging": on},
        selectors=selectors,
    )


def _advanced(*several: dict[str, list[str]]) -> Other:
    return _selecting(
        {
            "AdvancedEventSelectors": [
                {"FieldSelectors": [{"Field": name, **_said(told)} for name, told in one.items()]}
                for one in several
            ]
        }
    )


def _said(told: list[str]) -> dict[str, list[str]]:
    if told[0].startswith("!"):
        return {"NotEquals": [one[1:] for one in told]}
    return {"Equals": told}


ALL = {"eventCategory": ["Management"]}
CASES = (
    case("all", PASS, _trail()),
    case("as AWS makes it", PASS, _selecting({})),
    case("all, newer form", PASS, _advanced(ALL)),
    case(
        "in two parts", PASS, _advanced(ALL | {"readOnly": ["true"]}, ALL | {"readOnly": ["false"]})
    ),
    case("one region", FAIL, _trail(every=False)),
    case("off", FAIL, _trail(on=False)),
    case("only what writes", FAIL, _trail(kind="WriteOnly")),
    case("only what writes, newer form", FAIL, _advanced(ALL | {"readOnly": ["false"]})),
    case("without KMS", FAIL, _trail(ExcludeManagementEventSources=["kms.amazonaws.com"])),
    case("without KMS, newer form", FAIL, _advanced(ALL | {"eventSource": ["!kms.amazonaws.com"]})),
    case("data alone", FAIL, _advanced({"eventCategory": ["Data"]})),
    case("none", FAIL),
    case(
        "one is not told, and another is whole",
        PASS,
        other(
            "aws-cloudtrail-trail",
            "arn:aws:cloudtrail:eu-west-1:1:trail/a",
            listed={"IsMultiRegionTrail": True},
            status=DENIED,
            selectors=DENIED,
        ),
        _trail(),
    ),
    case(
        "may not be read",
        UNKNOWN,
        other(
            "aws-cloudtrail-trail",
            "arn:aws:cloudtrail:eu-west-1:1:trail/t",
            listed={"IsMultiRegionTrail": True},
            status=DENIED,
        ),
    ),
)

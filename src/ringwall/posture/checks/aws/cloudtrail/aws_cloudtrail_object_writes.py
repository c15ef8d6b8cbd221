"""Writes of objects are recorded, in all buckets.

Why: management events tell that a bucket was opened, and not what was
changed in it, and what was deleted.
Fix: add data events of S3 to a trail of all regions, for all buckets but the one it writes to.
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
from ringwall.posture.checks.aws.cloudtrail.selecting import objects
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=(
        "aws-cloudtrail-trail.listed",
        "aws-cloudtrail-trail.status",
        "aws-cloudtrail-trail.selectors",
    ),
    controls=("cis-aws-3.0 3.8 full", *LOGGED, "pci-dss-4 10.2.1.1 partial"),
    known_as=("prowler:cloudtrail_s3_dataevents_write_enabled", "securityhub:S3.22"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By a trail that is on, of all regions, and of all buckets."""
    trails = world.all("aws-cloudtrail-trail", account=it.account)
    if world.any_true(*(partial(_records, trail) for trail in trails)):
        return passes("a trail records writes of all objects")
    return fails("no trail that is on, of all regions, records writes of all objects")


def _records(trail: Subject) -> bool:
    listed = trail.read("listed")
    if not listed.get("IsMultiRegionTrail") or not trail.read("status").get("IsLogging"):
        return False
    return "write" in objects(trail.read("selectors"), [str(listed.get("S3BucketName"))])


def _trail(on: bool = True, every: bool = True, **selectors: object) -> Other:
    return other(
        "aws-cloudtrail-trail",
        "arn:aws:cloudtrail:::t",
        listed={"IsMultiRegionTrail": every, "S3BucketName": "logs"},
        status={"IsLogging": on},
        selectors=selectors,
    )


def _plain(kind: str = "All", value: str = "arn:aws:s3") -> list[object]:
    resources = [{"Type": "AWS::S3::Object", "Values": [value]}]
    return [{"ReadWriteType": kind, "DataResources": resources}]


def _advanced(*more: dict[str, object]) -> list[object]:
    fields: list[object] = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    return [{"FieldSelectors": [*fields, *more]}]


def _read_only(said: str) -> dict[str, object]:
    return {"Field": "readOnly", "Equals": [said]}


def _but(bucket: str) -> dict[str, object]:
    return {"Field": "resources.ARN", "NotStartsWith": [f"arn:aws:s3:::{bucket}/"]}


CASES = (
    case("recorded", PASS, _trail(EventSelectors=_plain())),
    case("these alone", PASS, _trail(EventSelectors=_plain("WriteOnly"))),
    case("the others alone", FAIL, _trail(EventSelectors=_plain("ReadOnly"))),
    case("of one bucket", FAIL, _trail(EventSelectors=_plain(value="arn:aws:s3:::a/"))),
    case("recorded, newer form", PASS, _trail(AdvancedEventSelectors=_advanced())),
    case(
        "these alone, newer form",
        PASS,
        _trail(AdvancedEventSelectors=_advanced(_read_only("false"))),
    ),
    case(
        "the others alone, newer form",
        FAIL,
        _trail(AdvancedEventSelectors=_advanced(_read_only("true"))),
    ),
    case(
        "all but its own logs",
        PASS,
        _trail(AdvancedEventSelectors=_advanced(_but("logs"))),
    ),
    case(
        "all but what matters",
        FAIL,
        _trail(AdvancedEventSelectors=_advanced(_but("payroll"))),
    ),
    case("off", FAIL, _trail(on=False, EventSelectors=_plain())),
    case("of one region", FAIL, _trail(every=False, EventSelectors=_plain())),
    case("management alone", FAIL, _trail(EventSelectors=[{"IncludeManagementEvents": True}])),
    case("no trail", FAIL),
    case(
        "may not be read",
        UNKNOWN,
        other(
            "aws-cloudtrail-trail",
            "arn:aws:cloudtrail:::t",
            listed={"IsMultiRegionTrail": True},
            status={"IsLogging": True},
            selectors=DENIED,
        ),
    ),
)

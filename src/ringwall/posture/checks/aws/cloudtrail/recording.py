"""Whether trails record what is read from buckets, or written into them."""

from functools import partial

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Other,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.cloudtrail.selecting import names_objects, objects


def judge_objects(it: Subject, world: World, kind: str) -> Judgment | None:
    """Whether a trail that is on records it, of all regions and buckets: ``read`` or ``write``.

    Trails that code declares without any of objects say nothing: that may be another trail's work.
    """
    trails = world.all("aws-cloudtrail-trail", account=it.account)
    if world.any_true(*(partial(_records, trail, kind) for trail in trails)):
        return passes(f"a trail records {kind}s of all objects")
    if it.is_declared and not any(names_objects(one.read("selectors")) for one in trails):
        return None
    return fails(f"no trail that is on, of all regions, records {kind}s of all objects")


def _records(trail: Subject, kind: str) -> bool:
    listed = trail.read("listed")
    if not listed.get("IsMultiRegionTrail") or not trail.read("status").get("IsLogging"):
        return False
    selectors = trail.read("selectors")
    if kind in objects(selectors):
        return True
    return kind in objects(selectors, [str(listed.get("S3BucketName"))])


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


def cases_of_objects(kind: str) -> tuple[Case, ...]:
    """Cases of a check that judges one kind; the other is what is no help."""
    names = ("ReadOnly", "WriteOnly")
    mine, other_kind = names if kind == "read" else reversed(names)
    is_mine, is_other = ("true", "false") if kind == "read" else ("false", "true")
    return (
        case("recorded", PASS, _trail(EventSelectors=_plain())),
        case("these alone", PASS, _trail(EventSelectors=_plain(mine))),
        case("the others alone", FAIL, _trail(EventSelectors=_plain(other_kind))),
        case("of one bucket", FAIL, _trail(EventSelectors=_plain(value="arn:aws:s3:::a/"))),
        case("recorded, newer form", PASS, _trail(AdvancedEventSelectors=_advanced())),
        case(
            "these alone, newer form",
            PASS,
            _trail(AdvancedEventSelectors=_advanced(_read_only(is_mine))),
        ),
        case(
            "the others alone, newer form",
            FAIL,
            _trail(AdvancedEventSelectors=_advanced(_read_only(is_other))),
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

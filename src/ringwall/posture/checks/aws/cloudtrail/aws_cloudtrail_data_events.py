"""Reads and writes of objects are recorded.

Why: management events tell that a bucket was opened, and not what was taken.
Fix: add data events for S3 to a trail, for all buckets or those that matter.
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

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("aws-cloudtrail-trail.selectors",),
    controls=(
        "cis-aws-3.0 3.8 full",
        "cis-aws-3.0 3.9 full",
        "nist-800-53r5 AU-12 partial",
        "pci-dss-4 10.2.1.1 partial",
    ),
    known_as=(
        "prowler:cloudtrail_s3_dataevents_read_enabled",
        "prowler:cloudtrail_s3_dataevents_write_enabled",
        "securityhub:S3.22",
        "securityhub:S3.23",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By any trail."""
    for trail in world.all("aws-cloudtrail-trail", account=it.account):
        if _has_objects(trail.read("selectors")):
            return passes(f"{trail.label} records them")
    return fails("no trail records what is done to objects")


def _has_objects(told: dict[str, list[dict[str, list[dict[str, object]]]]]) -> bool:
    for one in told.get("EventSelectors") or []:
        if any(each.get("Type") == "AWS::S3::Object" for each in one.get("DataResources") or []):
            return True
    for one in told.get("AdvancedEventSelectors") or []:
        for field in one["FieldSelectors"]:
            if field["Field"] == "resources.type" and field.get("Equals") == ["AWS::S3::Object"]:
                return True
    return False


def _trail(**selectors: object) -> Other:
    return other("aws-cloudtrail-trail", "arn:aws:cloudtrail:::t", listed={}, selectors=selectors)


CASES = (
    case(
        "recorded", PASS, _trail(EventSelectors=[{"DataResources": [{"Type": "AWS::S3::Object"}]}])
    ),
    case(
        "recorded, newer form",
        PASS,
        _trail(
            AdvancedEventSelectors=[
                {"FieldSelectors": [{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}
            ]
        ),
    ),
    case("management alone", FAIL, _trail(EventSelectors=[{"DataResources": []}])),
    case("no trail", FAIL),
    case(
        "may not be read", UNKNOWN, other("aws-cloudtrail-trail", "t", listed={}, selectors=DENIED)
    ),
)

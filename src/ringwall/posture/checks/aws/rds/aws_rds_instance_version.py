"""Databases run a version that is still mended.

Why: weaknesses of a version that its makers left behind are known to everybody, and stay.
Fix: upgrade to a major version in standard support, after trying it on a restored snapshot.
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
    other,
)
from ringwall.posture.checks.aws.controls import UPDATED
from ringwall.posture.checks.aws.rds.engines import is_member
from ringwall.posture.checks.aws.rds.versions import EXTENDED, STANDARD, judge_version

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.HIGH,
    reads=("listed", "aws-region.rds_versions"),
    controls=("nist-800-53r5 SA-22 partial", *UPDATED),
    known_as=("prowler:rds_instance_deprecated_engine_version",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its major version; of members their cluster's counts."""
    return None if is_member(it.read("listed")) else judge_version(it, world)


def _supported(engine: str, major: str, days: int, *, extended: int | None = None) -> Other:
    now = datetime.now(UTC)
    ends = {STANDARD: str(now + timedelta(days=days))}
    if extended is not None:
        ends[EXTENDED] = str(now + timedelta(days=extended))
    return other("aws-region", rds_versions={engine: {major: ends}, "oracle-ee": {"19": {}}})


PG = {"Engine": "postgres", "EngineVersion": "13.9"}
PAID = PG | {"EngineLifecycleSupport": EXTENDED}
MYSQL = {"Engine": "mysql", "EngineVersion": "8.0.35"}
OLD = {"Engine": "postgres", "EngineVersion": "9.6.1"}
ORACLE = {"Engine": "oracle-ee", "EngineVersion": "19.0.0"}
MEMBER = PG | {"DBClusterIdentifier": "c"}
CASES = (
    case("supported", PASS, _supported("postgres", "13", 200), listed=PG),
    case("in two numbers", PASS, _supported("mysql", "8.0", 9), listed=MYSQL),
    case("over", FAIL, _supported("postgres", "13", -9), listed=PG),
    case("over, and paid for", FAIL, _supported("postgres", "13", -9, extended=99), listed=PAID),
    case("over, and not paid for", FAIL, _supported("postgres", "13", -9, extended=99), listed=PG),
    case("all of it over", FAIL, _supported("postgres", "13", -99, extended=-9), listed=PAID),
    case("listed no more", UNKNOWN, _supported("postgres", "13", 200), listed=OLD),
    case("another one's number", UNKNOWN, _supported("postgres", "1", 200), listed=PG),
    case("no dates are told", NOT_JUDGED, _supported("postgres", "13", 200), listed=ORACLE),
    case("a member", NOT_JUDGED, _supported("postgres", "13", -9), listed=MEMBER),
    case("denied", UNKNOWN, other("aws-region", rds_versions=DENIED), listed=PG),
)

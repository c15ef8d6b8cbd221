"""Clusters of databases run a version that is still mended.

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
from ringwall.posture.checks.aws.rds.versions import EXTENDED, STANDARD, judge_version

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.HIGH,
    reads=("listed", "aws-region.rds_versions"),
    controls=("nist-800-53r5 SA-22 partial", *UPDATED),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its major version, which stands before what Aurora adds to it."""
    return judge_version(it, world)


def _supported(engine: str, major: str, days: int, *, extended: int | None = None) -> Other:
    now = datetime.now(UTC)
    ends = {STANDARD: str(now + timedelta(days=days))}
    if extended is not None:
        ends[EXTENDED] = str(now + timedelta(days=extended))
    return other("aws-region", rds_versions={engine: {major: ends}, "oracle-ee": {"19": {}}})


MYSQL = {"Engine": "aurora-mysql", "EngineVersion": "5.7.mysql_aurora.2.11.1"}
PAID = MYSQL | {"EngineLifecycleSupport": EXTENDED}
DOCUMENTS = {"Engine": "docdb", "EngineVersion": "5.0.0"}
CASES = (
    case("supported", PASS, _supported("aurora-mysql", "5.7", 200), listed=MYSQL),
    case("over", FAIL, _supported("aurora-mysql", "5.7", -9), listed=MYSQL),
    case("over, paid for", FAIL, _supported("aurora-mysql", "5.7", -9, extended=99), listed=PAID),
    case("listed no more", UNKNOWN, _supported("aurora-mysql", "8.0", 200), listed=MYSQL),
    case("no dates are told", NOT_JUDGED, _supported("aurora-mysql", "5.7", 9), listed=DOCUMENTS),
    case("denied", UNKNOWN, other("aws-region", rds_versions=DENIED), listed=MYSQL),
)

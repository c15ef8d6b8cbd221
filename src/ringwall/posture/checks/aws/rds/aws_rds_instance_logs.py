"""Databases send their logs away.

Why: logs that lie on the machine go with it, and nobody sees them there.
Fix: export the logs of the engine that tell of errors, sign-ins and statements to CloudWatch.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import LOGGED
from ringwall.posture.checks.aws.rds.engines import is_member, missing_logs

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=LOGGED,
    known_as=(
        "prowler:rds_instance_integration_cloudwatch_logs",
        "securityhub:RDS.9",
        "checkov:CKV_AWS_129",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Each engine has its own kinds; those of a member are its cluster's."""
    listed = it.read("listed")
    if is_member(listed):
        return None
    missing = missing_logs(listed)
    if missing:
        return fails(f"{it.label} does not export its logs: {', '.join(missing)}")
    return passes("it exports the logs that matter")


CASES = (
    case(
        "exported",
        PASS,
        listed={"Engine": "postgres", "EnabledCloudwatchLogsExports": ["postgresql"]},
    ),
    case("none", FAIL, listed={"Engine": "postgres"}),
    case(
        "not the audit", FAIL, listed={"Engine": "mysql", "EnabledCloudwatchLogsExports": ["error"]}
    ),
    case("of a cluster", NOT_JUDGED, listed={"Engine": "aurora-mysql", "DBClusterIdentifier": "c"}),
)

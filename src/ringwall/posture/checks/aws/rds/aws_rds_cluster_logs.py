"""Clusters of databases send their logs away.

Why: logs that lie on the machine go with it, and nobody sees them there.
Fix: export the logs of the engine that tell of errors, sign-ins and statements to CloudWatch.
"""

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.rds.engines import missing_logs

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=LOGGED,
    known_as=(
        "prowler:rds_cluster_integration_cloudwatch_logs",
        "securityhub:RDS.34",
        "checkov:CKV_AWS_324",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Each engine has its own kinds."""
    listed = it.read("listed")
    missing = missing_logs(listed)
    if missing:
        return fails(f"{it.label} does not export its logs: {', '.join(missing)}")
    return passes("it exports the logs that matter")


CASES = (
    case(
        "exported",
        PASS,
        listed={"Engine": "aurora-postgresql", "EnabledCloudwatchLogsExports": ["postgresql"]},
    ),
    case("none", FAIL, listed={"Engine": "aurora-mysql"}),
    case(
        "not the audit",
        FAIL,
        listed={"Engine": "aurora-mysql", "EnabledCloudwatchLogsExports": ["error"]},
    ),
)

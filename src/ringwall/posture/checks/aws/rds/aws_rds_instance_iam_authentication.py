"""Databases let in by IAM.

Why: passwords of databases are shared, kept in files, and never changed; tokens of IAM last 15
minutes.
Fix: turn IAM authentication on, and give programs tokens instead of passwords.
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
from ringwall.posture.checks.aws.controls import SIGN_IN
from ringwall.posture.checks.aws.rds.engines import is_member

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=SIGN_IN,
    known_as=(
        "prowler:rds_instance_iam_authentication_enabled",
        "securityhub:RDS.10",
        "checkov:CKV_AWS_161",
    ),
    remedy="aws-rds-iam-authentication",
)
ENGINES = ("mysql", "postgres", "mariadb", "aurora")


def judge(it: Subject, world: World) -> Judgment | None:
    """Only engines that can are judged; those of a cluster with it."""
    listed = it.read("listed")
    if is_member(listed) or not str(listed.get("Engine", "")).startswith(ENGINES):
        return None
    if listed.get("IAMDatabaseAuthenticationEnabled") is True:
        return passes("IAM authentication is on")
    return fails(f"{it.label} lets in by passwords alone")


CASES = (
    case("on", PASS, listed={"Engine": "postgres", "IAMDatabaseAuthenticationEnabled": True}),
    case("off", FAIL, listed={"Engine": "mysql"}),
    case(
        "of a cluster, which says it",
        NOT_JUDGED,
        listed={"Engine": "aurora-mysql", "DBClusterIdentifier": "c"},
    ),
    case("an engine that cannot", NOT_JUDGED, listed={"Engine": "oracle-ee"}),
)

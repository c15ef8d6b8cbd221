"""Clusters of databases let in by IAM.

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

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=SIGN_IN,
    known_as=(
        "prowler:rds_cluster_iam_authentication_enabled",
        "securityhub:RDS.12",
        "checkov:CKV_AWS_162",
    ),
)
ENGINES = ("mysql", "postgres", "mariadb", "aurora", "neptune")


def judge(it: Subject, world: World) -> Judgment | None:
    """Only engines that can are judged."""
    listed = it.read("listed")
    if not str(listed.get("Engine", "")).startswith(ENGINES):
        return None
    if listed.get("IAMDatabaseAuthenticationEnabled") is True:
        return passes("IAM authentication is on")
    return fails(f"{it.label} lets in by passwords alone")


CASES = (
    case("on", PASS, listed={"Engine": "aurora-mysql", "IAMDatabaseAuthenticationEnabled": True}),
    case("off", FAIL, listed={"Engine": "aurora-postgresql"}),
    case("an engine that cannot", NOT_JUDGED, listed={"Engine": "docdb"}),
)

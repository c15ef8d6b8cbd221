"""Warehouses log who asked.

Why: who read what is written nowhere else.
Fix: turn audit logging on.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
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

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.MEDIUM,
    reads=("logging",),
    controls=LOGGED,
    known_as=(
        "prowler:redshift_cluster_audit_logging",
        "securityhub:Redshift.4",
        "checkov:CKV_AWS_71",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("logging", {}).get("LoggingEnabled") is True:
        return passes("audit logging is on")
    return fails(f"{it.label} logs nothing")


CASES = (
    case("on", PASS, logging={"LoggingEnabled": True}),
    case("off", FAIL, logging={"LoggingEnabled": False}),
    case("denied", UNKNOWN, logging=DENIED),
)

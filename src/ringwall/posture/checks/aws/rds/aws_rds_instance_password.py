"""Passwords of databases' administrators are kept by AWS.

Why: a password that people chose stands in files, and is never changed.
Fix: let RDS manage the password in Secrets Manager, which changes it by itself.
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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.rds.engines import is_member, is_replica

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=SECRETS,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By whether RDS manages it."""
    listed = it.read("listed")
    if is_member(listed) or is_replica(listed):
        return None
    if listed.get("MasterUserSecret"):
        return passes("Secrets Manager keeps and changes it")
    return fails(f"somebody knows the password of {it.label}'s administrator")


CASES = (
    case("managed", PASS, listed={"MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:x"}}),
    case("by hand", FAIL, listed={}),
    case("of a cluster, which has it", NOT_JUDGED, listed={"DBClusterIdentifier": "c"}),
)

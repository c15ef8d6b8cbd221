"""Access points say who their clients are.

Why: each client says itself who it is, root too.
Fix: set a user and a group for the access point.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-efs-access-point",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:efs_access_point_enforce_user_identity",
        "securityhub:EFS.4",
        "checkov:CKV_AWS_330",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    user = it.read("listed").get("PosixUser") or {}
    if not user:
        return fails(f"clients of {it.label} say themselves who they are")
    if user.get("Uid") == 0:
        return fails(f"clients of {it.label} are root")
    return passes(f"its clients are user {user.get('Uid')}")


CASES = (
    case("a user", PASS, listed={"PosixUser": {"Uid": 1000, "Gid": 1000}}),
    case("root", FAIL, listed={"PosixUser": {"Uid": 0, "Gid": 0}}),
    case("nobody", FAIL, listed={}),
)

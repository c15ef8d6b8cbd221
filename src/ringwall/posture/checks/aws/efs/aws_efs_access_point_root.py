"""Access points lead to a folder of their own.

Why: whoever mounts it has all files, those of others too.
Fix: set the root directory of the access point.
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
    severity=Severity.LOW,
    reads=("listed",),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:efs_access_point_enforce_root_directory",
        "securityhub:EFS.3",
        "checkov:CKV_AWS_329",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    path = (it.read("listed").get("RootDirectory") or {}).get("Path") or "/"
    if path.strip("/"):
        return passes(f"it leads to {path}")
    return fails(f"{it.label} leads to all of the file system")


CASES = (
    case("a folder", PASS, listed={"RootDirectory": {"Path": "/shop"}}),
    case("all", FAIL, listed={"RootDirectory": {"Path": "/"}}),
    case("nothing is said", FAIL, listed={}),
)

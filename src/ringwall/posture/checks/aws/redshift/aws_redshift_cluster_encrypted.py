"""Warehouses are encrypted.

Why: its disks and snapshots can be read by whoever gets at them.
Fix: turn encryption on; it moves to encrypted nodes by itself.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:redshift_cluster_encrypted_at_rest",
        "securityhub:Redshift.10",
        "checkov:CKV_AWS_64",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("Encrypted") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"Encrypted": True}),
    case("not", FAIL, listed={"Encrypted": False}),
)

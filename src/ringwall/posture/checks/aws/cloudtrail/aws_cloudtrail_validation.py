"""Trails can be held against what was changed in them.

Why: without digests nobody can tell that somebody has been at the files.
Fix: turn log file validation on.
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
    judges="aws-cloudtrail-trail",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 3.2 full",
        "cis-aws-5.0 3.2 full",
        "cis-aws-6.0 4.2 full",
        *LOGGED,
        "nist-800-53r5 AU-9 partial",
        "pci-dss-4 10.3.4 partial",
        "nist-csf-2.0 RS.AN-07 supporting",
    ),
    known_as=(
        "prowler:cloudtrail_log_file_validation_enabled",
        "securityhub:CloudTrail.4",
        "checkov:CKV_AWS_36",
    ),
    remedy="aws-cloudtrail-validation",
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    if it.read("listed").get("LogFileValidationEnabled"):
        return passes("its files have digests")
    return fails("its files have no digests")


CASES = (
    case("on", PASS, listed={"LogFileValidationEnabled": True}),
    case("off", FAIL, listed={"LogFileValidationEnabled": False}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

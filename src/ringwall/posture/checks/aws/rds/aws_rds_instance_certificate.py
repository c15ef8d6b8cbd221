"""Databases show a certificate of an authority that is in force.

Why: those of 2019 ended in 2024: whoever checks them cannot connect, and whoever connects does not
check.
Fix: choose `rds-ca-rsa2048-g1` or a later one, and give programs the new authorities.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:rds_instance_certificate_expiration",
        "checkov:CKV_AWS_211",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its authority."""
    name = str(it.read("listed").get("CACertificateIdentifier") or "")
    if name in {"rds-ca-2015", "rds-ca-2019"}:
        return fails(f"{it.label} has a certificate of {name}, which has ended")
    return passes("its authority is one of those in force")


CASES = (
    case("in force", PASS, listed={"CACertificateIdentifier": "rds-ca-rsa2048-g1"}),
    case("ended", FAIL, listed={"CACertificateIdentifier": "rds-ca-2019"}),
)

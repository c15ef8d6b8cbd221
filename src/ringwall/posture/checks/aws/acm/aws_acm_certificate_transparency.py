"""Certificates are logged publicly.

Why: browsers refuse those that are not, and nobody sees those that others get in your name.
Fix: turn transparency logging on.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-acm-certificate",
    severity=Severity.LOW,
    reads=("certificate",),
    controls=(
        *IN_TRANSIT,
        "nist-800-53r5 SC-17 supporting",
    ),
    known_as=("prowler:acm_certificates_transparency_logs_enabled", "checkov:CKV_AWS_234"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """As it is set."""
    told = it.read("certificate")
    if told.get("Type") != "AMAZON_ISSUED":
        return None
    option = (told.get("Options") or {}).get("CertificateTransparencyLoggingPreference")
    return passes("it is logged") if option == "ENABLED" else fails("it is not logged")


CASES = (
    case(
        "logged",
        PASS,
        certificate={
            "Type": "AMAZON_ISSUED",
            "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"},
        },
    ),
    case(
        "not",
        FAIL,
        certificate={
            "Type": "AMAZON_ISSUED",
            "Options": {"CertificateTransparencyLoggingPreference": "DISABLED"},
        },
    ),
    case("brought along", NOT_JUDGED, certificate={"Type": "IMPORTED"}),
    case("may not be read", UNKNOWN, certificate=DENIED),
)

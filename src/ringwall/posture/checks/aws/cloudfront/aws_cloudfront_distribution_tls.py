"""Distributions speak TLS 1.2 or later.

Why: older versions can be broken by whoever stands in between.
Fix: set the minimum protocol version to `TLSv1.2_2021` or later, which needs a certificate of your
own.
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
    judges="aws-cloudfront-distribution",
    severity=Severity.MEDIUM,
    reads=("config",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:cloudfront_distributions_using_deprecated_ssl_protocols",
        "securityhub:CloudFront.15",
        "checkov:CKV_AWS_174",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """With CloudFront's own certificate the version cannot be chosen."""
    certificate = it.read("config").get("ViewerCertificate") or {}
    if certificate.get("CloudFrontDefaultCertificate", not certificate):
        return fails(
            f"{it.label} has CloudFront's own certificate, and speaks TLS 1.0 with it", Severity.LOW
        )
    version = certificate.get("MinimumProtocolVersion") or "SSLv3"
    if version.startswith(("TLSv1.2", "TLSv1.3")):
        return passes(f"it speaks {version} or later")
    return fails(f"{it.label} speaks {version}")


CASES = (
    case("1.2", PASS, config={"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.2_2021"}}),
    case("1.3", PASS, config={"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.3_2025"}}),
    case("1.1", FAIL, config={"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.1_2016"}}),
    case(
        "CloudFront's certificate",
        FAIL,
        config={
            "ViewerCertificate": {
                "CloudFrontDefaultCertificate": True,
                "MinimumProtocolVersion": "TLSv1",
            }
        },
    ),
)

"""Distributions answer by the name that they are asked for.

Why: addresses kept for one certificate cost much, and are for programs that know no current TLS.
Fix: set `SSLSupportMethod` to `sni-only`.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=HARDENED,
    known_as=("prowler:cloudfront_distributions_https_sni_enabled", "securityhub:CloudFront.8"),
)


def judge(it: Subject, world: World) -> Judgment:
    """With CloudFront's own certificate there is nothing else."""
    certificate = it.read("config").get("ViewerCertificate") or {}
    if certificate.get("CloudFrontDefaultCertificate", not certificate):
        return passes("with CloudFront's own certificate it is asked for by name")
    if certificate["SSLSupportMethod"] == "sni-only":
        return passes("it answers by the name that it is asked for")
    return fails(f"{it.label} has addresses of its own for its certificate")


def _with(**certificate: object) -> dict[str, object]:
    return {
        "ViewerCertificate": {"ACMCertificateArn": "arn:aws:acm:us-east-1:1:certificate/a"}
        | certificate
    }


CASES = (
    case("by name", PASS, config=_with(SSLSupportMethod="sni-only")),
    case("addresses", FAIL, config=_with(SSLSupportMethod="vip")),
    case(
        "CloudFront's certificate, whatever is said beside it",
        PASS,
        config=_with(CloudFrontDefaultCertificate=True, SSLSupportMethod="vip"),
    ),
    case("may not be read", UNKNOWN, config=DENIED),
)

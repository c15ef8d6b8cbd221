"""Distributions have a certificate of their own.

Why: with CloudFront's, people come by a name that says nothing of who answers, and over old TLS.
Fix: have ACM in us-east-1 issue one for a name of yours, and give both to the distribution.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:cloudfront_distributions_custom_ssl_certificate",
        "securityhub:CloudFront.7",
        "checkov:CKV2_AWS_42",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Where nothing is said, it has CloudFront's."""
    certificate = it.read("config").get("ViewerCertificate") or {}
    if certificate.get("CloudFrontDefaultCertificate", not certificate):
        return fails(f"{it.label} answers with CloudFront's own certificate")
    return passes("it has a certificate of its own")


def _with(**certificate: object) -> dict[str, object]:
    return {"ViewerCertificate": certificate}


CASES = (
    case(
        "of its own", PASS, config=_with(ACMCertificateArn="arn:aws:acm:us-east-1:1:certificate/a")
    ),
    case("CloudFront's", FAIL, config=_with(CloudFrontDefaultCertificate=True)),
    case("nothing is said", FAIL, config={}),
    case(
        "another name, and CloudFront's all the same",
        FAIL,
        config=_with(CloudFrontDefaultCertificate=True)
        | {"Aliases": {"Items": ["www.example.com"]}},
    ),
    case("may not be read", UNKNOWN, config=DENIED),
)

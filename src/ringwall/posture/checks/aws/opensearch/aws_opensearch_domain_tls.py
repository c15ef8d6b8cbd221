"""Search domains ask for HTTPS with TLS 1.2.

Why: passwords and answers can be read on the way.
Fix: enforce HTTPS, with the policy `Policy-Min-TLS-1-2-PFS-2023-10`.
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
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:opensearch_service_domains_https_communications_enforced",
        "securityhub:Opensearch.8",
        "checkov:CKV_AWS_83",
        "checkov:CKV_AWS_228",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described")
    if (told.get("DomainEndpointOptions") or {}).get("EnforceHTTPS") is True and "TLS-1-0" not in (
        told["DomainEndpointOptions"].get("TLSSecurityPolicy") or "TLS-1-0"
    ):
        return passes("it asks for HTTPS with TLS 1.2")
    return fails(f"{it.label} answers plain HTTP, or TLS 1.0")


CASES = (
    case(
        "on",
        PASS,
        described={
            "DomainEndpointOptions": {
                "EnforceHTTPS": True,
                "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07",
            }
        },
    ),
    case(
        "off",
        FAIL,
        described={
            "DomainEndpointOptions": {
                "EnforceHTTPS": True,
                "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07",
            }
        },
    ),
    case("nothing is said", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)

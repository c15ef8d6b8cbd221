"""Search domains log who asked.

Why: who read what is written nowhere else.
Fix: publish audit logs to CloudWatch, and turn auditing on in the domain.
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
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=LOGGED,
    known_as=(
        "prowler:opensearch_service_domains_audit_logging_enabled",
        "securityhub:Opensearch.5",
        "checkov:CKV_AWS_317",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described")
    if ((told.get("LogPublishingOptions") or {}).get("AUDIT_LOGS") or {}).get("Enabled") is True:
        return passes("audit logs are published")
    return fails(f"{it.label} publishes no audit logs")


CASES = (
    case("on", PASS, described={"LogPublishingOptions": {"AUDIT_LOGS": {"Enabled": True}}}),
    case(
        "off", FAIL, described={"LogPublishingOptions": {"ES_APPLICATION_LOGS": {"Enabled": True}}}
    ),
    case("nothing is said", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)

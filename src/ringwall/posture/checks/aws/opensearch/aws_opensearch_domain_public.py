"""Search domains cannot be asked by strangers.

Why: search indexes are copied and wiped within hours once strangers reach them.
Fix: put it into a network, or name in its policy who may come, and turn fine-grained access on.
"""

import json

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Outcome,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, NOT_PUBLIC, NOT_REACHED
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.CRITICAL,
    reads=("described", *READS),
    controls=(
        *NOT_PUBLIC,
        *FROM_UNTRUSTED,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:opensearch_service_domains_not_publicly_accessible",
        "securityhub:Opensearch.2",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its network, its policy, and whether it asks for a password then."""
    told = it.read("described")
    if (told.get("VPCOptions") or {}).get("VPCId"):
        return passes("it is inside a network")
    judged = judge_strangers(it, told.get("AccessPolicies"), f"{arn_of(it, 'es:domain/{label}')}/*")
    security = told.get("AdvancedSecurityOptions") or {}
    asks = security.get("Enabled") is True and not security.get("AnonymousAuthEnabled")
    if judged.outcome is Outcome.FAIL and asks:
        return fails(f"{judged.why}, which then asks for a password", Severity.MEDIUM)
    return judged


def _domain(condition: object = None, **more: object) -> dict[str, object]:
    statement: dict[str, object] = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*"}
    if condition:
        statement["Condition"] = condition
    return {"AccessPolicies": json.dumps({"Statement": [statement]})} | more


OFFICE = {"IpAddress": {"aws:SourceIp": ["52.1.2.3"]}}
CASES = (
    case("everybody", FAIL, described=_domain()),
    case("an office", PASS, described=_domain(OFFICE)),
    case(
        "the world as addresses",
        FAIL,
        described=_domain({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}),
    ),
    case("inside a network", PASS, described=_domain(VPCOptions={"VPCId": "vpc-1"})),
    case(
        "everybody, who is asked for a password",
        FAIL,
        described=_domain(AdvancedSecurityOptions={"Enabled": True}),
    ),
    case("no policy", PASS, described={}),
    case("broken", UNKNOWN, described={"AccessPolicies": "{"}),
    case("denied", UNKNOWN, described=DENIED),
)

"""Load balancers on the internet have a web ACL.

Why: attempts that everybody knows come through to the program.
Fix: associate a web ACL of WAF.
"""

from ringwall.posture.checking import (
    ABSENT,
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.LOW,
    reads=("listed", "web_acl"),
    controls=(
        "pci-dss-4 6.4.2 partial",
        *PERIMETER,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:elbv2_waf_acl_attached",
        "securityhub:ELB.16",
        "checkov:CKV2_AWS_28",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Only those of HTTP that the internet reaches."""
    listed = it.read("listed")
    if listed.get("Type") != "application" or listed.get("Scheme") == "internal":
        return None
    if it.read("web_acl"):
        return passes("a web ACL stands before it")
    return fails(f"no web ACL stands before {it.label}")


ALB = {"Type": "application", "Scheme": "internet-facing"}
CASES = (
    case("one", PASS, listed=ALB, web_acl={"ARN": "x"}),
    case("none", FAIL, listed=ALB, web_acl=ABSENT),
    case("inside", NOT_JUDGED, listed=ALB | {"Scheme": "internal"}, web_acl=ABSENT),
    case("denied", UNKNOWN, listed=ALB, web_acl=DENIED),
)

"""Web ACLs have rules that refuse something.

Why: one without rules looks like a protection, and is none.
Fix: add rules, such as AWS's managed groups, that block.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-wafv2-web-acl",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=PERIMETER,
    known_as=(
        "prowler:wafv2_webacl_with_rules",
        "securityhub:WAF.10",
        "checkov:CKV_AWS_175",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Rules that count refuse nothing."""
    told = it.read("described")
    if "Block" in (told.get("DefaultAction") or {}):
        return passes("it refuses whatever no rule allows")
    rules = [*(told.get("Rules") or ()), *(told.get("PreProcessFirewallManagerRuleGroups") or ())]
    if not rules:
        return fails(f"{it.label} has no rules, and lets everything through")
    if all("Count" in (one.get("Action") or one.get("OverrideAction") or {}) for one in rules):
        return fails(f"all rules of {it.label} only count", Severity.LOW)
    return passes("it has rules that refuse")


CASES = (
    case(
        "a rule",
        PASS,
        described={"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Block": {}}}]},
    ),
    case(
        "a managed group",
        PASS,
        described={"DefaultAction": {"Allow": {}}, "Rules": [{"OverrideAction": {"None": {}}}]},
    ),
    case("it refuses by default", PASS, described={"DefaultAction": {"Block": {}}}),
    case("none", FAIL, described={"DefaultAction": {"Allow": {}}, "Rules": []}),
    case(
        "they count",
        FAIL,
        described={"DefaultAction": {"Allow": {}}, "Rules": [{"OverrideAction": {"Count": {}}}]},
    ),
    case("denied", UNKNOWN, described=DENIED),
)

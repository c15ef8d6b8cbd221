"""Web ACLs have rules that refuse something.

Why: one without rules looks like a protection, and is none.
Fix: add rules, such as AWS's managed groups, that block.
"""

from collections.abc import Mapping
from typing import Any

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
REFUSING = {"Block", "Captcha", "Challenge"}


def judge(it: Subject, world: World) -> Judgment:
    """Rules that count refuse nothing."""
    told = it.read("described")
    if "Block" in (told.get("DefaultAction") or {}):
        return passes("it refuses whatever no rule allows")
    groups = ("PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups")
    rules = [one for name in ("Rules", *groups) for one in told.get(name) or ()]
    if not rules:
        return fails(f"{it.label} has no rules, and lets everything through")
    if any(map(_refuses, rules)):
        return passes("it has rules that refuse")
    if any("Allow" in (one.get("Action") or {}) for one in rules):
        return fails(f"no rule of {it.label} refuses anything, and what none is for gets through")
    return fails(f"all rules of {it.label} only count", Severity.LOW)


def _refuses(rule: Mapping[str, Any]) -> bool:
    """By its own action, or by those of a group's rules, where these are not all overridden."""
    action = rule.get("Action")
    if action:
        return bool(REFUSING & set(action))
    return "Count" not in (rule.get("OverrideAction") or {})


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
    case(
        "they let through what is let through anyway",
        FAIL,
        described={"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Allow": {}}}]},
    ),
    case(
        "one lets through, one asks for a proof",
        PASS,
        described={
            "DefaultAction": {"Allow": {}},
            "Rules": [{"Action": {"Allow": {}}}, {"Action": {"Challenge": {}}}],
        },
    ),
    case(
        "a group of Firewall Manager's, behind",
        PASS,
        described={
            "DefaultAction": {"Allow": {}},
            "PostProcessFirewallManagerRuleGroups": [{"OverrideAction": {"None": {}}}],
        },
    ),
    case("denied", UNKNOWN, described=DENIED),
)

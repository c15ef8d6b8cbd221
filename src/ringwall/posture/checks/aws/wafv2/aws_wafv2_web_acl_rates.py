"""Web ACLs bound how often one address may ask.

Why: passwords are tried, and programs overrun, from a few addresses.
Fix: add a rate-based rule.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-wafv2-web-acl",
    severity=Severity.LOW,
    reads=("described",),
    controls=("nist-800-53r5 SC-5 partial", *PERIMETER),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    for one in it.read("described").get("Rules") or ():
        if "RateBasedStatement" in (one.get("Statement") or {}) and "Count" not in (
            one.get("Action") or {}
        ):
            return passes(f"{one.get('Name', 'a rule')} bounds how often an address may ask")
    return fails(f"no rule of {it.label} bounds how often an address may ask")


RATE = {"RateBasedStatement": {"Limit": 1000, "AggregateKeyType": "IP"}}
CASES = (
    case(
        "a bound",
        PASS,
        described={"Rules": [{"Name": "r", "Statement": RATE, "Action": {"Block": {}}}]},
    ),
    case("it counts", FAIL, described={"Rules": [{"Statement": RATE, "Action": {"Count": {}}}]}),
    case("none", FAIL, described={"Rules": []}),
)

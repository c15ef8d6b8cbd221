"""Stacks show no secrets that they were given.

Why: whoever may describe stacks reads parameters without `NoEcho`, of each update anew.
Fix: withdraw the secret, and have the template take it from Secrets Manager by a dynamic reference;
set `NoEcho` until then.
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
)
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.named import judge_named

CHECK = Check(
    judges="aws-cloudformation-stack",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
)


def judge(it: Subject, world: World) -> Judgment:
    """CloudFormation shows stars in the place of what has NoEcho."""
    told = {}
    for one in it.read("listed").get("Parameters") or ():
        told[one["ParameterKey"]] = one.get("ParameterValue") or ""
    return judge_named(told, "parameters")


def _given(name: str, value: str) -> dict[str, object]:
    return {"Parameters": [{"ParameterKey": name, "ParameterValue": value}]}


CASES = (
    case("none", PASS, listed={}),
    case("hidden", PASS, listed=_given("DbPassword", "****")),
    case("how long one is", PASS, listed=_given("PasswordLength", "32 characters")),
    case("where one lies", PASS, listed=_given("DbPassword", "/shop/database/password")),
    case("shown", FAIL, listed=_given("DbPassword", "hunter2hunter2")),
    case("a key of AWS", FAIL, listed=_given("Key", "AKIAIOSFODNN7QWERTYU")),
    case("denied", UNKNOWN, listed=DENIED),
)

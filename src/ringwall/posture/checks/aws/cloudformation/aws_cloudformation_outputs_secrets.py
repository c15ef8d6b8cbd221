"""Stacks tell no secrets.

Why: whoever may describe stacks reads their outputs, and so do logs of builds and other stacks.
Fix: withdraw the secret, take it out of the outputs, and tell the ARN of where it lies instead.
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
    severity=Severity.CRITICAL,
    reads=("listed",),
    controls=SECRETS,
    known_as=("prowler:cloudformation_stack_outputs_find_secrets",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what each output is called, and what it says."""
    told = {}
    for one in it.read("listed").get("Outputs") or ():
        told[one["OutputKey"]] = one.get("OutputValue") or ""
    return judge_named(told, "outputs")


def _tells(name: str, value: str) -> dict[str, object]:
    return {"Outputs": [{"OutputKey": name, "OutputValue": value}]}


ADDRESS = "postgres://shop:hunter2hunter2@db/shop"
CASES = (
    case("none", PASS, listed={}),
    case("an address", PASS, listed=_tells("Endpoint", "https://api.example.com")),
    case("where one lies", PASS, listed=_tells("DbSecretArn", "arn:aws:secretsmanager:r:1:s")),
    case("the name of one", PASS, listed=_tells("DbSecretName", "prod/shop")),
    case("by its name", FAIL, listed=_tells("DbPassword", "hunter2hunter2")),
    case("a key of AWS", FAIL, listed=_tells("Key", "AKIAIOSFODNN7QWERTYU")),
    case("in an address", FAIL, listed=_tells("Url", ADDRESS)),
    case("denied", UNKNOWN, listed=DENIED),
)

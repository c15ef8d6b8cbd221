"""No secret is in a function's variables.

Why: whoever may look at functions reads them, and so does every error page and log.
Fix: keep it in Secrets Manager, and give the function the right to read it.
"""

import re

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
from ringwall.posture.checks.aws.controls import SECRETS

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
    known_as=("prowler:awslambda_function_no_secrets_in_variables",),
)
_FORM = re.compile(
    r"AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|xox[bap]-|-----BEGIN [A-Z ]*PRIVATE KEY|sk_live_"
)
_NAME = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key)$")


def _is_secret(name: str, value: str) -> bool:
    if _FORM.search(value):
        return True
    is_reference = value.startswith(("arn:", "/", "ssm:", "http"))
    return bool(_NAME.search(name)) and len(value) >= 8 and not is_reference


def judge(it: Subject, world: World) -> Judgment:
    """By forms of known keys, and by names."""
    variables = (it.read("listed").get("Environment") or {}).get("Variables") or {}
    found = sorted(name for name, value in variables.items() if _is_secret(name, str(value)))
    if found:
        return fails(f"{', '.join(found)} look like secrets")
    return passes(f"none of its {len(variables)} variables looks like a secret")


CASES = (
    case("none", PASS, listed={}),
    case(
        "a reference",
        PASS,
        listed={
            "Environment": {"Variables": {"DB_PASSWORD_ARN": "arn:aws:secretsmanager:r:1:secret:s"}}
        },
    ),
    case(
        "a key of AWS", FAIL, listed={"Environment": {"Variables": {"X": "AKIAIOSFODNN7EXAMPLE"}}}
    ),
    case(
        "by its name",
        FAIL,
        listed={"Environment": {"Variables": {"DB_PASSWORD": "hunter2hunter2"}}},
    ),
    case("may not be read", UNKNOWN, listed=DENIED),
)

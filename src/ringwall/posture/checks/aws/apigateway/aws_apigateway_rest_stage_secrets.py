"""Variables of stages of REST APIs hold no secrets.

Why: whoever may read the API reads them, and mappings and logs repeat them.
Fix: withdraw the secret, keep it in Secrets Manager, and have what is behind the API ask for it.
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
    judges="aws-apigateway-rest-stage",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
    known_as=("prowler:apigateway_restapi_no_secrets_in_stage_variables",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By forms of known keys, and by names; where a secret lies is none itself."""
    return judge_named(it.read("listed").get("variables") or {}, "variables")


def _with(name: str, value: str) -> dict[str, object]:
    return {"variables": {name: value}}


CASES = (
    case("none", PASS, listed={}),
    case("which function", PASS, listed=_with("function", "orders-live")),
    case("where one lies", PASS, listed=_with("apiKeyArn", "arn:aws:secretsmanager:r:1:s")),
    case("by its name", FAIL, listed=_with("backendPassword", "hunter2hunter2")),
    case("a key of AWS", FAIL, listed=_with("x", "AKIAIOSFODNN7QWERTYU")),
    case("denied", UNKNOWN, listed=DENIED),
)

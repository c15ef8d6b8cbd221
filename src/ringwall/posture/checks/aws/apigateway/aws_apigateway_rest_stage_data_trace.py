"""Stages of REST APIs do not write what people send into their logs.

Why: with data tracing the whole of each request and answer is logged, with tokens and personal data
in it, for everybody who may read logs.
Fix: switch data tracing off; execution logs and an access log say enough.
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
from ringwall.posture.checks.aws.controls import SECRETS

CHECK = Check(
    judges="aws-apigateway-rest-stage",
    severity=Severity.LOW,
    reads=("listed",),
    controls=SECRETS,
    known_as=("checkov:CKV_AWS_276",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of the settings of methods."""
    settings = it.read("listed").get("methodSettings") or {}
    found = [name for name, one in settings.items() if one.get("dataTraceEnabled")]
    if found:
        return fails(f"all that is sent to {', '.join(found[:3])} of {it.label} is logged")
    return passes("what people send is not logged")


def _traced(*, on: bool) -> dict[str, object]:
    return {"methodSettings": {"*/*": {"dataTraceEnabled": on, "loggingLevel": "INFO"}}}


CASES = (
    case("off", PASS, listed=_traced(on=False)),
    case("nothing is said", PASS, listed={}),
    case("on", FAIL, listed=_traced(on=True)),
    case("denied", UNKNOWN, listed=DENIED),
)

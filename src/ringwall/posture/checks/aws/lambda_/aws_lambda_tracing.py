"""Functions are traced.

Why: in an incident nobody can say which call did what.
Fix: set tracing to Active.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=LOGGED,
    known_as=(
        "checkov:CKV_AWS_50",
        "securityhub:Lambda.7",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    mode = (it.read("listed").get("TracingConfig") or {}).get("Mode")
    return passes("it is traced") if mode == "Active" else fails("it is not traced")


CASES = (
    case("on", PASS, listed={"TracingConfig": {"Mode": "Active"}}),
    case("passed through", FAIL, listed={"TracingConfig": {"Mode": "PassThrough"}}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

"""Functions have a bound on how many run.

Why: one function that is flooded takes the concurrency of all others of the account.
Fix: reserve concurrency for the function.
"""

from ringwall.posture.checking import (
    ABSENT,
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.INFORMATIONAL,
    reads=("concurrency",),
    controls=RESILIENT,
    known_as=("checkov:CKV_AWS_115",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    count = it.read("concurrency")
    return (
        fails("it has no bound of its own")
        if count is None
        else passes(f"at most {count} run at once")
    )


CASES = (
    case("bound", PASS, concurrency=10),
    case("none", FAIL, concurrency=ABSENT),
    case("may not be read", UNKNOWN, concurrency=DENIED),
)

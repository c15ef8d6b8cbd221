"""Addresses of functions do not answer pages of anywhere.

Why: a page that somebody opens may then ask in their name.
Fix: name the origins of your own pages.
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
    judges="aws-lambda-function",
    severity=Severity.LOW,
    reads=("urls",),
    controls=PERIMETER,
    known_as=("prowler:awslambda_function_url_cors_policy",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    for one in it.read("urls", []):
        if "*" in (one.get("Cors") or {}).get("AllowOrigins", []):
            return fails(f"{one['FunctionUrl']} answers pages of any origin")
    return passes("no address answers pages of any origin")


CASES = (
    case("none", PASS, urls=[]),
    case("own", PASS, urls=[{"FunctionUrl": "u", "Cors": {"AllowOrigins": ["https://a"]}}]),
    case("any", FAIL, urls=[{"FunctionUrl": "u", "Cors": {"AllowOrigins": ["*"]}}]),
    case("may not be read", UNKNOWN, urls=DENIED),
)

"""Functions are in a network of their own.

Why: a function outside of every network talks to whom it likes, and no flow log tells of it.
Fix: put the function in private subnets, with endpoints for what it needs; or accept this where it
needs nothing within.
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
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=PERIMETER,
    known_as=(
        "prowler:awslambda_function_inside_vpc",
        "securityhub:Lambda.3",
        "checkov:CKV_AWS_117",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    subnets = (it.read("listed").get("VpcConfig") or {}).get("SubnetIds") or []
    return passes(f"it is in {len(subnets)} subnets") if subnets else fails("it is in no network")


CASES = (
    case("in one", PASS, listed={"VpcConfig": {"SubnetIds": ["subnet-1"]}}),
    case("in none", FAIL, listed={"VpcConfig": {"SubnetIds": []}}),
    case("never set", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

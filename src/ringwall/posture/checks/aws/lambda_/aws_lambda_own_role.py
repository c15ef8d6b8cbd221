"""Functions have a role of their own.

Why: a role that several functions share may all that any of them needs, and so may each.
Fix: give each function a role with what it alone needs.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.LOW,
    reads=(
        "listed",
        "aws-lambda-function.listed",
    ),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By the role of each."""
    role = str(it.read("listed").get("Role") or "")
    if not role:
        return None
    sharing = sorted(
        one.label for one in world.where(it.found.kind, _role, role) if one.name != it.name
    )
    if sharing:
        return fails(f"{', '.join(sharing[:3])} and it have {role.rpartition('/')[2]} together")
    return passes("no other function has its role")


def _role(function: Subject) -> list[str]:
    return [str(function.read("listed").get("Role") or "")]


def _other(role: str) -> Other:
    return other("aws-lambda-function", "arn:aws:lambda:r:1:function:b", listed={"Role": role})


CASES = (
    case(
        "its own", PASS, _other("arn:aws:iam::1:role/b"), listed={"Role": "arn:aws:iam::1:role/a"}
    ),
    case("shared", FAIL, _other("arn:aws:iam::1:role/a"), listed={"Role": "arn:aws:iam::1:role/a"}),
    case("none", NOT_JUDGED, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

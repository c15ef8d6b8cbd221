"""Identity providers name the audience that they are for.

Why: a token that was made for somebody else opens here, too, where any audience will do.
Fix: set the provider's client ids, such as `sts.amazonaws.com`.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-iam-oidc-provider",
    severity=Severity.MEDIUM,
    reads=("provider",),
    controls=(
        *SIGN_IN,
        "nist-800-53r5 IA-8 partial",
        "nist-800-53r5 IA-9 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its client ids."""
    ids = it.read("provider").get("ClientIDList", [])
    if ids and "*" not in ids:
        return passes(f"it is for {', '.join(ids)}")
    return fails("any audience will do")


CASES = (
    case("named", PASS, provider={"ClientIDList": ["sts.amazonaws.com"]}),
    case("none", FAIL, provider={"ClientIDList": []}),
    case("may not be read", UNKNOWN, provider=DENIED),
)

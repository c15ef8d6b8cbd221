"""People may change their own passwords.

Why: who cannot change a password that others know goes on with it.
Fix: let the account's password policy allow users to change their own password.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("password_policy",),
    controls=(
        *SIGN_IN,
        "nist-800-53r5 IA-5 partial",
    ),
    remedy="aws-iam-password-policy",
)


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy AWS asks for 8 characters of three kinds, and remembers none."""
    policy = it.read("password_policy", {})
    if policy.get("AllowUsersToChangePassword") is True:
        return passes("people may change their passwords")
    return fails("people cannot change their passwords")


CASES = (
    case("may", PASS, password_policy={"AllowUsersToChangePassword": True}),
    case("may not", FAIL, password_policy={"AllowUsersToChangePassword": False}),
    case("none was ever set", FAIL, password_policy=ABSENT),
    case("may not be read", UNKNOWN, password_policy=DENIED),
)

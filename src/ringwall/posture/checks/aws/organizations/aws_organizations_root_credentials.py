"""The organisation keeps the root users of its accounts.

Why: each account has a root user with a password that somebody may reset by mail; where the
organisation manages them there is none to be found.
Fix: turn on central management of root access in IAM, and delete the root users' credentials.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.bounds import organisation
from ringwall.posture.checks.aws.controls import PRIVILEGED, SIGN_IN

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=(
        "organization",
        "root_features",
    ),
    controls=(
        *SIGN_IN,
        "nist-800-53r5 AC-6(5) supporting",
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_root_credentials_management_enabled",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the management account alone."""
    told = it.read("organization")
    if told is None or str(told.get("MasterAccountId")) != it.name:
        return None
    on = it.read("root_features", [])
    if "RootCredentialsManagement" in on:
        return passes("the organisation manages the root users of its accounts")
    return fails("each account keeps its root user's credentials itself")


OURS = organisation()
CASES = (
    case("on", PASS, organization=OURS, root_features=["RootCredentialsManagement"]),
    case("sessions alone", FAIL, organization=OURS, root_features=["RootSessions"]),
    case("off", FAIL, organization=OURS, root_features=ABSENT),
    case("a member", NOT_JUDGED, organization=organisation("444455556666")),
    case("alone", NOT_JUDGED, organization=ABSENT),
    case("may not be read", UNKNOWN, organization=OURS, root_features=DENIED),
)

"""Nobody has full access to CloudShell.

Why: CloudShell uploads and downloads files past every control of the network.
Fix: detach AWSCloudShellFullAccess; write a policy without file transfer where a shell is needed.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.identities import ME, ROLE, attached, member, role, user

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=(
        "aws-iam-user.details",
        "aws-iam-group.details",
        "aws-iam-role.details",
    ),
    controls=(
        "cis-aws-3.0 1.22 full",
        "cis-aws-5.0 1.21 full",
        "cis-aws-6.0 2.21 full",
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-4 supporting",
    ),
    known_as=(
        "prowler:iam_policy_cloudshell_admin_not_attached",
        "securityhub:IAM.27",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what everybody has attached: AWS lists the policy only if somebody has."""
    has = [
        one.label
        for kind in ("aws-iam-user", "aws-iam-group", "aws-iam-role")
        for one in world.all(kind, account=it.account)
        if any(
            each["PolicyArn"].endswith(":iam::aws:policy/AWSCloudShellFullAccess")
            for each in one.read("details").get("AttachedManagedPolicies", [])
        )
    ]
    return fails(f"{', '.join(sorted(has))} have it") if has else passes("nobody has it")


FULL = attached("arn:aws:iam::aws:policy/AWSCloudShellFullAccess")
OWN = attached("arn:aws:iam::111122223333:policy/AWSCloudShellFullAccess")
CASES = (
    case("nobody", PASS, other("aws-iam-user", ME, details=user())),
    case("another that is called so", PASS, other("aws-iam-user", ME, details=user(**OWN))),
    case("a user", FAIL, other("aws-iam-user", ME, details=user(**FULL))),
    case("a group", FAIL, member(**FULL)),
    case("a role", FAIL, other("aws-iam-role", ROLE, details=role("*", **FULL))),
    case("may not be read", UNKNOWN, other("aws-iam-role", ROLE, details=DENIED)),
)

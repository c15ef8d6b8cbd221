"""No user has every permission for good.

Why: a user's password and keys stay good until somebody changes them; whoever finds one that may do
everything owns the account, today or in a year.
Fix: let people become administrators for a time, by a role or by IAM Identity Center, and take
the policy from the user and its groups.

Decided over all that a user has: written in, attached, of its groups, less what boundaries and
denials take away.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.administrators import (
    administrator,
    cases_of_shutting,
    declared,
    shut_down_by,
)
from ringwall.posture.checks.aws.authorization import READS
from ringwall.posture.checks.aws.controlled import READS as BINDING
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PRIVILEGED
from ringwall.posture.checks.aws.identities import (
    ME,
    POLICY,
    allow,
    attached,
    managed,
    member,
    user,
)

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.HIGH,
    reads=(*READS, *BINDING),
    controls=(
        "cis-aws-3.0 1.16 partial",
        "cis-aws-5.0 1.15 partial",
        "cis-aws-6.0 2.15 partial",
        *LEAST_PRIVILEGE,
        *PRIVILEGED,
    ),
    known_as=(
        "prowler:iam_user_administrator_access_policy",
        "prowler:iam_inline_policy_no_administrative_privileges",
        "prowler:iam_aws_attached_policy_no_administrative_privileges",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Code has no whole account."""
    is_there = it.name.startswith("arn:")
    found = administrator(world, it) if is_there else declared(world, it)
    if found is None:
        return passes("it may not do everything") if is_there else None
    if kept_out := shut_down_by(it, found):
        return passes(f"it has every permission, and {kept_out} leaves it none")
    of = f", by {', '.join(one.rpartition('/')[2] for one in found.groups)}" if found.groups else ""
    return fails(f"{it.label} may do everything in the account{of}")


ALL = allow("*")
SHUT = ALL | {"Effect": "Deny"}
MOST = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
CASES = (
    case("reads alone", PASS, member(), managed(ALL), name=ME, details=user(allow("s3:Get*"))),
    case("written in", FAIL, member(), managed(ALL), name=ME, details=user(ALL)),
    case("attached", FAIL, member(), managed(ALL), name=ME, details=user(**attached())),
    case("of a group", FAIL, member(ALL), managed(ALL), name=ME, details=user(GroupList=["me"])),
    case("in two parts", FAIL, member(), managed(ALL), name=ME, details=user(MOST, allow("iam:*"))),
    *cases_of_shutting(member(), managed(ALL), name=ME, details=user(ALL)),
    case("all but IAM", PASS, member(), managed(ALL), name=ME, details=user(MOST)),
    case("denied again", PASS, member(), managed(ALL), name=ME, details=user(ALL, SHUT)),
    case(
        "kept in by a boundary",
        PASS,
        member(),
        managed(allow("s3:*")),
        name=ME,
        details=user(ALL, PermissionsBoundary={"PermissionsBoundaryArn": POLICY}),
    ),
    case(
        "AWS's own",
        FAIL,
        member(),
        managed(ALL),
        name=ME,
        details=user(**attached("arn:aws:iam::aws:policy/AdministratorAccess")),
    ),
    case(
        "a policy that is not there",
        UNKNOWN,
        member(),
        managed(ALL),
        name=ME,
        details=user(**attached("arn:aws:iam::111122223333:policy/gone")),
    ),
    case("in code", FAIL, name="terraform:main.tf:me", details=user(ALL)),
    case("nothing in code", NOT_JUDGED, name="terraform:main.tf:me", details=user()),
    case("not told", UNKNOWN, member(), managed(ALL), name=ME, details=DENIED),
)

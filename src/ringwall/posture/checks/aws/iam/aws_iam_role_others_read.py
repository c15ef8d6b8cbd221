"""No other account reads all there is.

Why: ReadOnlyAccess reads what is stored in buckets, tables and queues; whoever takes over the other
account, or somebody there, reads it too.
Fix: give the role SecurityAudit or ViewOnlyAccess, which see settings alone, or a policy that names
what is needed.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.identities import ROLE, attached, role
from ringwall.posture.checks.aws.statements import statements
from ringwall.posture.checks.aws.strangers import accounts_of, principals_of

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("prowler:iam_role_cross_account_readonlyaccess_policy",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of roles that have ReadOnlyAccess; whoever is of the account is well. Code has no account."""
    if not it.account.isdigit():
        return None
    told = it.read("details")
    arns = [one["PolicyArn"] for one in told.get("AttachedManagedPolicies", [])]
    if not any(arn.endswith(":iam::aws:policy/ReadOnlyAccess") for arn in arns):
        return None
    others = set()
    for one in statements(told.get("AssumeRolePolicyDocument")):
        if one.get("Effect") == "Allow":
            others |= accounts_of(one) - {it.account}
            others |= {"of everybody"} if "*" in principals_of(one) else set()
    if others:
        return fails(f"the accounts {', '.join(sorted(others))} may read everything")
    return passes("no other account takes it")


READS = attached("arn:aws:iam::aws:policy/ReadOnlyAccess")
AUDITS = attached("arn:aws:iam::aws:policy/SecurityAudit")
CASES = (
    case("its own account", PASS, name=ROLE, details=role({"AWS": "111122223333"}, **READS)),
    case("a service", PASS, name=ROLE, details=role({"Service": "ec2.amazonaws.com"}, **READS)),
    case("another account", FAIL, name=ROLE, details=role({"AWS": "444455556666"}, **READS)),
    case(
        "a role of another account",
        FAIL,
        name=ROLE,
        details=role({"AWS": "arn:aws:iam::444455556666:role/r"}, **READS),
    ),
    case("everybody", FAIL, name=ROLE, details=role("*", **READS)),
    case(
        "looks at settings alone",
        NOT_JUDGED,
        name=ROLE,
        details=role({"AWS": "444455556666"}, **AUDITS),
    ),
    case("may not be read", UNKNOWN, name=ROLE, details=DENIED),
)

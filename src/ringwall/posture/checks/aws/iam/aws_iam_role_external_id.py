"""Roles ask other accounts for an external id.

Why: whoever offers a service to many has one account for all of them. Without an external id,
another customer can have that service take your role (the confused deputy).
Fix: agree on an id that only you and they know, and bind the statement by `sts:ExternalId` with
`StringEquals`. Accounts of your own need none: name them in an exception.
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
from ringwall.posture.checks.aws.controlled import READS, cases_within
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.trusting import trusts, weak
from ringwall.posture.permissions.trust import Weakness

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.MEDIUM,
    reads=("details", *READS),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as the other account would ask, without an id, and with one of somebody else."""
    found, kept_out = weak(it, Weakness.NO_EXTERNAL_ID)
    if found:
        named = ", ".join(sorted({one.who for one in found}))
        return fails(f"{it.label} can be taken by the accounts {named} without an external id")
    if kept_out:
        return passes(f"its trust would let them in, and {kept_out} keeps them out")
    return passes("no other account comes in without an external id")


OTHER = "arn:aws:iam::444455556666:root"
CASES = (
    case("its own account", PASS, details=trusts({"AWS": "111122223333"})),
    case("a service", PASS, details=trusts({"Service": "ec2.amazonaws.com"})),
    case("another account", FAIL, details=trusts({"AWS": OTHER})),
    case("a role of another account", FAIL, details=trusts({"AWS": f"{OTHER[:-4]}role/x"})),
    case(
        "another account with an id",
        PASS,
        details=trusts({"AWS": OTHER}, Condition={"StringEquals": {"sts:ExternalId": "e-7"}}),
    ),
    case(
        "an id that may be left away",
        FAIL,
        details=trusts(
            {"AWS": OTHER}, Condition={"StringEqualsIfExists": {"sts:ExternalId": "e-7"}}
        ),
    ),
    case(
        "any id will do",
        FAIL,
        details=trusts({"AWS": OTHER}, Condition={"StringLike": {"sts:ExternalId": "*"}}),
    ),
    case("no policy", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
    case("not told", UNKNOWN, details=DENIED),
    *cases_within("sts", FAIL, FAIL, details=trusts({"AWS": OTHER})),
)

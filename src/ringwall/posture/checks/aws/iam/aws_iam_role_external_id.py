"""Roles ask other accounts for an external id.

Why: whoever offers a service to many has one account for all of them. Without an external id,
another customer can have that service take your role (the confused deputy).
Fix: agree on an id that only you and they know, and bind the statement by `sts:ExternalId` with
`StringEquals`. Where people take the role, ask them for a second factor instead, as no service
has one (`Bool`, not `BoolIfExists`). Accounts of your own need none: those of its organisation
that the account knows pass (a member knows the management account), name others in an exception.
"""

from typing import Any

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controlled import READS, cases_within
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.trusting import trusts, weak
from ringwall.posture.permissions.trust import Weakness

_BESIDE = ("aws-account.organization", "aws-account.organization_accounts")
CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.MEDIUM,
    reads=("details", *READS, *_BESIDE),
    beside=_BESIDE,
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as the other account would ask, without an id, and with one of somebody else."""
    found, kept_out = weak(it, Weakness.NO_EXTERNAL_ID)
    if found:
        several = {one.who for one in found}
        others = sorted(several - _ours(it, world))
        if not others:
            return passes(f"{', '.join(sorted(several))} are of its own organisation")
        named = ", ".join(others)
        return fails(f"{it.label} can be taken by the accounts {named} without an external id")
    if kept_out:
        return passes(f"its trust would let them in, and {kept_out} keeps them out")
    return passes("no other account comes in without an external id")


def _ours(it: Subject, world: World) -> set[str]:
    """The accounts of its organisation: members know that which manages them, and that all."""
    home = world.snapshot.get(f"aws-account/{it.account}")
    account = None if home is None else world.subject(home)
    if account is None or not account.is_read("organization"):
        return set()
    management = str((account.read("organization") or {}).get("MasterAccountId"))
    if management != it.account:
        return {management}
    return {str(one["Id"]) for one in account.read("organization_accounts", ())}


def _home(**aspects: Any) -> Other:
    return other("aws-account", **aspects)


OTHER = "arn:aws:iam::444455556666:root"
_MANAGED = {"MasterAccountId": "444455556666"}
_MEMBER = {"Id": "444455556666"}
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
    case(
        "people of another account, with a second factor",
        PASS,
        details=trusts({"AWS": OTHER}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ),
    case(
        "a second factor where there is one",
        FAIL,
        details=trusts(
            {"AWS": OTHER}, Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
        ),
    ),
    case(
        "the management account", PASS, _home(organization=_MANAGED), details=trusts({"AWS": OTHER})
    ),
    case(
        "another that is managed",
        FAIL,
        _home(organization={"MasterAccountId": "999988887777"}, organization_accounts=DENIED),
        details=trusts({"AWS": OTHER}),
    ),
    case(
        "a member",
        PASS,
        _home(organization={"MasterAccountId": "111122223333"}, organization_accounts=[_MEMBER]),
        details=trusts({"AWS": OTHER}),
    ),
    case(
        "of nobody knows what", UNKNOWN, _home(organization=DENIED), details=trusts({"AWS": OTHER})
    ),
    case("of no organisation", FAIL, _home(organization=ABSENT), details=trusts({"AWS": OTHER})),
    case("no policy", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
    case("not told", UNKNOWN, details=DENIED),
    *cases_within("sts", FAIL, FAIL, details=trusts({"AWS": OTHER})),
)

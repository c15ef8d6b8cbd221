"""Trust in accounts outside the organisation is used.

Why: a partner who is none any more, or never began, can still come in; nobody would notice, since
nobody expects them.
Fix: delete the role, or take the account out of its trust policy.

AWS tells when a role was used last, in 400 days, and not by whom. So of a role that others may
take, too, and that was used, it is not known; with a role of its own for each account it would be.
Roles that everybody may take are judged by `aws-iam-role-trusts-anybody`.
"""

from typing import Any

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
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, REVIEWED
from ringwall.posture.checks.aws.identities import ROLE, role
from ringwall.posture.checks.aws.used import DAYS, age_of, ago, is_judged, moment
from ringwall.posture.permissions.deciding import Outcome as Decided
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.statements import Document, Effect, Kind
from ringwall.posture.permissions.trust import Trusted, Weakness, trusted

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.MEDIUM,
    reads=("details", "aws-account.organization", "aws-account.organization_accounts"),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-2(3) partial",
        "iso-27001-2022 A.5.19 supporting",
        *REVIEWED,
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Which accounts are of the organisation is asked only where a role is not used by others."""
    if not is_judged(it):
        return None
    told = it.read("details")
    trust = read(told.get("AssumeRolePolicyDocument"), name="its trust", kind=Kind.TRUST)
    found = trusted(trust, it.name, account=it.account)
    for one in found:
        if one.decision.outcome is Decided.UNKNOWN:
            raise UnknownError(f"whom {it.label} trusts is not known: {one.decision.why}")
    if any(one.weakness is Weakness.EVERYBODY for one in found):
        return passes("it lets in everybody, which is another check's to say")
    accounts = sorted({one.who for one in found if one.kind == "account"})
    if not accounts:
        return passes("it trusts no other account")
    last = (told.get("RoleLastUsed") or {}).get("LastUsedDate")
    days = age_of(it) if last is None else (ago(0) - moment(last)).days
    if days < DAYS and last is None:
        return passes(f"it was made {days} days ago")
    is_theirs_alone = len(found) == len(accounts) and not _lets_own(trust, it.account)
    if days < DAYS and is_theirs_alone:
        return passes(f"it was used {days} days ago")
    outside = _outside(world, it, found)
    if not outside:
        return passes("the accounts that it trusts are of the organisation")
    named = ", ".join(outside)
    if days < DAYS:
        raise UnknownError(f"it was used {days} days ago; whether by {named}, AWS does not tell")
    how = f"never used, in {min(days, 400)}" if last is None else f"not used for {days}"
    return fails(f"it lets in {named}, outside the organisation, and was {how} days")


def _outside(world: World, it: Subject, found: list[Trusted]) -> list[str]:
    """Those that are not of the organisation; everybody is outside where there is none."""
    wanted = {one.who for one in found if one.kind == "account"}
    account = world.account(it)
    organization = account.read("organization")
    if organization is None:
        return sorted(wanted)
    if wanted <= {str(organization.get("MasterAccountId"))}:
        return []
    ours = {str(one["Id"]) for one in account.read("organization_accounts", ())}
    return sorted(wanted - ours)


def _lets_own(trust: Document, account: str) -> bool:
    """Whether somebody of the account itself is named, too."""
    for one in trust.statements:
        if one.effect is Effect.DENY or one.principals is None:
            continue
        named = {principal(arn).account for arn in one.principals.arns if arn.startswith("arn:")}
        if account in named | one.principals.accounts:
            return True
    return False


PARTNER = "arn:aws:iam::444455556666:root"
OWN = "arn:aws:iam::111122223333:root"


def _role(principals: Any, last: Any = None, made: int = 400) -> dict[str, Any]:
    used = {} if last is None else {"LastUsedDate": last}
    return role(principals, CreateDate=ago(made), RoleLastUsed=used)


def _us(*accounts: str, accounts_told: Any = None) -> Any:
    several = [{"Id": one} for one in accounts]
    return other(
        "aws-account",
        organization={"Id": "o-1", "MasterAccountId": "999988887777"},
        organization_accounts=several if accounts_told is None else accounts_told,
    )


ALONE = other("aws-account", organization=ABSENT, organization_accounts=ABSENT)
CASES = (
    case("never used", FAIL, _us("111122223333"), name=ROLE, details=_role({"AWS": PARTNER})),
    case("without organisation", FAIL, ALONE, name=ROLE, details=_role({"AWS": PARTNER})),
    case("not lately", FAIL, ALONE, name=ROLE, details=_role({"AWS": PARTNER}, ago(200))),
    case("used", PASS, ALONE, name=ROLE, details=_role({"AWS": PARTNER}, ago(2))),
    case(
        "of the organisation", PASS, _us("444455556666"), name=ROLE, details=_role({"AWS": PARTNER})
    ),
    case("of its own", PASS, name=ROLE, details=_role({"AWS": OWN})),
    case("made lately", PASS, name=ROLE, details=_role({"AWS": PARTNER}, made=3)),
    case("of everybody", PASS, ALONE, name=ROLE, details=_role("*")),
    case(
        "nobody knows by whom",
        UNKNOWN,
        ALONE,
        name=ROLE,
        details=_role({"AWS": [PARTNER, OWN]}, ago(2)),
    ),
    case("both, never", FAIL, ALONE, name=ROLE, details=_role({"AWS": [PARTNER, OWN]})),
    case(
        "who is of it may not be read",
        UNKNOWN,
        _us(accounts_told=DENIED),
        name=ROLE,
        details=_role({"AWS": PARTNER}),
    ),
    case("may not be read", UNKNOWN, name=ROLE, details=DENIED),
    case("in code", NOT_JUDGED, name="terraform:main.tf:me", details=_role({"AWS": PARTNER})),
)

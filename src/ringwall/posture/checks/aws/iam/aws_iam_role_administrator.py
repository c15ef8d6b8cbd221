"""No service and no other account has every permission.

Why: a machine, a function or a pipeline that may do everything hands the account to whoever finds
a hole in it; another account does so to whoever takes that over.
Fix: give the role what its work needs; let people alone become administrators, for a time.

A role that only people of the account or of a provider of identities take is what administrators
are meant to use.
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
    UnknownError,
    World,
    case,
    fails,
    other,
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
    ROLE,
    allow,
    attached,
    managed,
    member,
    role,
    user,
)
from ringwall.posture.permissions.accounts import Identity
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.statements import Effect
from ringwall.posture.snapshot.partial import IN_CODE

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.HIGH,
    reads=(*READS, *BINDING),
    controls=(
        "cis-aws-3.0 1.16 partial",
        "cis-aws-5.0 1.15 partial",
        "cis-aws-6.0 2.15 partial",
        *LEAST_PRIVILEGE,
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_role_administratoraccess_policy",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that services of AWS made for themselves are AWS's. Code has no whole account."""
    if ":role/aws-service-role/" in it.name:
        return None
    is_there = it.name.startswith("arn:")
    found = administrator(world, it) if is_there else declared(world, it)
    if found is None:
        return passes("it may not do everything") if is_there else None
    if kept_out := shut_down_by(it, found):
        return passes(f"it has every permission, and {kept_out} leaves it none")
    machines, accounts = _takers(found, it.account if is_there else IN_CODE)
    if machines:
        return fails(f"{', '.join(machines)} may do everything in the account")
    if accounts:
        said = f"whoever the accounts {', '.join(accounts)} let may do everything in this one"
        return fails(said, Severity.MEDIUM)
    return passes("it may do everything, and people alone take it")


def _takers(role: Identity, account: str) -> tuple[list[str], list[str]]:
    trust = role.trust
    if trust is None or trust.faults:
        why = "; ".join(trust.faults) if trust else "it was not read"
        raise UnknownError(f"whom {role.name} trusts is not known: {why}")
    machines, accounts = set[str](), set[str]()
    for one in trust.statements:
        if one.effect is Effect.DENY or one.principals is None:
            continue
        machines |= one.principals.services
        machines |= {
            f"whom {arn.partition(':oidc-provider/')[2] or arn} vouches for"
            for arn in one.principals.federated
            if ":saml-provider/" not in arn
        }
        accounts |= one.principals.accounts
        accounts |= {
            principal(arn).account for arn in one.principals.arns if arn.startswith("arn:")
        }
        accounts |= {"of everybody"} if one.principals.everyone or one.but_principals else set()
    return sorted(machines), sorted(accounts - {account, ""})


ALL = allow("*")
EC2 = {"Service": "ec2.amazonaws.com"}
OWN = {"AWS": "arn:aws:iam::111122223333:root"}
PARTNER = {"AWS": "arn:aws:iam::444455556666:root"}
SSO = {"Federated": "arn:aws:iam::111122223333:saml-provider/AWSSSO_1_DO_NOT_DELETE"}
PIPELINES = {
    "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
}
OTHERS = (other("aws-iam-user", ME, details=user()), member(), managed(ALL))
CASES = (
    case("reads alone", PASS, *OTHERS, name=ROLE, details=role(EC2, allow("s3:Get*"))),
    case("of machines", FAIL, *OTHERS, name=ROLE, details=role(EC2, ALL)),
    case("of machines, attached", FAIL, *OTHERS, name=ROLE, details=role(EC2, **attached())),
    case("of another account", FAIL, *OTHERS, name=ROLE, details=role(PARTNER, ALL)),
    *cases_of_shutting(*OTHERS, name=ROLE, details=role(EC2, ALL)),
    case("of pipelines", FAIL, *OTHERS, name=ROLE, details=role(PIPELINES, ALL)),
    case("of everybody", FAIL, *OTHERS, name=ROLE, details=role("*", ALL)),
    case("of people who sign in", PASS, *OTHERS, name=ROLE, details=role(SSO, ALL)),
    case("of its own account", PASS, *OTHERS, name=ROLE, details=role(OWN, ALL)),
    case(
        "denied again",
        PASS,
        *OTHERS,
        name=ROLE,
        details=role(EC2, ALL, ALL | {"Effect": "Deny"}),
    ),
    case(
        "a policy that is not there",
        UNKNOWN,
        *OTHERS,
        name=ROLE,
        details=role(EC2, **attached("arn:aws:iam::111122223333:policy/gone")),
    ),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::111122223333:role/aws-service-role/x/r",
        details=role(EC2, ALL),
    ),
    case("in code", FAIL, name="terraform:main.tf:me", details=role(EC2, ALL)),
    case("nothing in code", NOT_JUDGED, name="terraform:main.tf:me", details=role(EC2)),
    case("not told", UNKNOWN, *OTHERS, name=ROLE, details=DENIED),
)

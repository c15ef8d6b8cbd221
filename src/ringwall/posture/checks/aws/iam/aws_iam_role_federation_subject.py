"""Roles say whom of a provider's identities they mean.

Why: GitHub, GitLab and others vouch for everybody who has an account there. A role that asks for
no subject, or for `repo:*`, can be taken from anybody's repository.
Fix: bind the statement by the provider's `sub`, with the organisation and the repository in full;
of identity pools by `cognito-identity.amazonaws.com:aud`.
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
    severity=Severity.CRITICAL,
    reads=("details", *READS),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked with the token of a stranger, whose names are as the pattern likes them."""
    found, kept_out = weak(it, Weakness.ANY_SUBJECT)
    if found:
        named = ", ".join(sorted({one.who for one in found}))
        return fails(f"{it.label} can be taken by whomever {named} vouches for")
    if kept_out:
        return passes(f"its trust would let them in, and {kept_out} keeps them out")
    return passes("no provider's strangers come in")


HUB = "token.actions.githubusercontent.com"
GITHUB = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{HUB}"}
COGNITO = {"Federated": "cognito-identity.amazonaws.com"}
WEB = "sts:AssumeRoleWithWebIdentity"
AUDIENCE = {"StringEquals": {f"{HUB}:aud": "sts.amazonaws.com"}}


def _of(subject: str) -> dict[str, object]:
    condition = AUDIENCE | {"StringLike": {f"{HUB}:sub": subject}}
    return trusts(GITHUB, WEB, Condition=condition)


CASES = (
    case("one repository", PASS, details=_of("repo:acme/shop:ref:refs/heads/main")),
    case("one organisation", PASS, details=_of("repo:acme/*")),
    case("no subject", FAIL, details=trusts(GITHUB, WEB, Condition=AUDIENCE)),
    case("any repository", FAIL, details=_of("repo:*")),
    case("whatever begins so", FAIL, details=_of("repo:acme*")),
    case("a service", PASS, details=trusts({"Service": "ec2.amazonaws.com"})),
    case(
        "a pool of anybody",
        FAIL,
        details=trusts(COGNITO, WEB),
    ),
    case("no policy", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
    case("not told", UNKNOWN, details=DENIED),
    *cases_within("sts", FAIL, FAIL, details=trusts(COGNITO, WEB)),
)

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
from ringwall.posture.permissions.deciding import Outcome as Decided
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
        said = f"{it.label} can be taken by whomever {named} vouches for"
        decisions = [one.decision for one in found]
        if all(one.outcome is Decided.CONDITIONAL for one in decisions):
            keys = ", ".join(sorted({key for one in decisions for key in one.keys}))
            return fails(f"{said}, as far as {keys} admit it", Severity.HIGH)
        return fails(said)
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


WORKFLOW = "acme/infra/.github/workflows/x.yml@refs/heads/main"
CLUSTER = "oidc.eks.eu-west-1.amazonaws.com/id/A1"


def _by(**claims: str) -> dict[str, object]:
    like = {f"{HUB}:{name}": value for name, value in claims.items()}
    return trusts(GITHUB, WEB, Condition=AUDIENCE | {"StringLike": like})


def _of_cluster(subject: str) -> dict[str, object]:
    provider = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{CLUSTER}"}
    return trusts(provider, WEB, Condition={"StringLike": {f"{CLUSTER}:sub": subject}})


CASES = (
    case("one repository", PASS, details=_of("repo:acme/shop:ref:refs/heads/main")),
    case("one organisation", PASS, details=_of("repo:acme/*")),
    case("no subject", FAIL, details=trusts(GITHUB, WEB, Condition=AUDIENCE)),
    case("any repository", FAIL, details=_of("repo:*")),
    case("whatever begins so", FAIL, details=_of("repo:acme*")),
    case("whoever one's name begins with", FAIL, details=_by(actor="acme-*")),
    case("one actor", PASS, details=_by(actor="acme-robot")),
    case("by the id of an actor", PASS, details=_by(actor_id="99")),
    case("an owner that begins so, by name", FAIL, details=_by(repository="acme*/shop")),
    case("a workflow that others may call", FAIL, details=_by(job_workflow_ref=WORKFLOW)),
    case("any owner's workflow", FAIL, details=_by(job_workflow_ref="*/x.yml@refs/heads/main")),
    case("a branch of any repository", FAIL, details=_by(ref="refs/heads/main")),
    case("what is spelled almost as a repository", PASS, details=_of("?epo:acme/*")),
    case("what reaches over the owner", FAIL, details=_of("re*:acme/*")),
    case("a cluster's any pod", FAIL, details=_of_cluster("system:serviceaccount:*")),
    case("a cluster's pods of a namespace", PASS, details=_of_cluster("system:serviceaccount:a:*")),
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

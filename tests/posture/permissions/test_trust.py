"""Whom roles trust, and who comes in besides."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, APP, OTHER, deny, document, lets, policy

from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.trust import Trusted, Weakness, trusted

GITHUB = "token.actions.githubusercontent.com"
BY_GITHUB = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
THEIRS = f"arn:aws:iam::{OTHER}"
WEB = "sts:AssumeRoleWithWebIdentity"
AUDIENCE = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}


def of(*statements: dict[str, Any], ours: frozenset[str] = frozenset()) -> list[Trusted]:
    written = read(policy(*statements), name="its trust policy", kind=Kind.TRUST)
    return trusted(written, APP, account=ACCOUNT, ours=ours)


def github(**condition: Any) -> list[Trusted]:
    return of(lets(BY_GITHUB, WEB, **({"Condition": condition} if condition else {})))


def test_its_own_account_and_those_of_the_company_are_not_outside() -> None:
    assert not of(lets({"AWS": ACCOUNT}))
    assert not of(lets({"AWS": OTHER}), ours=frozenset({OTHER}))


@pytest.mark.parametrize("who", [OTHER, f"{THEIRS}:root", f"{THEIRS}:role/x"])
def test_another_account_without_an_external_id(who: str) -> None:
    found = of(lets({"AWS": who}))
    assert [(one.who, one.weakness) for one in found] == [(OTHER, Weakness.NO_EXTERNAL_ID)]
    assert found[0].is_certain


def test_another_account_with_an_external_id() -> None:
    found = of(lets({"AWS": OTHER}, Condition={"StringEquals": {"sts:ExternalId": "e-7"}}))
    assert [(one.who, one.weakness) for one in found] == [(OTHER, Weakness.NONE)]


def test_an_external_id_that_may_be_anything_or_left_away_is_none() -> None:
    for condition in (
        {"StringEqualsIfExists": {"sts:ExternalId": "e-7"}},
        {"StringNotEquals": {"sts:ExternalId": "e-7"}},
        {"StringLike": {"sts:ExternalId": "*"}},
        {"Null": {"sts:ExternalId": "false"}},
    ):
        found = of(lets({"AWS": OTHER}, Condition=condition))
        assert found[0].weakness is Weakness.NO_EXTERNAL_ID


def test_everybody() -> None:
    assert Weakness.EVERYBODY in {one.weakness for one in of(lets({"AWS": "*"}))}
    organisation = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert not of(lets({"AWS": "*"}, Condition=organisation))
    external = of(lets({"AWS": "*"}, Condition={"StringEquals": {"sts:ExternalId": "e-7"}}))
    assert external[0].weakness is Weakness.EVERYBODY
    assert external[0].decision.outcome is Outcome.CONDITIONAL


@pytest.mark.parametrize(
    ("condition", "weak"),
    [
        ({}, True),
        (AUDIENCE, True),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "*"}}, True),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "repo:*"}}, True),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "repo:acme*:ref:*"}}, True),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "repo:*/shop:*"}}, True),
        (AUDIENCE | {"StringNotEquals": {f"{GITHUB}:sub": "repo:acme/shop:x"}}, True),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "repo:acme/*"}}, False),
        (AUDIENCE | {"StringLike": {f"{GITHUB}:sub": "repo:acme/shop:*"}}, False),
        (
            AUDIENCE | {"StringEquals": {f"{GITHUB}:sub": "repo:acme/shop:environment:x"}},
            False,
        ),
    ],
)
def test_a_provider_that_everybody_uses_needs_the_subject(condition: Any, weak: bool) -> None:
    found = github(**condition)
    assert [one.who for one in found] == [GITHUB]
    assert (found[0].weakness is Weakness.ANY_SUBJECT) is weak


def test_an_identity_pool_of_a_stranger() -> None:
    cognito = {"Federated": "cognito-identity.amazonaws.com"}
    assert of(lets(cognito, WEB))[0].weakness is Weakness.ANY_SUBJECT
    signed_in = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}
    assert of(lets(cognito, WEB, Condition=signed_in))[0].weakness is Weakness.ANY_SUBJECT
    pool = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:ours"}}
    assert of(lets(cognito, WEB, Condition=pool))[0].weakness is Weakness.NONE
    pools = {"StringLike": {"cognito-identity.amazonaws.com:aud": "us-east-1:*"}}
    assert of(lets(cognito, WEB, Condition=pools))[0].weakness is Weakness.ANY_SUBJECT


def test_services_that_act_for_others_have_to_say_for_whom() -> None:
    config = {"Service": "config.amazonaws.com"}
    assert of(lets(config))[0].weakness is Weakness.NO_SOURCE
    for condition in (
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:config:*:{ACCOUNT}:*"}},
    ):
        assert of(lets(config, Condition=condition))[0].weakness is Weakness.NONE
    assert of(lets({"Service": "lambda.amazonaws.com"}))[0].weakness is Weakness.NONE


def test_a_provider_of_saml_is_named() -> None:
    saml = f"arn:aws:iam::{ACCOUNT}:saml-provider/Okta"
    found = of(lets({"Federated": saml}, "sts:AssumeRoleWithSAML"))
    assert [(one.who, one.kind, one.weakness) for one in found] == [
        (saml, "provider", Weakness.NONE)
    ]


def test_what_a_deny_keeps_out_is_not_trusted() -> None:
    away = {"Effect": "Deny", "Principal": {"AWS": OTHER}, "Action": "sts:*"}
    assert not of(lets({"AWS": OTHER}), away)


def test_a_broken_trust_policy_is_not_known() -> None:
    written = read("{", name="its trust policy", kind=Kind.TRUST)
    found = trusted(written, APP, account=ACCOUNT)
    assert [one.decision.outcome for one in found] == [Outcome.UNKNOWN]
    assert "its trust policy" in found[0].decision.why


@pytest.mark.parametrize(
    ("host", "condition", "is_weak"),
    [
        ("agent.buildkite.com", {"sub": "organization:*"}, True),
        ("agent.buildkite.com", {"sub": "organization:acme:*"}, False),
        ("agent.buildkite.com", {"aud": "sts.amazonaws.com"}, True),
        ("oidc.codefresh.io", {"sub": "account:*:pipeline:*"}, True),
        ("scalr.io", {"sub": "account:acc-1:*"}, False),
        ("proidc.upbound.io", {"sub": "mcp:*/control:provider:aws"}, True),
        ("oidc.vercel.com", {"aud": "https://vercel.com/acme"}, False),
        ("oidc.vercel.com", {"aud": "https://vercel.com/*"}, True),
        ("oidc.vercel.com", {"sub": "owner:*:project:shop:environment:production"}, True),
        ("api.pulumi.com/oidc", {"aud": "aws:acme"}, False),
        ("api.pulumi.com/oidc", {"aud": "*"}, True),
        (GITHUB, {"aud": "sts.amazonaws.com", "repository_owner": "acme"}, False),
        (GITHUB, {"aud": "sts.amazonaws.com", "repository": "*/shop"}, True),
        (GITHUB, {"repository": "acme*/shop"}, True),
        (GITHUB, {"repository_owner": "acme-*"}, True),
        (GITHUB, {"sub": "repo:acme*", "repository_owner": "acme"}, False),
        (GITHUB, {"actor": "alice"}, False),
        (GITHUB, {"actor": "acme-*"}, True),
        (GITHUB, {"actor_id": "99"}, False),
        (GITHUB, {"enterprise": "acme"}, False),
        (GITHUB, {"workflow_ref": "acme/shop/.github/workflows/x.yml@*"}, False),
        (GITHUB, {"ref": "refs/heads/main", "environment": "prod"}, True),
        (GITHUB, {"repository_visibility": "private"}, True),
        (GITHUB, {"sub": "?epo:acme/*"}, False),
        (GITHUB, {"sub": "re*:acme/*"}, True),
        ("graph.facebook.com", {"id": "1234"}, False),
        ("graph.facebook.com", {"id": "*"}, True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", {"sub": "system:serviceaccount:*:*"}, True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", {"sub": "system:serviceaccount:web:*"}, False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", {"aud": "sts.amazonaws.com"}, True),
        ("idp.acme.example", {"sub": "build-*"}, False),
    ],
)
def test_providers_that_everybody_may_use_tell_whose_a_token_is_each_their_own_way(
    host: str, condition: dict[str, str], is_weak: bool
) -> None:
    said = {"StringLike": {f"{host}:{name}": value for name, value in condition.items()}}
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"}
    (one,) = of(lets(provider, WEB, Condition=said))
    assert one.weakness is (Weakness.ANY_SUBJECT if is_weak else Weakness.NONE)


def test_certain_is_only_what_a_stranger_chooses() -> None:
    """A workflow that others may call, an app that one signs in at: it hangs on these."""
    free = github(StringEquals={f"{GITHUB}:environment": "prod"})
    assert [one.is_certain for one in free] == [True]
    for name in ("job_workflow_ref", "sha"):
        (one,) = github(StringLike={f"{GITHUB}:{name}": "acme/infra/x.yml@refs/heads/main"})
        assert one.weakness is Weakness.ANY_SUBJECT
        assert one.decision.keys == {f"{GITHUB}:{name}"}
        assert not one.is_certain
        assert one.opening
    assert github(StringLike={f"{GITHUB}:job_workflow_ref": "*/x.yml@*"})[0].is_certain
    google = {"Federated": "accounts.google.com"}
    (one,) = of(lets(google, WEB, Condition={"StringEquals": {"accounts.google.com:aud": "1.app"}}))
    assert (one.weakness, one.is_certain) == (Weakness.ANY_SUBJECT, False)


@pytest.mark.parametrize(
    ("host", "is_open"),
    [
        (GITHUB, True),
        ("gitlab.com", True),
        ("accounts.google.com", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", False),
        ("sts.windows.net/11111111-2222-3333-4444-555555555555/", False),
        ("sso.acme.example/realms/x", False),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", False),
        ("oidc.vercel.com/acme", False),
    ],
)
def test_strangers_get_tokens_of_shared_providers_alone(host: str, is_open: bool) -> None:
    """A loose subject is one at others, too: all that is of that owner comes in."""
    named = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}" if "google" not in host else host
    (one,) = of(lets({"Federated": named}, WEB))
    assert one.weakness is Weakness.ANY_SUBJECT
    assert bool(one.opening) is is_open


@pytest.mark.parametrize(
    ("how", "opens"), [("unauthenticated", True), ("authenticated", False), (None, True)]
)
def test_guests_of_ones_own_identity_pool_may_be_anybody(how: str | None, opens: bool) -> None:
    cognito = {"Federated": "cognito-identity.amazonaws.com"}
    condition = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:ours"}}
    if how:
        condition["ForAnyValue:StringLike"] = {"cognito-identity.amazonaws.com:amr": how}
    (one,) = of(lets(cognito, WEB, Condition=condition))
    assert one.weakness is Weakness.NONE
    assert not one.is_certain
    assert bool(one.opening) is opens


def test_identities_of_a_pool_are_of_nobody_elses() -> None:
    cognito, key = {"Federated": "cognito-identity.amazonaws.com"}, "cognito-identity.amazonaws.com"
    (one,) = of(lets(cognito, WEB, Condition={"StringEquals": {f"{key}:sub": "eu-west-1:ours"}}))
    assert one.weakness is Weakness.NONE
    by_google = {"ForAnyValue:StringLike": {f"{key}:amr": "accounts.google.com"}}
    assert of(lets(cognito, WEB, Condition=by_google))[0].weakness is Weakness.ANY_SUBJECT


@pytest.mark.parametrize(
    ("action", "is_let_in"),
    [
        ("sts:TagSession", False),
        ("sts:SetSourceIdentity", False),
        ("sts:AssumeRole", True),
        ("sts:*", True),
        ("sts:Assume*", True),
        ("*", True),
    ],
)
def test_who_may_only_tag_a_session_is_not_let_in(action: str, is_let_in: bool) -> None:
    found = of(lets("*", action), lets({"AWS": ACCOUNT}))
    assert bool(found) is is_let_in


def test_a_statement_nobody_understands_may_let_in_anybody() -> None:
    odd = {"StringSeemsLike": {"aws:PrincipalOrgID": "o-1"}}
    (one,) = of(lets("*", Condition=odd))
    assert one.decision.outcome is Outcome.UNKNOWN
    assert one.opening
    away = {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": odd}
    (one,) = of(lets({"AWS": ACCOUNT}), away)
    assert one.decision.outcome is Outcome.UNKNOWN
    assert not one.opening
    (one,) = of(lets(BY_GITHUB, WEB), away)
    assert one.opening
    several = of(lets("*"), lets({"AWS": ACCOUNT}, Condition=odd))
    assert several[0].weakness is Weakness.EVERYBODY
    assert several[-1].decision.outcome is Outcome.UNKNOWN


def test_a_service_acts_for_accounts_of_no_organisation() -> None:
    config, own = {"Service": "config.amazonaws.com"}, {"aws:SourceOrgID": "o-1"}
    if_any = of(lets(config, Condition={"StringEqualsIfExists": own}))
    assert if_any[0].weakness is Weakness.NO_SOURCE
    assert of(lets(config, Condition={"StringEquals": own}))[0].weakness is Weakness.NONE


@pytest.mark.parametrize("who", ["*", {"AWS": OTHER}])
def test_a_session_called_like_its_user_is_of_a_user(who: Any) -> None:
    named = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    assert of(lets(who, Condition=named))


@pytest.mark.parametrize(("owner", "comes_in"), [("acme", False), ("acme*", True)])
def test_what_a_control_policy_asks_of_a_token_counts(owner: str, comes_in: bool) -> None:
    whole = document({"Effect": "Allow", "Action": "*", "Resource": "*"}, kind=Kind.RCP)
    like = {"StringNotLike": {f"{GITHUB}:repository_owner": owner}}
    ours = document(deny("sts:*", Condition=like), kind=Kind.RCP)
    written = read(policy(lets(BY_GITHUB, WEB)), name="its trust policy", kind=Kind.TRUST)
    found = trusted(written, APP, account=ACCOUNT, rcps=((whole, ours),))
    assert (Weakness.ANY_SUBJECT in {one.weakness for one in found}) is comes_in


def test_a_policy_of_more_claims_than_are_gone_through_is_not_known() -> None:
    several = {
        f"{GITHUB}:{name}": [f"{letter}*{name}{number}" for number in range(40)]
        for name, letter in (("repository_owner", "a"), ("actor", "b"))
    }
    (one,) = github(StringLike=several | {f"{GITHUB}:sub": "repo:acme/*"})
    assert one.decision.outcome is Outcome.UNKNOWN

"""From the internet to what is confidential: stories of whole accounts."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, allow, deny, document, lets, policy

from ringwall.posture.permissions.accounts import account
from ringwall.posture.permissions.administrators import administrators_without
from ringwall.posture.permissions.asking import context_of, could, speaks
from ringwall.posture.permissions.buckets import bucket_exposed
from ringwall.posture.permissions.cutting import cheapest_cut
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.escalation import escalations
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.paths import INTERNET, Hop, Path, ways
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.terrain import Kept, Open, hops, targets, terrain

BUCKET = Kept("aws-s3-bucket", "arn:aws:s3:::ledger", "ledger")
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
WEB = f"arn:aws:iam::{ACCOUNT}:role/web"
OPEN = Open(Workload("aws-ec2-instance", INSTANCE, WEB), "its port 443 is open to the world")


def role(name: str, trust: Any, *statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": policy(trust),
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": policy(*statements)}],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [{"Arn": "profile"}],
    }


EC2 = lets({"Service": "ec2.amazonaws.com"})


def walked(
    *roles: dict[str, Any], kept: Kept = BUCKET, open_ones: tuple[Open, ...] = (OPEN,)
) -> tuple[list[Path], list[Hop]]:
    whole = account(ACCOUNT, roles=roles)
    running = [one.workload for one in open_ones]
    within = terrain(whole, escalations(whole, workloads=running), open_ones)
    several = hops(within, [kept])
    found = ways(several, [INTERNET], targets([kept]))
    assert found.is_all
    return list(found.paths), cheapest_cut(several, [INTERNET], targets([kept])) or []


def test_a_public_instance_whose_role_reads_the_bucket() -> None:
    paths, cut = walked(role("web", EC2, allow("s3:Get*", "arn:aws:s3:::ledger/*")))
    assert [str(path) for path in paths] == [
        (
            f"the internet reaches {INSTANCE}: its port 443 is open to the world;"
            f" {INSTANCE} runs as {WEB}; web may s3:GetObject ledger"
        )
    ]
    assert paths[0].is_certain
    assert [one.target for one in cut] == [BUCKET.arn]


def test_a_role_that_reads_something_else_leads_nowhere() -> None:
    paths, cut = walked(role("web", EC2, allow("s3:Get*", "arn:aws:s3:::other/*")))
    assert not paths
    assert not cut


def test_by_a_second_role_that_trusts_the_first() -> None:
    paths, _ = walked(
        role("web", EC2, allow("sts:AssumeRole")),
        role("reports", lets({"AWS": WEB}), allow("s3:*")),
    )
    assert [path.hops[2].technique for path in paths] == ["sts-assume-role"]
    assert str(paths[0]).endswith("web assumes reports; reports may s3:GetObject ledger")


def test_by_an_escalation_to_every_permission() -> None:
    paths, _ = walked(role("web", EC2, allow("iam:PutRolePolicy", WEB)))
    assert [one.target for one in paths[0].hops][-2:] == [
        f"administrator/{ACCOUNT}",
        BUCKET.arn,
    ]


def test_by_a_role_that_lets_everybody_in() -> None:
    paths, _ = walked(role("open", lets({"AWS": "*"}), allow("s3:*")), open_ones=())
    assert [len(path.hops) for path in paths] == [2]
    assert "every AWS account" in str(paths[0])


def test_by_a_role_that_lets_in_those_of_no_organisation() -> None:
    trust = lets("*", Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})
    (path,), _ = walked(role("open", trust, allow("s3:*")), open_ones=())
    assert path.is_certain


@pytest.mark.parametrize(
    ("host", "ways_in"),
    [
        ("token.actions.githubusercontent.com", [True]),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1", []),
        ("sso.acme.example/realms/x", []),
    ],
)
def test_a_provider_is_a_way_where_strangers_get_its_tokens(host: str, ways_in: list[bool]) -> None:
    federated = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"}
    trust = lets(federated, "sts:AssumeRoleWithWebIdentity")
    paths, _ = walked(role("open", trust, allow("s3:*")), open_ones=())
    assert [path.is_certain for path in paths] == ways_in


def test_what_a_units_control_policy_keeps_out_of_a_role_may_come_in() -> None:
    """It is not known that the account is in the unit."""
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
    perimeter = document(deny("sts:*", Condition=outside), kind=Kind.RCP)
    open_role = role("open", lets("*"), allow("s3:*"))
    for units, certain in (((), True), ((("workloads", (perimeter,)),), False)):
        within = terrain(account(ACCOUNT, roles=[open_role], units=units), [])
        assert [one.is_certain for one in within.hops] == [certain]


def test_a_trust_policy_that_nobody_understands_may_let_in() -> None:
    odd = lets("*", Condition={"StringSeemsLike": {"aws:PrincipalOrgID": "o-1"}})
    (path,), cut = walked(role("open", odd, allow("s3:*")), open_ones=())
    assert not path.is_certain
    assert "may let in any AWS account: statement 1" in str(path)
    assert cut
    elsewhere = lets(
        {"Service": "lambda.amazonaws.com"}, "sts:TagSession", Condition=odd["Condition"]
    )
    assert not walked(role("open", elsewhere, allow("s3:*")), open_ones=())[0]


def test_guests_of_an_identity_pool_may_be_anybody() -> None:
    name = "cognito-identity.amazonaws.com"
    condition = {
        "StringEquals": {f"{name}:aud": "eu-west-1:ours"},
        "ForAnyValue:StringLike": {f"{name}:amr": "unauthenticated"},
    }
    guests = lets({"Federated": name}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    (path,), _ = walked(role("guest", guests, allow("s3:*")), open_ones=())
    assert not path.is_certain
    assert "lets in guests of its identity pool" in str(path)


@pytest.mark.parametrize(
    ("condition", "calls", "certain"),
    [
        ({"Null": {"sts:ExternalId": "false"}}, "sts:AssumeRole", [True]),
        ({"StringLike": {"sts:ExternalId": "*"}}, "sts:AssumeRole", [True]),
        ({"StringNotEquals": {"sts:ExternalId": "x"}}, "sts:AssumeRole", [True]),
        ({"StringEquals": {"sts:ExternalId": "x"}}, "sts:AssumeRole", [False]),
        ({"StringEquals": {"sts:ExternalId": "*"}}, "sts:AssumeRole", [False]),
        ({"StringEquals": {"sts:RoleSessionName": "x"}}, "sts:AssumeRole", [True]),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, "sts:AssumeRole", []),
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, "sts:AssumeRole", []),
        ({"StringEqualsIfExists": {"aws:RequestTag/team": "a"}}, "sts:AssumeRole", [True]),
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, "sts:*", [True]),
    ],
)
def test_what_whoever_takes_a_role_may_say(condition: Any, calls: str, certain: list[bool]) -> None:
    """Any external id where any will do, but no name of a user, nor tags without being let tag."""
    paths, _ = walked(
        role("web", EC2, allow(["sts:AssumeRole", "sts:TagSession"])),
        role("reports", lets({"AWS": WEB}, calls, Condition=condition), allow("s3:*")),
    )
    assert [path.is_certain for path in paths] == certain


def test_a_deny_for_an_external_id_is_passed_by_saying_another() -> None:
    for operator, certain in (("StringEquals", True), ("StringNotEquals", False)):
        away = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
        trust = [lets({"AWS": WEB}), away | {"Condition": {operator: {"sts:ExternalId": "x"}}}]
        reports = role("reports", trust[0], allow("s3:*"))
        reports["AssumeRolePolicyDocument"] = policy(*trust)
        (path,), _ = walked(role("web", EC2, allow("sts:AssumeRole")), reports)
        assert path.is_certain is certain


def test_a_bucket_that_is_public_itself() -> None:
    written = policy(lets("*", "s3:GetObject", Resource="arn:aws:s3:::ledger/*"))
    public = tuple(bucket_exposed(BUCKET.arn, account=ACCOUNT, policy=written))
    kept = Kept(BUCKET.kind, BUCKET.arn, BUCKET.name, exposed=public)
    paths, _ = walked(kept=kept, open_ones=())
    assert [str(path) for path in paths] == ["anybody may s3:GetObject ledger"]
    blocked = bucket_exposed(
        BUCKET.arn, account=ACCOUNT, policy=written, bucket_block={"RestrictPublicBuckets": True}
    )
    kept = Kept(BUCKET.kind, BUCKET.arn, BUCKET.name, exposed=tuple(blocked))
    assert not walked(kept=kept, open_ones=())[0]


def test_the_policy_of_a_secret_keeps_roles_out_and_lets_them_in() -> None:
    arn = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s"

    def kept(*statements: dict[str, Any]) -> Kept:
        written = read(policy(*statements), name="its policy", kind=Kind.RESOURCE)
        return Kept("aws-secretsmanager-secret", arn, "s", policy=written)

    reading = role("web", EC2, allow("secretsmanager:*"))
    away = deny("*", Principal={"AWS": WEB})
    assert walked(reading, kept=kept(lets({"AWS": ACCOUNT}, "*")))[0]
    assert not walked(reading, kept=kept(away))[0]
    named = lets({"AWS": WEB}, "secretsmanager:GetSecretValue", Resource="*")
    assert walked(role("web", EC2, allow("ec2:*")), kept=kept(named))[0]


def test_what_hangs_on_conditions_is_not_certain() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    paths, _ = walked(role("web", EC2, allow("s3:*", Condition=mfa)))
    assert [path.is_certain for path in paths] == [False]


@pytest.mark.parametrize(
    ("resources", "may_mean"),
    [
        ({"Resource": "*"}, True),
        ({"Resource": "arn:aws:s3:::led*"}, True),
        ({"Resource": "arn:*:s3:::ledger/*"}, True),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}, True),
        ({"Resource": "arn:aws:s3:::ledger/2026/*"}, True),
        ({"Resource": "arn:aws:s3:::ledge?/*"}, True),
        ({"NotResource": "arn:aws:s3:::ledger/*"}, True),
        ({"Resource": "arn:aws:s3:::ledgers/*"}, False),
        ({"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::mail/*"]}, False),
    ],
)
def test_what_begins_otherwise_is_not_asked_for(resources: dict[str, Any], may_mean: bool) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", **resources}
    (identity,) = account(ACCOUNT, roles=[role("web", EC2, statement)]).roles.values()
    assert speaks(identity, "s3:GetObject", "arn:aws:s3:::ledger/*") is may_mean
    context = context_of(identity)
    decision, _ = could(identity, ["s3:GetObject"], "arn:aws:s3:::ledger/*", context=context)
    assert not decision.may_be or may_mean


def test_a_role_that_two_policies_let_read_names_the_statements_of_both() -> None:
    arn = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s"
    named = lets({"AWS": WEB}, "secretsmanager:GetSecretValue", Resource="*")
    written = read(policy(named), name="its policy", kind=Kind.RESOURCE)
    kept = Kept("aws-secretsmanager-secret", arn, "s", policy=written)
    (path,), _ = walked(role("web", EC2, allow("secretsmanager:*")), kept=kept)
    assert set(path.hops[-1].by) == {"statement 1 of inline", "statement 1 of its policy"}


def test_an_administrator_made_less_may_still_come_by_what_it_has_besides() -> None:
    whole = account(
        ACCOUNT,
        roles=[
            role("web", EC2, allow("*"), allow("sts:AssumeRole")),
            role("reports", lets({"AWS": WEB}), allow("s3:*")),
        ],
    )
    (less,) = administrators_without(whole)
    assert [one.technique for one in escalations(whole, of=[less])] == ["sts-assume-role"]
    assert not [one for one in escalations(whole) if one.principal == WEB]


REGION = f"eu-west-1:{ACCOUNT}"


@pytest.mark.parametrize(
    ("kind", "arn", "action", "resource"),
    [
        (kind, arn, action, resource)
        for kind, arn, named in (
            (
                "aws-dynamodb-table",
                f"arn:aws:dynamodb:{REGION}:table/orders",
                {
                    "dynamodb:Query": f"arn:aws:dynamodb:{REGION}:table/orders",
                    "dynamodb:GetItem": f"arn:aws:dynamodb:*:{ACCOUNT}:table/ord*",
                    "dynamodb:GetRecords": f"arn:aws:dynamodb:{REGION}:table/orders/stream/*",
                },
            ),
            (
                "aws-ssm-parameter",
                f"arn:aws:ssm:{REGION}:parameter/shop/key",
                {
                    "ssm:GetParameters": f"arn:aws:ssm:{REGION}:parameter/shop/*",
                    "ssm:GetParametersByPath": f"arn:aws:ssm:{REGION}:parameter/shop",
                },
            ),
            (
                "aws-ec2-snapshot",
                f"arn:aws:ec2:{REGION}:snapshot/snap-1",
                {
                    "ec2:ModifySnapshotAttribute": "arn:aws:ec2:eu-west-1::snapshot/*",
                    "ec2:CopySnapshot": "arn:aws:ec2:*::snapshot/snap-1",
                },
            ),
            (
                "aws-redshift-cluster",
                f"arn:aws:redshift:{REGION}:cluster:sales",
                {
                    "redshift:GetClusterCredentials": f"arn:aws:redshift:{REGION}:dbuser:sales/*",
                    "redshift:GetClusterCredentialsWithIAM": f"arn:aws:redshift:{REGION}:dbname:*",
                },
            ),
            ("aws-s3-bucket", BUCKET.arn, {"s3:PutBucketPolicy": BUCKET.arn}),
            (
                "aws-kms-key",
                f"arn:aws:kms:{REGION}:key/k",
                {"kms:CreateGrant": "*", "kms:PutKeyPolicy": "*"},
            ),
        )
        for action, resource in named.items()
    ],
)
def test_each_call_that_gets_at_something_is_a_way_by_itself(
    kind: str, arn: str, action: str, resource: str
) -> None:
    to_account = lets({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*", Resource="*")
    of_key = read(policy(to_account), name="its policy", kind=Kind.RESOURCE)
    kept = Kept(kind, arn, "it", policy=of_key if kind == "aws-kms-key" else None)
    (path,), _ = walked(role("web", EC2, allow(action, resource)), kept=kept)
    assert path.is_certain
    assert path.hops[-1].how == f"web may {action} it"
    assert not walked(role("web", EC2, allow(action, f"{resource}-2")), kept=kept)[0] or (
        resource.endswith("*")
    )


def test_all_statements_have_to_go_that_let_somebody_read_one_way_or_the_other() -> None:
    arn = f"arn:aws:dynamodb:{REGION}:table/orders"
    several = (allow("dynamodb:Query", arn), allow("dynamodb:GetItem", arn), allow("s3:GetObject"))
    (path,), _ = walked(role("web", EC2, *several), kept=Kept("aws-dynamodb-table", arn, "orders"))
    assert sorted(path.hops[-1].by) == ["statement 1 of inline", "statement 2 of inline"]
    shut = deny("dynamodb:Query")
    (path,), _ = walked(
        role("web", EC2, *several, shut), kept=Kept("aws-dynamodb-table", arn, "orders")
    )
    assert path.hops[-1].how == "web may dynamodb:GetItem orders"
    assert list(path.hops[-1].by) == ["statement 2 of inline"]

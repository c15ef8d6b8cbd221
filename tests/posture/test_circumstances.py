"""What is known of a call for data bears on it: when, where, of which tags, and what it carries."""

from typing import Any

import pytest
from tests.posture.test_across import (
    FRONT,
    FULL,
    IN_ROOT,
    LAMBDA,
    LEDGER,
    MEMBER,
    VAULT,
    Parts,
    bucket,
    document,
    front,
    organisation,
    read_of,
    role,
    statement,
    walked,
)

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.checking import ABSENT
from ringwall.posture.permissions.carrying import carries
from ringwall.posture.snapshot.snapshot import LISTED, Snapshot

WEB = f"arn:aws:iam::{VAULT}:role/web"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{VAULT}:secret:db-AbCdEf"
GETS = ("secretsmanager:GetSecretValue", SECRET)
READS = ("s3:GetObject", f"{LEDGER}/*")


def asks(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def denies(action: str, **more: Any) -> dict[str, Any]:
    if "NotResource" not in more:
        more["Resource"] = "*"
    return {"Effect": "Deny", "Action": action, **more}


def web(*statements: dict[str, Any]) -> Parts:
    return role(WEB, LAMBDA, *statements)


def runs() -> Parts:
    """A function that answers the internet, and runs as the role."""
    arn = f"arn:aws:lambda:eu-west-1:{VAULT}:function:front"
    (about,) = front(WEB).values()
    calls = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    lets = statement(calls, arn, Principal="*")
    return {f"aws-lambda-function/{arn}": {**about, "policy": document(lets)}}


def secret() -> Parts:
    return {f"aws-secretsmanager-secret/{SECRET}": {"policy": ABSENT}}


def tagged(made: Snapshot, **tags: str) -> Snapshot:
    """The same, where the secret has tags."""
    found = Found(
        kind="aws-secretsmanager-secret",
        name=SECRET,
        label="db",
        account=VAULT,
        region="eu-west-1",
        tags=tuple(tags.items()),
    )
    seen = made.add(found)
    seen.aspects[LISTED] = Observation(State.KNOWN, {}, "case")
    seen.aspects["policy"] = Observation(State.ABSENT, None, "case")
    return made


def standing(kept: Parts, *statements: dict[str, Any]) -> str:
    (one,) = walked(read_of(VAULT, runs(), kept, web(*statements))).assets
    return one.standing.value


@pytest.mark.parametrize(
    ("region", "expected"), [("eu-west-1", "reached"), ("us-east-1", "no way")]
)
def test_what_stands_in_a_region_is_had_there_alone(region: str, expected: str) -> None:
    there = asks("StringEquals", "aws:RequestedRegion", region)
    assert standing(secret(), statement(*GETS, **there)) == expected
    assert standing(bucket(), statement(*READS, **there)) == expected
    elsewhere = asks("StringNotEquals", "aws:RequestedRegion", region)
    forbidden = denies("*", **elsewhere)
    assert standing(secret(), statement(*GETS), forbidden) == expected


def test_a_copy_is_taken_to_whichever_region_suits() -> None:
    arn = f"arn:aws:rds:eu-west-1:{VAULT}:snapshot:s"
    there = asks("StringEquals", "aws:RequestedRegion", "us-east-1")
    kept: Parts = {f"aws-rds-snapshot/{arn}": {"restorable_by": []}}
    assert standing(kept, statement("rds:CopyDBSnapshot", arn, **there)) == "reached"


@pytest.mark.parametrize(
    "condition",
    [
        asks("StringEquals", "aws:RequestTag/team", "a"),
        asks("StringEquals", "s3:x-amz-acl", "private"),
        asks("StringEquals", "s3:prefix", "a"),
    ],
)
def test_a_call_that_carries_no_such_thing_has_no_such_key(condition: dict[str, Any]) -> None:
    assert standing(bucket(), statement(*READS, **condition)) == "no way"
    assert standing(bucket(), statement("*", **condition)) == "no way"
    assert standing(bucket(), statement(*READS), denies("s3:*", **condition)) == "reached"


def test_calls_that_make_or_tag_carry_tags_and_headers() -> None:
    for action in ("ec2:runinstances", "iam:createrole", "s3:createbucket", "sts:assumerole"):
        assert carries(action, "aws:requesttag/team")
    for action in ("iam:attachrolepolicy", "iam:putrolepolicy", "s3:putbucketpolicy"):
        assert not carries(action, "aws:requesttag/team")
    assert carries("ec2:deletetags", "aws:tagkeys")
    assert carries("s3:putobject", "s3:x-amz-acl")
    assert carries("s3:getobject", "s3:x-amz-content-sha256")
    assert carries("s3:listbucket", "s3:prefix")
    assert carries("s3:getobject", "aws:sourceip")


@pytest.mark.parametrize(
    ("operator", "expected"), [("DateLessThan", "no way"), ("DateGreaterThan", "reached")]
)
def test_it_is_now(operator: str, expected: str) -> None:
    for key, moment in (
        ("aws:CurrentTime", "2020-01-01T00:00:00Z"),
        ("aws:EpochTime", "1577836800"),
    ):
        assert standing(bucket(), statement(*READS, **asks(operator, key, moment))) == expected


def test_sessions_that_were_revoked_keep_out_nobody_who_begins_one_now() -> None:
    revoked = denies("*", **asks("DateLessThan", "aws:TokenIssueTime", "2024-01-01T00:00:00Z"))
    told = walked(read_of(VAULT, runs(), bucket(), web(statement(*READS), revoked)))
    (path,) = told.paths
    assert path.is_certain
    assert path.hops[-1].by == ("statement 1 of own",)


@pytest.mark.parametrize(("team", "expected"), [("a", "reached"), ("b", "no way")])
def test_the_tags_of_what_is_kept_are_known_where_they_were_read(team: str, expected: str) -> None:
    for key in ("aws:ResourceTag/team", "secretsmanager:ResourceTag/team"):
        may = web(statement(*GETS, **asks("StringEquals", key, "a")))
        (one,) = walked(tagged(read_of(VAULT, runs(), may), team=team)).assets
        assert one.standing.value == expected
        (one,) = walked(tagged(read_of(VAULT, runs(), may))).assets
        assert one.standing.value == "perhaps"


@pytest.mark.parametrize(("ours", "expected"), [("o-1", "reached"), ("o-2", "no way")])
def test_the_organisation_of_what_is_kept_is_known(ours: str, expected: str) -> None:
    guard = denies("s3:*", **asks("StringNotEqualsIfExists", "aws:ResourceOrgID", ours))
    made = read_of(
        VAULT, runs(), bucket(), web(statement(*READS), guard), organization={"Id": "o-1"}
    )
    assert walked(made).assets[0].standing.value == expected
    outside = f"arn:aws:iam::{FRONT}:role/web"
    lets = statement(*READS, Principal={"AWS": outside})
    side = read_of(
        FRONT,
        front(),
        role(outside, LAMBDA, statement(*READS), guard),
        organization={"Id": "o-3"},
    )
    vault = read_of(VAULT, bucket(document(lets)), organization={"Id": "o-1"})
    assert walked(side, vault).assets[0].standing.value == expected


def test_what_a_denial_spares_is_tried() -> None:
    spared = f"{LEDGER}/public/*"
    assert standing(bucket(), statement(*READS), denies("s3:*", NotResource=spared)) == "reached"
    other = denies("s3:*", NotResource="arn:aws:s3:::other/*")
    assert standing(bucket(), statement(*READS), other) == "no way"
    makes = statement(["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"])
    named = denies("iam:*", NotResource=f"arn:aws:iam::{VAULT}:role/app-*")
    assert standing(bucket(), makes, named) == "reached"


def test_what_the_denial_of_a_boundary_spares_is_tried() -> None:
    bound = f"arn:aws:iam::{VAULT}:policy/bound"
    version = {"VersionId": "v1", "IsDefaultVersion": True}
    written = document(statement("*"), denies("s3:*", NotResource=f"{LEDGER}/public/*"))
    policy = {
        "PolicyName": "bound",
        "Arn": bound,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version | {"Document": written}],
    }
    (details,) = (dict(one["details"]) for one in web(statement(*READS)).values())
    details["PermissionsBoundary"] = {"PermissionsBoundaryArn": bound}
    bounded = {f"aws-iam-role/{WEB}": {"details": details}}
    account = read_of(
        VAULT, runs(), bucket(), bounded, {f"aws-iam-policy/{bound}": {"details": policy}}
    )
    assert walked(account).assets[0].standing.value == "reached"


@pytest.mark.parametrize(("spared", "expected"), [("ledger", "reached"), ("other", "no way")])
def test_what_a_control_policy_spares_is_tried(spared: str, expected: str) -> None:
    guard = document(denies("s3:*", NotResource=f"arn:aws:s3:::{spared}/public/*"))
    made = read_of(VAULT, runs(), bucket(), web(statement(*READS)), **MEMBER)
    (one,) = walked(made, organisation(FULL, ("guard", guard, IN_ROOT))).assets
    assert one.standing.value == expected


BESIDE = f"arn:aws:iam::{VAULT}:role/reader"
ASKED = asks("StringEquals", "sts:ExternalId", "x")


def test_what_a_way_that_may_be_leads_to_is_not_out_of_reach_and_is_told_with_the_cut() -> None:
    own = web(statement(*READS), statement("sts:AssumeRole", BESIDE))
    beside = role(BESIDE, {"AWS": VAULT}, statement(*READS), **ASKED)
    made = read_of(VAULT, runs(), bucket(), own, beside)
    told = walked(made)
    assert [hop.mend for hop in told.cut] == ["take s3:GetObject from web"]
    assert told.left == (LEDGER,)
    safe = {one.does: one.safe for one in told.single}
    assert safe["take s3:GetObject from web"] == ()
    assert safe["keep the internet from front"] == (LEDGER,)
    alone = walked(read_of(VAULT, runs(), bucket(), web(statement(*READS))))
    assert alone.left == ()


def test_the_mend_of_a_hop_names_all_calls_that_do_the_same() -> None:
    for may in (statement("s3:*"), statement("s3:*", Condition={"Bool": {"aws:Any": "true"}})):
        told = walked(read_of(VAULT, runs(), bucket(), web(may)))
        calls = "s3:GetObject, s3:GetObjectVersion and s3:PutBucketPolicy"
        assert [hop.mend for hop in told.cut] == [f"take {calls} from web"]


def outside(name: str, *statements: dict[str, Any]) -> tuple[str, Parts, Parts]:
    """A role of the other account, and a function that answers the internet as it."""
    arn = f"arn:aws:iam::{FRONT}:role/{name}"
    runs_there = f"arn:aws:lambda:eu-west-1:{FRONT}:function:{name}"
    (about,) = front(arn).values()
    calls = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    opened = {**about, "policy": document(statement(calls, runs_there, Principal="*"))}
    return arn, role(arn, LAMBDA, *statements), {f"aws-lambda-function/{runs_there}": opened}


def test_a_trust_that_lets_two_in_is_one_change_that_ends_both_ways() -> None:
    assumes = statement("sts:AssumeRole", BESIDE)
    parts = [part for name in ("web", "shop") for part in outside(name, assumes)[1:]]
    beside = role(BESIDE, {"AWS": FRONT}, statement(*READS))
    told = walked(read_of(FRONT, *parts), read_of(VAULT, beside, bucket()))
    assert len(told.paths) == 2
    (change,) = [one for one in told.single if "trust policy" in one.does]
    assert change.by == ("statement 1 of trust policy of reader",)
    assert change.account == VAULT
    assert change.ends == (0, 1)
    assert change.safe == (LEDGER,)


def test_what_stands_for_every_permission_is_no_policy_that_allows_a_hop() -> None:
    _, everything, opened = outside("web", statement("*"))
    beside = role(BESIDE, {"AWS": f"arn:aws:iam::{FRONT}:role/other"}, statement(*READS))
    _, other, _ = outside("other")
    told = walked(read_of(FRONT, everything, opened, other), read_of(VAULT, beside, bucket()))
    (path,) = told.paths
    assert [hop.by for hop in path.hops[2:4]] == [
        ("statement 1 of own",),
        ("statement 1 of trust policy of reader",),
    ]


def test_policies_of_two_of_one_name_are_two_changes() -> None:
    named = f"arn:aws:secretsmanager:eu-west-1:{VAULT}:secret:ledger"
    key = f"arn:aws:kms:eu-west-1:{VAULT}:key/k"
    own = (statement("s3:GetObject"), statement(GETS[0]), statement("kms:Decrypt"))
    arn, may, opened = outside("web", *own)
    lets = {"Principal": {"AWS": arn}}
    kept = bucket(document(statement(*READS, **lets)))
    policy = document(statement(GETS[0], named, **lets))
    hidden: dict[str, dict[str, Any]] = {
        f"aws-secretsmanager-secret/{named}": {"policy": policy, LISTED: {"KmsKeyId": key}},
        f"aws-kms-key/{key}": {"policy": document(statement("kms:Decrypt", **lets)), "grants": []},
    }
    told = walked(read_of(FRONT, may, opened), read_of(VAULT, kept, hidden))
    by_policy = [one for one in told.single if one.by == ("statement 1 of policy of ledger",)]
    assert sorted(one.safe for one in by_policy) == [(LEDGER,), (named,)]


@pytest.mark.parametrize(
    ("region", "expected"), [("us-east-1", "reached"), ("eu-west-1", "no way")]
)
def test_what_is_everywhere_is_called_in_one_region(region: str, expected: str) -> None:
    """Whoever may write themselves policies there alone may write none elsewhere."""
    there = asks("StringEquals", "aws:RequestedRegion", region)
    assert standing(bucket(), statement("iam:PutRolePolicy", "*", **there)) == expected


@pytest.mark.parametrize(
    ("actions", "expected"),
    [(["sts:AssumeRole"], "no way"), (["sts:AssumeRole", "sts:TagSession"], "perhaps")],
)
def test_a_tag_of_a_session_takes_the_place_of_the_roles_own(
    actions: list[str], expected: str
) -> None:
    team = asks("StringEquals", "aws:PrincipalTag/team", "a")
    lets = {"Effect": "Allow", "Principal": {"AWS": WEB}, "Action": actions}
    arn = f"arn:aws:iam::{VAULT}:role/reader"
    told = {
        "RoleName": "reader",
        "Arn": arn,
        "Tags": [{"Key": "team", "Value": "x"}],
        "AssumeRolePolicyDocument": document(lets),
        "RolePolicyList": [
            {"PolicyName": "own", "PolicyDocument": document(statement(*READS, **team))}
        ],
    }
    reader: Parts = {f"aws-iam-role/{arn}": {"details": told}}
    takes = [statement(one, arn) for one in actions]
    assert standing({**bucket(), **reader}, *takes) == expected


@pytest.mark.parametrize(
    "resource", [f"{LEDGER}/${{aws:PrincipalTag/team}}/*", f"{LEDGER}-${{aws:PrincipalTag/team}}/*"]
)
def test_what_a_variable_stands_for_that_is_open_makes_no_way_certain(resource: str) -> None:
    assert standing(bucket(), statement("s3:GetObject", resource)) in {"perhaps", "no way"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("secretsmanager:TagResource", "perhaps"),
        ("secretsmanager:UntagResource", "perhaps"),
        ("secretsmanager:DescribeSecret", "no way"),
    ],
)
def test_whoever_may_tag_what_is_kept_gives_it_the_tag_that_suits(tags: str, expected: str) -> None:
    team = asks("StringEquals", "aws:ResourceTag/team", "a")
    kept = read_of(VAULT, runs(), web(statement(*GETS, **team), statement(tags, SECRET)))
    (one,) = walked(tagged(kept, team="b")).assets
    assert one.standing.value == expected


@pytest.mark.parametrize(("tags", "expected"), [("iam:TagRole", "perhaps"), ("iam:*", "reached")])
def test_whoever_may_tag_itself_is_who_suits(tags: str, expected: str) -> None:
    team = asks("StringEquals", "aws:PrincipalTag/team", "a")
    assert standing(bucket(), statement(*READS, **team), statement(tags, WEB)) == expected

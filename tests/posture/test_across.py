"""From one account into another: both sides have to allow it, and what is not known is told."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.across import land_of
from ringwall.posture.attacks import DATA, Attacks, assets_of, attacks, place_of
from ringwall.posture.checking import ABSENT, DENIED
from ringwall.posture.checks.aws.attack import READS
from ringwall.posture.keeping import Accounts
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.runtime import opening
from ringwall.runtime.refusals import Refused

FRONT, VAULT, ROOT = "111122223333", "444455556666", "777788889999"
LEDGER = "arn:aws:s3:::ledger"
WEB = f"arn:aws:iam::{FRONT}:role/web"
READER = f"arn:aws:iam::{VAULT}:role/reader"
POLICY = "aws-organizations-policy"
RESOURCE_POLICY = "aws-organizations-resource-control-policy"
LAMBDA = {"Service": "lambda.amazonaws.com"}
Parts = Mapping[str, Mapping[str, Any]]


def statement(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(arn: str, trusts: Any, *statements: dict[str, Any], **conditions: Any) -> Parts:
    lets = {"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole", **conditions}
    details = {
        "RoleName": arn.rpartition("/")[2],
        "Arn": arn,
        "AssumeRolePolicyDocument": document(lets),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}],
    }
    return {f"aws-iam-role/{arn}": {"details": details}}


def front(runs_as: str = WEB, urls: Any = None) -> Parts:
    arn = f"arn:aws:lambda:eu-west-1:{FRONT}:function:front"
    opened = [{"FunctionUrl": "https://front", "AuthType": "NONE"}] if urls is None else urls
    lets = statement("lambda:InvokeFunctionUrl", arn, Principal="*")
    about = {"listed": {"Role": runs_as}, "urls": opened, "policy": document(lets)}
    return {f"aws-lambda-function/{arn}": about}


def bucket(policy: Any = ABSENT) -> Parts:
    block = dict.fromkeys(("IgnorePublicAcls", "RestrictPublicBuckets"), True)
    return {f"aws-s3-bucket/{LEDGER}": {"policy": policy, "public_access_block": block}}


def read_of(account: str, *parts: Parts, unlisted: tuple[str, ...] = (), **own: Any) -> Snapshot:
    """What was read of an account; ``own`` is what it tells of itself."""
    made = Snapshot()
    for kind in sorted({*DATA, POLICY, RESOURCE_POLICY, *(one.partition(".")[0] for one in READS)}):
        known = Observation(State.KNOWN, api="x:List")
        denied = Observation(State.DENIED, api="x:List", why="access denied")
        made.note_listing(Scope(kind, account), denied if kind in unlisted else known)
    region: Parts = {f"aws-region/{account}/eu-west-1": {}}
    for several in ({f"aws-account/{account}": own}, region, *parts):
        for component, aspects in several.items():
            kind, _, name = component.partition("/")
            label = name.rpartition(":")[2].rpartition("/")[2]
            where = "" if kind == "aws-account" else "eu-west-1"
            found = Found(kind=kind, name=name, label=label, account=account, region=where)
            seen = made.add(found)
            seen.aspects[LISTED] = Observation(State.KNOWN, {}, "case")
            for aspect, value in aspects.items():
                is_told = isinstance(value, Observation)
                seen.aspects[aspect] = value if is_told else Observation(State.KNOWN, value, "case")
    return made


ASSUMES = role(WEB, LAMBDA, statement("sts:AssumeRole", READER))
TRUSTS = role(READER, {"AWS": WEB}, statement("s3:GetObject", f"{LEDGER}/*"))


def walked(*several: Snapshot, **more: Any) -> Attacks:
    """The ways to what the vault holds, over all accounts."""
    numbers = [next(iter(one.of_kind("aws-account"))).found.name for one in several]
    land = land_of(dict(zip(numbers, several, strict=True)))
    vault = several[numbers.index(VAULT)]
    kept = list(assets_of(vault, VAULT, lambda _: ("confidential", "all is")))
    return attacks(vault, VAULT, kept, land=land, **more)


def standing(*several: Snapshot) -> str:
    (one,) = walked(*several).assets
    return one.standing.value


def test_a_role_that_trusts_a_role_of_another_account_continues_the_way() -> None:
    told = walked(read_of(FRONT, front(), ASSUMES), read_of(VAULT, TRUSTS, bucket()))
    (path,) = told.paths
    assert [hop.how for hop in path.hops[2:]] == [
        f"web of {FRONT} assumes reader of {VAULT}",
        "reader may s3:GetObject ledger",
    ]
    assert [hop.account for hop in path.hops] == [FRONT, FRONT, VAULT, VAULT]
    assert told.cut[0].account in {FRONT, VAULT}
    assert {one.account for one in told.single} == {FRONT, VAULT}
    assert told.unknown == ()


@pytest.mark.parametrize(
    ("front_role", "vault_role"),
    [
        (role(WEB, LAMBDA, statement("sts:AssumeRole", f"{READER}-2")), TRUSTS),
        (role(WEB, LAMBDA), TRUSTS),
        (ASSUMES, role(READER, {"AWS": f"{WEB}-2"}, statement("s3:*"))),
        (ASSUMES, role(READER, LAMBDA, statement("s3:*"))),
        (ASSUMES, role(READER, {"AWS": WEB}, statement("s3:GetObject", "arn:aws:s3:::other/*"))),
    ],
)
def test_one_side_that_allows_is_not_enough(front_role: Parts, vault_role: Parts) -> None:
    account = read_of(FRONT, front(), front_role)
    assert standing(account, read_of(VAULT, vault_role, bucket())) == "no way"


def test_the_account_alone_has_no_such_way() -> None:
    assert standing(read_of(VAULT, TRUSTS, bucket())) == "no way"


def test_an_external_id_that_nobody_knows_makes_it_one_that_may_be() -> None:
    asks = {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}
    trusts = role(READER, {"AWS": FRONT}, statement("s3:*"), **asks)
    vault = read_of(VAULT, trusts, bucket())
    assert standing(read_of(FRONT, front(), ASSUMES), vault) == "perhaps"


def test_an_organisation_is_let_in_by_its_id() -> None:
    ours = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
    vault = read_of(VAULT, role(READER, "*", statement("s3:*"), **ours), bucket())
    for number, expected in (("o-1", "reached"), ("o-2", "no way")):
        account = read_of(FRONT, front(), ASSUMES, organization={"Id": number})
        assert standing(account, vault) == expected


def test_a_policy_of_a_bucket_lets_a_role_of_another_account_read() -> None:
    lets = statement("s3:GetObject", f"{LEDGER}/*", Principal={"AWS": WEB})
    vault = read_of(VAULT, bucket(document(lets)))
    reads = role(WEB, LAMBDA, statement("s3:GetObject"))
    assert standing(read_of(FRONT, front(), reads), vault) == "reached"
    assert standing(read_of(FRONT, front(), role(WEB, LAMBDA)), vault) == "no way"
    unread = read_of(VAULT, bucket(DENIED))
    assert standing(read_of(FRONT, front(), reads), unread) == "perhaps"
    assert standing(read_of(FRONT, front(), role(WEB, LAMBDA)), unread) == "no way"


def test_who_has_every_permission_of_an_account_is_whoever_is_trusted_of_it() -> None:
    everything = read_of(FRONT, front(), role(WEB, LAMBDA, statement("*")))
    for trusted in (FRONT, f"arn:aws:iam::{FRONT}:root"):
        vault = read_of(VAULT, role(READER, {"AWS": trusted}, statement("s3:*")), bucket())
        assert standing(everything, vault) == "reached"
    deploy = f"arn:aws:iam::{FRONT}:role/deploy"
    vault = read_of(VAULT, role(READER, {"AWS": deploy}, statement("s3:*")), bucket())
    assert standing(everything, vault) == "no way", "there is no such role"
    there = read_of(FRONT, front(), role(WEB, LAMBDA, statement("*")), role(deploy, LAMBDA))
    assert standing(there, vault) == "reached"


DEPLOY = f"arn:aws:iam::{FRONT}:role/deploy-*"
RESERVED = f"arn:aws:iam::{FRONT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Data_1"
LINKED = f"arn:aws:iam::{FRONT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@pytest.mark.parametrize(
    ("whom", "operator", "key", "said", "expected"),
    [
        (FRONT, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy-*", "reached"),
        (FRONT, "ArnLike", "aws:PrincipalArn", DEPLOY, "reached"),
        (FRONT, "ArnLike", "aws:PrincipalArn", DEPLOY.replace(FRONT, ROOT), "no way"),
        (FRONT, "ArnEquals", "aws:PrincipalArn", RESERVED, "no way"),
        (FRONT, "StringEquals", "aws:PrincipalTag/team", "shop", "reached"),
        (FRONT, "StringEquals", "aws:PrincipalType", "User", "reached"),
        (RESERVED, "StringEquals", "aws:PrincipalAccount", FRONT, "no way"),
        (LINKED, "StringEquals", "aws:PrincipalAccount", FRONT, "no way"),
    ],
)
def test_who_has_every_permission_of_an_account_is_whomever_they_make(
    whom: str, operator: str, key: str, said: str, expected: str
) -> None:
    condition = {"Condition": {operator: {key: said}}}
    there = (role(RESERVED, LAMBDA), role(LINKED, LAMBDA))
    everything = read_of(FRONT, front(), role(WEB, LAMBDA, statement("*")), *there)
    trusts = role(READER, {"AWS": whom}, statement("s3:*"), **condition)
    assert standing(everything, read_of(VAULT, trusts, bucket())) == expected
    named = statement("s3:GetObject", f"{LEDGER}/*", Principal={"AWS": whom}, **condition)
    assert standing(everything, read_of(VAULT, bucket(document(named)))) == expected


def organisation(
    *policies: tuple[str, Any, Any], kind: str = POLICY, more: Parts | None = None, **own: Any
) -> Snapshot:
    """The management account, with control policies: name, what each denies, its targets."""
    several: Parts = {
        f"{kind}/{name}": {
            "content": content if isinstance(content, Observation) else orjson.dumps(content),
            "targets": targets,
        }
        for name, content, targets in policies
    }
    ours = {"organization": {"Id": "o-1", "MasterAccountId": ROOT}} | own
    return read_of(ROOT, several, more or {}, **ours)


IN_ROOT = [{"Type": "ROOT", "TargetId": "r-1", "Name": "Root"}]
IN_UNIT = [{"Type": "ORGANIZATIONAL_UNIT", "TargetId": "ou-1", "Name": "shops"}]
FULL = ("full", document(statement("*")), [*IN_ROOT, *IN_UNIT])
MEMBER: dict[str, Any] = {"organization": {"Id": "o-1", "MasterAccountId": ROOT}}


IN_THE_MANAGING = f"arn:aws:iam::{ROOT}:role/web"


@pytest.mark.parametrize(
    ("action", "of_vault", "expected"),
    [
        ("*", MEMBER, "reached"),
        ("sso:*", MEMBER, "reached"),
        ("s3:*", MEMBER, "no way"),
        ("*", {"organization": {"Id": "o-2", "MasterAccountId": FRONT}}, "no way"),
        ("*", {"organization": ABSENT}, "no way"),
    ],
)
def test_who_governs_an_organisation_has_what_its_members_have(
    action: str, of_vault: dict[str, Any], expected: str
) -> None:
    running = front(IN_THE_MANAGING), role(IN_THE_MANAGING, LAMBDA, statement(action))
    root = organisation(more={**running[0], **running[1]})
    assert standing(root, read_of(VAULT, bucket(), **of_vault)) == expected


def test_what_control_policies_leave_to_members_is_left_to_who_governs_them() -> None:
    running = front(IN_THE_MANAGING), role(IN_THE_MANAGING, LAMBDA, statement("*"))
    deny = document(statement("s3:*") | {"Effect": "Deny"})
    root = organisation(FULL, ("no", deny, IN_ROOT), more={**running[0], **running[1]})
    assert standing(root, read_of(VAULT, bucket(), **MEMBER)) == "no way"


@pytest.mark.parametrize(
    ("denied", "targets", "expected"),
    [
        ("sts:AssumeRole", IN_ROOT, "no way"),
        ("sts:AssumeRole", [{"Type": "ACCOUNT", "TargetId": FRONT}], "no way"),
        ("sts:AssumeRole", [{"Type": "ACCOUNT", "TargetId": ROOT}], "reached"),
        ("s3:GetObject", [{"Type": "ACCOUNT", "TargetId": VAULT}], "no way"),
        ("sts:AssumeRole", IN_UNIT, "perhaps"),
        ("ec2:RunInstances", IN_UNIT, "reached"),
        ("sts:AssumeRole", DENIED, "perhaps"),
    ],
)
def test_control_policies_of_both_accounts_count(denied: str, targets: Any, expected: str) -> None:
    deny = document(statement(denied) | {"Effect": "Deny"})
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    root = organisation(FULL, ("no", deny, targets))
    assert standing(account, vault, root) == expected


ANYBODY = {"Principal": "*"}
OUTSIDE = {"Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}


@pytest.mark.parametrize(
    ("denied", "targets", "expected"),
    [
        (statement("s3:*", **ANYBODY), IN_ROOT, "no way"),
        (statement("s3:*", **ANYBODY), [{"Type": "ACCOUNT", "TargetId": VAULT}], "no way"),
        (statement("s3:*", **ANYBODY), [{"Type": "ACCOUNT", "TargetId": FRONT}], "reached"),
        (statement("s3:*", **ANYBODY), [{"Type": "ACCOUNT", "TargetId": ROOT}], "reached"),
        (statement("s3:*", **ANYBODY), IN_UNIT, "perhaps"),
        (statement("s3:*", **ANYBODY), DENIED, "perhaps"),
        (statement("sts:AssumeRole", **ANYBODY), IN_ROOT, "no way"),
        (statement("s3:*", **ANYBODY, **OUTSIDE), IN_ROOT, "reached"),
        (statement("lambda:*", **ANYBODY), IN_ROOT, "reached"),
    ],
)
def test_resource_control_policies_count_for_what_is_in_an_account(
    denied: Any, targets: Any, expected: str
) -> None:
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    no = ("no", document(denied | {"Effect": "Deny"}), targets)
    assert standing(account, vault, organisation(no, kind=RESOURCE_POLICY)) == expected


def test_the_resource_control_policies_of_who_asks_do_not_count_for_what_others_have() -> None:
    lets = statement("s3:GetObject", f"{LEDGER}/*", Principal={"AWS": WEB})
    reads = role(WEB, LAMBDA, statement("s3:GetObject"))
    account = read_of(FRONT, front(), reads, **MEMBER)
    vault = read_of(VAULT, bucket(document(lets)), **MEMBER)
    deny = document(statement("s3:*", **ANYBODY) | {"Effect": "Deny"})
    for number, expected in ((FRONT, "reached"), (VAULT, "no way")):
        no = ("no", deny, [{"Type": "ACCOUNT", "TargetId": number}])
        assert standing(account, vault, organisation(no, kind=RESOURCE_POLICY)) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["o-1/r-1/ou-1/{}/"], "no way"),
        (["o-1/r-1/ou-0/ou-1/{}/"], "no way"),
        (["o-1/r-1/ou-2/{}/"], "reached"),
        (["o-1/r-1/{}/"], "reached"),
        ([], "perhaps"),
    ],
)
@pytest.mark.parametrize("kind", [POLICY, RESOURCE_POLICY])
def test_the_units_that_an_account_is_in_decide(kind: str, paths: Any, expected: str) -> None:
    accounts = [{"Id": FRONT}, {"Id": VAULT, "Paths": [one.format(VAULT) for one in paths]}]
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    who = ANYBODY if kind == RESOURCE_POLICY else {}
    deny = document(statement("s3:*", **who) | {"Effect": "Deny"})
    full = document(statement("*", **who))
    several = (("full", full, [*IN_ROOT, *IN_UNIT]), ("no", deny, IN_UNIT))
    root = organisation(*several, kind=kind, organization_accounts=accounts)
    assert standing(account, vault, root) == expected


def test_who_has_every_permission_of_an_account_has_what_control_policies_leave() -> None:
    """A control policy that denies something to all makes nobody less of an administrator."""
    everything = role(WEB, LAMBDA, statement("*"))
    account = read_of(VAULT, front(), everything, bucket(), **MEMBER)
    for denied, more, expected in (
        ("ec2:RunInstances", {}, "reached"),
        ("s3:GetObject", {}, "reached"),  # earlier versions are left, and the bucket's policy
        ("s3:*", {}, "no way"),
        ("s3:*", {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "*/x"}}}, "perhaps"),
    ):
        deny = document(statement(denied, **more) | {"Effect": "Deny"})
        root = organisation(FULL, ("no", deny, IN_ROOT))
        assert standing(account, root) == expected, denied


def test_what_may_be_attached_anywhere_may_allow_what_no_other_policy_does() -> None:
    few = ("few", document(statement("ec2:*")), IN_ROOT)
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    assert standing(account, vault, organisation(few)) == "no way"
    unknown = ("full", document(statement("*")), DENIED)
    assert standing(account, vault, organisation(few, unknown)) == "perhaps"


def test_it_is_said_that_control_policies_are_left_out_and_why() -> None:
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    denied = read_of(FRONT, front(), ASSUMES, organization=DENIED)
    told = walked(denied, vault)
    assert any(FRONT in one and "access denied" in one for one in told.left_out), told.left_out
    assert any(f"account {ROOT}, which tells them, was not read" in one for one in told.left_out)
    alone = read_of(FRONT, front(), ASSUMES, organization=ABSENT)
    own = read_of(VAULT, TRUSTS, bucket(), organization=ABSENT)
    assert walked(alone, own).left_out == ()


def test_what_only_leaves_something_is_not_named_as_what_gives_it() -> None:
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    (path,) = walked(account, vault, organisation(FULL)).paths
    said = [by for hop in path.hops for by in hop.by]
    assert "statement 1 of own" in said
    assert not any("full" in one for one in said)


def test_control_policies_that_may_not_be_read_leave_it_open() -> None:
    account = read_of(FRONT, front(), ASSUMES, **MEMBER)
    vault = read_of(VAULT, TRUSTS, bucket(), **MEMBER)
    root = read_of(ROOT, unlisted=(POLICY,), organization=MEMBER["organization"])
    told = walked(account, vault, root)
    assert told.assets[0].standing.value == "perhaps"
    assert any("control policies" in one for one in told.unknown)
    assert standing(account, vault, organisation(FULL, ("no", DENIED, IN_ROOT))) == "perhaps"


def test_what_hides_ways_in_one_account_hides_those_into_the_other() -> None:
    blind = read_of(FRONT, ASSUMES, unlisted=("aws-lambda-function",))
    assert standing(blind, read_of(VAULT, TRUSTS, bucket())) == "not known"
    apart = role(READER, LAMBDA, statement("s3:*"))
    assert standing(blind, read_of(VAULT, apart, bucket())) == "no way"
    dark = read_of(FRONT, unlisted=("aws-iam-role",))
    assert standing(dark, read_of(VAULT, TRUSTS, bucket())) == "not known"
    assert standing(dark, read_of(VAULT, apart, bucket())) == "no way"


def test_a_key_of_another_account_is_asked_for_by_name() -> None:
    name = f"arn:aws:kms:eu-west-1:{VAULT}:key/k"
    decrypts = statement("kms:Decrypt", Principal={"AWS": WEB})
    seen = Found(kind="aws-kms-key", name=name, label="k", account=VAULT, region="eu-west-1")
    vault = read_of(VAULT, {seen.id: {"policy": document(decrypts)}})
    for may, expected in ((statement("kms:Decrypt"), "reached"), (statement("s3:*"), "no way")):
        account = read_of(FRONT, front(), role(WEB, LAMBDA, may))
        land = land_of({FRONT: account, VAULT: vault})
        (told,) = attacks(vault, VAULT, [place_of(seen)], land=land).assets
        assert told.standing.value == expected


def _none(_: object) -> None:
    raise Refused("the database has no tables yet")


def test_commands_say_that_control_policies_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opening, "open_tables", _none)
    (tmp_path / "ringwall.yaml").write_text("version: 1\n")
    accounts = Accounts(tmp_path / ".ringwall")
    vault = read_of(VAULT, TRUSTS, bucket(), organization=DENIED)
    accounts.keep(VAULT, vault, read=datetime(2026, 6, 1, tzinfo=UTC), gaps=1)
    done = CliRunner().invoke(build(), ["posture", "paths"])
    assert f"left out: the control policies of {VAULT}" in " ".join(done.output.split())
    done = CliRunner().invoke(build(), ["posture", "paths", "--json"])
    (told,) = orjson.loads(done.output)
    assert "access denied" in told["left_out"][0]
    done = CliRunner().invoke(build(), ["posture", "report", "--format", "csv"])
    assert "control policies of the organisation" in " ".join(done.stderr.split())


def test_the_command_names_the_account_of_each_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opening, "open_tables", _none)  # Django can be set up once in a process
    (tmp_path / "ringwall.yaml").write_text("version: 1\n")
    accounts = Accounts(tmp_path / ".ringwall")
    for number, snapshot in (
        (FRONT, read_of(FRONT, front(), ASSUMES)),
        (VAULT, read_of(VAULT, TRUSTS, bucket())),
    ):
        with accounts.only_here(number):
            accounts.keep(number, snapshot, read=datetime(2026, 6, 1, tzinfo=UTC), gaps=0)
    done = CliRunner().invoke(build(), ["posture", "paths", "--account", VAULT])
    assert done.exit_code == 0, done.output
    assert f"3. web of {FRONT} assumes reader of {VAULT}" in done.output
    assert f"in {FRONT}" in done.output
    sides = "by statement 1 of own on the side of whoever asks and statement 1 of trust policy of"
    assert sides in " ".join(done.output.split())
    never = CliRunner().invoke(
        build(), ["posture", "paths", "--account", VAULT, "--account", "999999999999"]
    )
    assert isinstance(never.exception, Refused)
    assert never.exception.message == "account 999999999999 was not read yet"
    done = CliRunner().invoke(build(), ["posture", "paths", "--from", "web", "--json"])
    told = {one["account"]: one for one in orjson.loads(done.output)}
    (asset,) = told[VAULT]["assets"]
    assert [hop["account"] for hop in asset["paths"][0]["hops"]] == [VAULT, VAULT]
    assert told[VAULT]["cut"][0]["account"] == VAULT


@pytest.mark.parametrize(
    ("shared", "may", "expected"),
    [
        ([FRONT], "rds:*", "reached"),
        ([FRONT], "rds:CopyDBSnapshot", "reached"),
        ([FRONT], "rds:DescribeDBSnapshots", "no way"),
        ([ROOT], "rds:*", "no way"),
        ([], "rds:*", "no way"),
        (DENIED, "rds:*", "perhaps"),
    ],
)
def test_a_snapshot_is_restored_by_accounts_that_it_is_shared_with(
    shared: Any, may: str, expected: str
) -> None:
    arn = f"arn:aws:rds:eu-west-1:{VAULT}:snapshot:ledger"
    account = read_of(FRONT, front(), role(WEB, LAMBDA, statement(may)))
    vault = read_of(VAULT, {f"aws-rds-snapshot/{arn}": {"restorable_by": shared}})
    assert standing(account, vault) == expected

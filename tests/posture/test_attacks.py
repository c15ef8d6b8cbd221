"""The ways to data of an account that was read: told, doubted, or not known, and what ends them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.core.observations import Observation, State
from ringwall.posture.attacks import DATA, Attacks, Standing, assets_of, attacks
from ringwall.posture.checking import ABSENT, DENIED, Other, other
from ringwall.posture.checking.cases import ACCOUNT, REGION
from ringwall.posture.checks.aws.attack import READS
from ringwall.posture.keeping import Accounts
from ringwall.posture.permissions.deciding import Decision, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.reading import READING, calls_that_read, easiest
from ringwall.posture.permissions.requests import ABSENT as NOT_THERE
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.snapshot.snapshot import Scope, Snapshot
from ringwall.runtime import opening
from ringwall.runtime.refusals import Refused

ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
LEDGER, MAIL = "arn:aws:s3:::ledger", "arn:aws:s3:::mail"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:front"
OPEN = [{"FunctionUrl": "https://front", "AuthType": "NONE"}]


def role(
    *statements: dict[str, Any], arn: str = ROLE, service: str = "lambda", **more: Any
) -> Other:
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}}
    return other(
        "aws-iam-role",
        arn,
        details={
            "RoleName": arn.rpartition("/")[2],
            "Arn": arn,
            "AssumeRolePolicyDocument": {"Statement": [trust | {"Action": "sts:AssumeRole"}]},
            "RolePolicyList": [
                {"PolicyName": f"p{number}", "PolicyDocument": {"Statement": [one]}}
                for number, one in enumerate(statements)
            ],
            **more,
        },
    )


def beside(*statements: dict[str, Any], **asks: Any) -> Other:
    """A role that trusts the account, if what it asks for holds."""
    made = role(*statements, arn=f"arn:aws:iam::{ACCOUNT}:role/beside")
    lets = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole", **asks}
    made.aspects["details"]["AssumeRolePolicyDocument"] = {"Statement": [lets]}
    return made


def reads(*resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": list(resources)}


def calls(action: str = "lambda:InvokeFunctionUrl", who: Any = "*", **more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": who, "Action": action, "Resource": FUNCTION}
    return {"Statement": [one | more]}


def function(urls: Any = OPEN, policy: Any = None) -> Other:
    told = calls() if policy is None else policy
    about = {"listed": {"Role": ROLE}, "urls": urls, "policy": told}
    return other("aws-lambda-function", FUNCTION, **about)


def bucket(arn: str, policy: Any = ABSENT) -> Other:
    block = dict.fromkeys(("IgnorePublicAcls", "RestrictPublicBuckets"), True)
    return other("aws-s3-bucket", arn, policy=policy, public_access_block=block)


def snapshot(*some: Other, unlisted: tuple[str, ...] = ()) -> Snapshot:
    made = Snapshot()
    for kind in sorted({*DATA, *(one.partition(".")[0] for one in READS)}):
        told = Observation(State.KNOWN, api="x:List")
        if kind in unlisted:
            told = Observation(State.DENIED, api="x:List", why="access denied")
        made.note_listing(Scope(kind, ACCOUNT), told)
    for one in (other("aws-account"), other("aws-region"), *some):
        from ringwall.posture.checking.cases import _add  # noqa: PLC0415

        _add(made, one, one.kind)
    return made


def walked(made: Snapshot, **more: Any) -> Attacks:
    levels = list(assets_of(made, ACCOUNT, lambda _: ("confidential", "usual for the kind")))
    return attacks(made, ACCOUNT, levels, **more)


def test_each_hop_names_the_statement_or_rule_that_allows_it() -> None:
    told = walked(snapshot(role(reads(f"{LEDGER}/*")), function(), bucket(LEDGER), bucket(MAIL)))
    assert {one.asset.label: one.standing for one in told.assets} == {
        "ledger": Standing.REACHED,
        "mail": Standing.NONE,
    }
    (path,) = told.paths
    assert [(hop.how, hop.by) for hop in path.hops] == [
        (
            f"the internet reaches {FUNCTION}: its address asks nobody who is there",
            ("AuthType NONE of https://front",),
        ),
        (f"{FUNCTION} runs as {ROLE}", ()),
        ("web may s3:GetObject ledger", ("statement 1 of p0",)),
    ]
    assert told.unknown == ()


def test_one_statement_that_gives_two_buckets_is_one_change_that_ends_both_ways() -> None:
    both = reads(f"{LEDGER}/*", f"{MAIL}/*")
    told = walked(snapshot(role(both), function(), bucket(LEDGER), bucket(MAIL)))
    assert len(told.paths) == 2
    by_statement = next(one for one in told.single if one.by == ("statement 1 of p0",))
    assert by_statement.ends == (0, 1)
    assert by_statement.safe == (LEDGER, MAIL)
    assert [hop.source for hop in told.cut] in (["internet"], [ROLE, ROLE])


def without_tls(arn: str) -> dict[str, Any]:
    """The usual policy of a bucket: nothing that is not encrypted."""
    asks = {"Bool": {"aws:SecureTransport": "false"}}
    every = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": asks}
    return {"Statement": [every | {"Resource": [arn, f"{arn}/*"]}]}


def test_what_denies_is_not_among_what_allows_a_hop() -> None:
    both = reads(f"{LEDGER}/*", f"{MAIL}/*")
    buckets = [bucket(arn, without_tls(arn)) for arn in (LEDGER, MAIL)]
    told = walked(snapshot(role(both), function(), *buckets))
    assert {path.hops[-1].by for path in told.paths} == {("statement 1 of p0",)}
    by_statement = next(one for one in told.single if one.by == ("statement 1 of p0",))
    assert by_statement.safe == (LEDGER, MAIL)


def test_a_statement_that_another_one_repeats_ends_nothing_alone() -> None:
    told = walked(
        snapshot(role(reads(f"{LEDGER}/*"), reads("*")), function(), bucket(LEDGER), bucket(MAIL))
    )
    alone = [one for one in told.single if len(one.by) == 1 and "statement" in one.by[0]]
    assert all(LEDGER not in one.safe for one in alone)
    assert any(one.by == ("statement 1 of p0", "statement 1 of p1") for one in told.single)


def test_what_may_not_be_read_is_no_proof_that_there_is_no_way() -> None:
    made = snapshot(role(reads(f"{LEDGER}/*")), function(DENIED), bucket(LEDGER))
    told = walked(made)
    assert told.assets[0].standing is Standing.PERHAPS
    assert not told.paths[0].is_certain
    assert any("urls of" in one for one in told.unknown)


def test_a_bucket_whose_policy_may_not_be_read_is_perhaps_reached() -> None:
    told = walked(snapshot(role(reads(f"{LEDGER}/*")), function(), bucket(LEDGER, DENIED)))
    assert told.assets[0].standing is Standing.PERHAPS


BY_SIGNATURE = [{"FunctionUrl": "https://front", "AuthType": "AWS_IAM"}]
LIVE = [OPEN[0] | {"FunctionArn": f"{FUNCTION}:live"}]
UNSIGNED, SIGNED = (
    calls(Condition={"StringEquals": {"lambda:FunctionUrlAuthType": how}})
    for how in ("NONE", "AWS_IAM")
)
INVOKE = "lambda:InvokeFunction"


@pytest.mark.parametrize(
    ("urls", "policy", "standing"),
    [
        (OPEN, ABSENT, Standing.NONE),
        (OPEN, calls(who={"AWS": ACCOUNT}), Standing.NONE),
        (OPEN, SIGNED, Standing.NONE),
        (OPEN, UNSIGNED, Standing.REACHED),
        (OPEN, DENIED, Standing.PERHAPS),
        (OPEN, calls(Condition={"StringFooBar": {"aws:x": "y"}}), Standing.PERHAPS),
        (BY_SIGNATURE, SIGNED, Standing.REACHED),
        (BY_SIGNATURE, UNSIGNED, Standing.NONE),
        (BY_SIGNATURE, calls(who={"AWS": ACCOUNT}), Standing.NONE),
        ([], calls(), Standing.NONE),
        ([], calls(INVOKE), Standing.REACHED),
        ([], calls(INVOKE, {"Service": "s3.amazonaws.com"}), Standing.NONE),
        (OPEN, calls(INVOKE, Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
         Standing.NONE),
        (DENIED, ABSENT, Standing.NONE),
        (LIVE, calls(), Standing.PERHAPS),
    ],
)  # fmt: skip
def test_a_function_is_a_way_in_where_its_policy_lets_strangers_call_it(
    urls: Any, policy: Any, standing: Standing
) -> None:
    made = snapshot(role(reads(f"{LEDGER}/*")), function(urls, policy), bucket(LEDGER))
    assert walked(made).assets[0].standing is standing


@pytest.mark.parametrize(
    ("policy", "standing"),
    [(ABSENT, Standing.NONE), (calls(), Standing.REACHED), (DENIED, Standing.PERHAPS)],
)
def test_an_address_of_an_alias_goes_by_its_policy(policy: Any, standing: Standing) -> None:
    if policy == calls():
        policy["Statement"][0]["Resource"] = f"{FUNCTION}:live"
    alias = other("aws-lambda-alias", f"{FUNCTION}:live", listed={}, policy=policy)
    made = snapshot(role(reads(f"{LEDGER}/*")), function(LIVE, ABSENT), alias, bucket(LEDGER))
    assert walked(made).assets[0].standing is standing


READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
INSTANCE = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/c/1"
BACK = f"{FUNCTION}-back"
LISTENS = {"Effect": "Allow", "Action": "ssmmessages:CreateControlChannel", "Resource": "*"}


def may(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def tagged(value: str, key: str = "aws:ResourceTag") -> dict[str, Any]:
    return {"Condition": {"StringEquals": {f"{key}/env": value}}}


def tags(value: str) -> list[dict[str, str]]:
    return [{"Key": "env", "Value": value}]


def reader(service: str, *statements: dict[str, Any], **more: Any) -> Other:
    profile = [{"Arn": f"{READER}-profile"}]
    several = (reads(f"{LEDGER}/*"), *statements)
    return role(*several, arn=READER, service=service, InstanceProfileList=profile, **more)


def instance(**more: Any) -> Other:
    profile = {"IamInstanceProfile": {"Arn": f"{READER}-profile"}}
    listed = {"NetworkInterfaces": [], **profile, **more}
    return other("aws-ec2-instance", INSTANCE, listed=listed)


def standing(*some: Other) -> Standing:
    return walked(snapshot(function(), bucket(LEDGER), *some)).assets[0].standing


@pytest.mark.parametrize(
    ("of_instance", "of_role", "condition", "expected"),
    [
        ("dev", "prod", tagged("dev"), Standing.REACHED),
        ("prod", "dev", tagged("dev"), Standing.NONE),
        ("dev", "prod", tagged("dev", "ssm:resourceTag"), Standing.REACHED),
        ("prod", "dev", tagged("dev", "ssm:resourceTag"), Standing.NONE),
    ],
)
def test_the_tags_of_what_runs_are_its_own_and_not_its_roles(
    of_instance: str, of_role: str, condition: dict[str, Any], expected: Standing
) -> None:
    web = role(
        may("ssm:SendCommand", INSTANCE, **condition),
        may("ssm:SendCommand", "arn:aws:ssm:*:*:document/*"),
    )
    runs = reader("ec2", LISTENS, Tags=tags(of_role))
    assert standing(web, runs, instance(Tags=tags(of_instance))) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [("running", Standing.REACHED), ("stopped", Standing.REACHED), ("terminated", Standing.NONE)],
)
def test_what_is_ended_runs_as_nobody(state: str, expected: Standing) -> None:
    web = role(may("ssm:SendCommand"))
    ended = instance(State={"Name": state})
    assert standing(web, reader("ec2", LISTENS), ended) is expected


def test_the_tags_of_a_function_may_not_be_known() -> None:
    def back(**tags: str) -> Other:
        aspects = {"listed": {"Role": READER}, "urls": [], "policy": ABSENT}
        return Other(kind="aws-lambda-function", name=BACK, tags=tags, aspects=aspects)

    web = role(may("lambda:UpdateFunctionCode", BACK, **tagged("dev")))
    runs = reader("lambda", Tags=tags("dev"))
    assert standing(web, runs, back()) is Standing.PERHAPS
    assert standing(web, runs, back(env="prod")) is Standing.NONE
    assert standing(web, runs, back(env="dev")) is Standing.REACHED


def test_who_may_change_a_function_by_its_policy_alone_has_its_role() -> None:
    for who, expected in ((ROLE, Standing.REACHED), (f"{ROLE}-2", Standing.NONE)):
        policy = calls("lambda:UpdateFunctionCode", {"AWS": who})
        policy["Statement"][0]["Resource"] = BACK
        back = other("aws-lambda-function", BACK, listed={"Role": READER}, urls=[], policy=policy)
        assert standing(role(), reader("lambda"), back) is expected


def test_commands_come_to_what_asks_for_them_and_keys_to_what_is_open() -> None:
    commands = role(may("ssm:SendCommand"))
    assert standing(commands, reader("ec2", LISTENS), instance()) is Standing.REACHED
    assert standing(commands, reader("ec2"), instance()) is Standing.PERHAPS
    keys = role(may("ec2-instance-connect:SendSSHPublicKey"))
    assert standing(keys, reader("ec2", LISTENS), instance()) is Standing.PERHAPS


@pytest.mark.parametrize("group", ["family:x", "service:x"])
def test_commands_in_tasks_run_as_the_task(group: str) -> None:
    web, definition = role(may("ecs:ExecuteCommand")), {"taskRoleArn": READER}

    def task(**more: Any) -> Other:
        told = {"group": group, "attachments": [], **more}
        return other("aws-ecs-task", TASK, described=told, definition=definition)

    on = {"enableExecuteCommand": True}
    assert standing(web, reader("ecs-tasks", LISTENS), task(**on)) is Standing.REACHED
    assert standing(web, reader("ecs-tasks"), task(**on)) is Standing.PERHAPS
    assert standing(web, reader("ecs-tasks", LISTENS), task()) is Standing.NONE


@pytest.mark.parametrize(
    ("actions", "service"),
    [
        (("codebuild:StartBuild",), "codebuild"),
        (("cloudformation:UpdateStack",), "cloudformation"),
        (("states:UpdateStateMachine", "states:StartExecution"), "states"),
        (("sagemaker:CreatePresignedNotebookInstanceUrl",), "sagemaker"),
        (("glue:UpdateDevEndpoint",), "glue"),
    ],
)
def test_over_what_runs_and_nobody_read_there_may_be_a_way(
    actions: tuple[str, ...], service: str
) -> None:
    web = role(*map(may, actions))
    assert standing(web, reader(service)) is Standing.PERHAPS
    assert standing(web, reader("lambda")) is Standing.NONE
    assert standing(role(), reader(service)) is Standing.NONE


def test_who_may_let_themselves_into_a_cluster_may_be_whom_its_pods_are() -> None:
    name = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/pods"
    network = {"endpointPublicAccess": False}
    cluster = other("aws-eks-cluster", name, described={"resourcesVpcConfig": network})
    cluster.aspects["described"]["identity"] = {"oidc": {"issuer": "https://oidc.eks/id/1"}}
    pod = reader("lambda")
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks/id/1"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"oidc.eks/id/1:sub": "system:serviceaccount:a:b"}},
    }
    pod.aspects["details"]["AssumeRolePolicyDocument"] = {"Statement": [trust]}
    web = role(may("eks:*"))
    assert standing(web, pod, cluster) is Standing.PERHAPS
    assert standing(role(), pod, cluster) is Standing.NONE


def _of(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


IMAGES = other("aws-ecr-repository", _of("ecr", "repository/app"), policy=ABSENT)
VOLUME = other("aws-ec2-snapshot", _of("ec2", "snapshot/snap-1"), listed={"SnapshotId": "snap-1"})
DATABASE = other("aws-rds-instance", _of("rds", "db:orders"))
CLUSTER = other("aws-rds-cluster", _of("rds", "cluster:orders"))
COPY = other("aws-rds-snapshot", _of("rds", "snapshot:s"), restorable_by=[])
WAREHOUSE = other("aws-redshift-cluster", _of("redshift", "cluster:dw"))
SNAPSHOTS, VOLUMES = "arn:aws:ec2:*::snapshot/*", _of("ec2", "volume/*")
REACHED, PERHAPS, NONE = Standing.REACHED, Standing.PERHAPS, Standing.NONE


@pytest.mark.parametrize(
    ("kept", "statements", "expected"),
    [
        (IMAGES, [may("ecr:BatchGetImage")], NONE),
        (IMAGES, [may("ecr:BatchGetImage"), may("ecr:GetDownloadUrlForLayer")], REACHED),
        (VOLUME, [may("ec2:CreateVolume", SNAPSHOTS)], NONE),
        (VOLUME, [may("ec2:CreateVolume")], NONE),
        (VOLUME, [may("ec2:CreateVolume"), may("ec2:AttachVolume", VOLUMES)], NONE),
        (VOLUME, [may("ec2:CreateVolume"), may("ec2:AttachVolume")], REACHED),
        (VOLUME, [may("ebs:GetSnapshotBlock")], NONE),
        (VOLUME, [may("ebs:GetSnapshotBlock"), may("ebs:ListChangedBlocks")], REACHED),
        (COPY, [may("rds:RestoreDBInstanceFromDBSnapshot", _of("rds", "snapshot:*"))], NONE),
        (COPY, [may("rds:RestoreDBInstanceFromDBSnapshot")], REACHED),
        (CLUSTER, [may("rds-data:ExecuteStatement")], NONE),
        (CLUSTER, [may("rds-data:*"), may("secretsmanager:GetSecretValue")], PERHAPS),
        (WAREHOUSE, [may("redshift-data:ExecuteStatement")], NONE),
        (WAREHOUSE, [may("redshift:GetClusterCredentials")], REACHED),
        (DATABASE, [may("rds-db:connect", _of("rds-db", "dbuser:db-ABC/admin"))], PERHAPS),
        (DATABASE, [may("rds-db:connect", "arn:aws:rds-db:us-east-1:*:dbuser:*/a")], NONE),
        (CLUSTER, [may("rds-db:connect")], PERHAPS),
    ],
)
def test_calls_get_at_something_with_all_that_they_take(
    kept: Other, statements: list[dict[str, Any]], expected: Standing
) -> None:
    region = other("aws-region", public_snapshots=[], snapshot_block_public_access={})
    told = walked(snapshot(function(), role(*statements), kept, region))
    assert [one.standing for one in told.assets] == [expected]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (("kms:ReEncryptFrom",), False),
        (("kms:ReEncryptTo",), False),
        (("kms:ReEncryptFrom", "kms:ReEncryptTo"), True),
    ],
)
def test_what_a_key_encrypts_is_read_by_another_key_too(
    actions: tuple[str, ...], expected: bool
) -> None:
    arn = _of("kms", "key/1")
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    asked = calls_that_read("aws-kms-key", arn)

    def ask(action: str, resource: str) -> Decision:
        policies = Policies((read(_whole(statement), name="own", kind=Kind.IDENTITY),))
        policy = {**may("kms:*"), "Principal": {"AWS": ACCOUNT}}
        lets = read(_whole(policy), name="key", kind=Kind.RESOURCE)
        context = Context.of({}, rest=NOT_THERE)
        request = Request(action, resource.replace("*", "1"), principal(ROLE), context, ACCOUNT)
        return decide(request, replace(policies, resource=lets))

    _, decision = easiest(asked, ask)
    assert decision.may_be is expected


def _whole(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_partiql_knows_no_tables_of_other_accounts() -> None:
    arn = _of("dynamodb", "table/t")
    own = {call for call, _ in calls_that_read("aws-dynamodb-table", arn)}
    others = {call for call, _ in calls_that_read("aws-dynamodb-table", arn, is_own=False)}
    assert "dynamodb:PartiQLSelect" in own - others
    assert "dynamodb:GetItem" in others


def test_what_runs_and_could_not_be_listed_leaves_it_unknown() -> None:
    told = walked(snapshot(role(), bucket(LEDGER), unlisted=("aws-lambda-function",)))
    assert told.assets[0].standing is Standing.UNKNOWN
    assert "aws-lambda-function" in told.assets[0].why
    assert told.unknown


def test_where_the_identities_are_not_known_nothing_is_said() -> None:
    told = walked(snapshot(bucket(LEDGER), unlisted=("aws-iam-role",)))
    assert "aws-iam-role" in told.blocked
    assert not told.assets


def test_data_that_could_not_be_listed_is_told() -> None:
    told = walked(snapshot(role(), unlisted=("aws-dynamodb-table",)))
    assert any("aws-dynamodb-table" in one for one in told.unknown)


def test_somebody_else_than_the_internet_may_begin() -> None:
    made = snapshot(role(reads(f"{LEDGER}/*")), function([]), bucket(LEDGER))
    assert walked(made).assets[0].standing is Standing.NONE
    told = walked(made, sources=[ROLE])
    assert told.assets[0].standing is Standing.REACHED
    assert len(told.paths[0].hops) == 1


def test_who_has_a_function_that_answers_nobody_has_its_role() -> None:
    told = walked(
        snapshot(role(reads(f"{LEDGER}/*")), function([]), bucket(LEDGER)), sources=[FUNCTION]
    )
    assert [hop.source for hop in told.paths[0].hops] == [FUNCTION, ROLE]


def test_every_kind_of_data_can_be_asked_for() -> None:
    assert set(DATA) <= set(READING)


def _none(_: object) -> None:
    raise Refused("the database has no tables yet")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an account that was read, in which commands run."""
    made = snapshot(role(reads(f"{LEDGER}/*")), function(), bucket(LEDGER), bucket(MAIL))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opening, "open_tables", _none)  # Django can be set up once in a process
    (tmp_path / "ringwall.yaml").write_text(
        "version: 1\ninventory:\n  rules:\n    - name: letters\n      match: {name: mail}\n"
        "      classification: internal\n"
    )
    accounts = Accounts(tmp_path / ".ringwall")
    with accounts.only_here(ACCOUNT):
        accounts.keep(ACCOUNT, made, read=datetime(2026, 6, 1, tzinfo=UTC), gaps=0)
    return tmp_path


def test_the_command_tells_the_way_the_cut_and_what_was_left_out(installed: Path) -> None:
    done = CliRunner().invoke(build(), ["posture", "paths"])
    assert done.exit_code == 0, done.output
    for said in (
        "REACHED ledger",
        "confidential (usual for the kind)",
        "3. web may s3:GetObject ledger",
        "by statement 1 of p0",
        "Cheapest cut",
        "1 internal",
    ):
        assert said in done.output
    assert "mail" not in done.output


def test_the_command_as_json_and_to_what_is_named(installed: Path) -> None:
    done = CliRunner().invoke(build(), ["posture", "paths", "--to", "mail", "--json"])
    (told,) = orjson.loads(done.output)
    assert [(one["classification"], one["by"]) for one in told["assets"]] == [
        ("internal", "rule letters")
    ]
    assert told["assets"][0]["standing"] == "no way"
    refused = CliRunner().invoke(build(), ["posture", "paths", "--to", "nothing"])
    assert refused.exit_code == 1


def test_the_command_tells_what_a_way_that_may_be_leads_to_after_the_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    made = snapshot(
        role(
            reads(f"{LEDGER}/*"), {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        ),
        beside(reads(f"{LEDGER}/*"), **asks),
        function(),
        bucket(LEDGER),
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opening, "open_tables", _none)
    accounts = Accounts(tmp_path / ".ringwall")
    with accounts.only_here(ACCOUNT):
        accounts.keep(ACCOUNT, made, read=datetime(2026, 6, 1, tzinfo=UTC), gaps=0)
    said = CliRunner().invoke(build(), ["posture", "paths"]).output
    assert "Cheapest cut: together these end all certain ways" in said
    assert "Ways that may be are left then, to ledger." in said
    (told,) = orjson.loads(CliRunner().invoke(build(), ["posture", "paths", "--json"]).output)
    assert told["left"] == [LEDGER]


def test_many_that_may_be_open_for_one_reason_are_one_and_certain_ways_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = [bucket(f"arn:aws:s3:::a{number}", DENIED) for number in range(8)]
    made = snapshot(role(reads(f"{LEDGER}/*")), function(), bucket(LEDGER), *unread)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(opening, "open_tables", _none)
    accounts = Accounts(tmp_path / ".ringwall")
    with accounts.only_here(ACCOUNT):
        accounts.keep(ACCOUNT, made, read=datetime(2026, 6, 1, tzinfo=UTC), gaps=0)
    said = CliRunner().invoke(build(), ["posture", "paths"]).output
    assert said.count("PERHAPS") == 1
    assert "PERHAPS 8 aws-s3-bucket" in said
    assert "a0, a1, a2 and 5 more" in said
    assert said.index("way 1\n") < said.index("PERHAPS")
    assert "3. web may s3:GetObject each" in said
    assert "8 ways of 2 to 9, not certain" in said
    told = CliRunner().invoke(build(), ["posture", "paths", "--json"]).output
    assert [len(one["assets"]) for one in orjson.loads(told)] == [9]


def test_a_change_is_of_what_is_written_here_not_of_a_strangers_own_policy() -> None:
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    open_role = role(reads(f"{LEDGER}/*"))
    open_role.aspects["details"]["AssumeRolePolicyDocument"] = {"Statement": [trust]}
    told = walked(snapshot(open_role, bucket(LEDGER)))
    assert [hop.by for hop in told.paths[0].hops] == [
        ("statement 1 of trust policy of web",),
        ("statement 1 of p0",),
    ]

"""A plan is applied, helps, or is taken back, whatever happens meanwhile."""

from dataclasses import replace
from typing import Any

import pytest
from tests.posture.fixing.conftest import NOW, REGION, Account

from ringwall.core.components import Found
from ringwall.core.findings import Severity
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome, Verdict
from ringwall.posture.fixing.applying import Applying
from ringwall.posture.fixing.explaining import explains
from ringwall.posture.fixing.plans import (
    Basis,
    Call,
    Draft,
    Plan,
    Stage,
    Step,
    decoded,
    encoded,
)
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.snapshot import Snapshot

CHECK = "aws-s3-bucket-block-public-access"
HALF = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def bucket(account: Account, name: str, block: dict[str, bool] | None = None) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if block is not None:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)


def block_of(account: Account, name: str) -> Any:
    s3 = account.client("s3")
    try:
        return s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    except s3.exceptions.ClientError as error:
        return None if "NoSuchPublicAccessBlock" in str(error) else error


class Refusing:
    """A client that refuses one operation, or does something before it."""

    def __init__(self, client: Any, operation: str, does: Any) -> None:
        self._client, self._operation, self._does = client, operation, does

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        return self._does(real) if name == self._operation else real


def test_a_plan_says_what_it_changes_and_mends_it(account: Account) -> None:
    bucket(account, "shop-exports", HALF)
    plan = account.plan(CHECK, "shop-exports")
    assert plan.draft.changes == ("IgnorePublicAcls: off → on",)
    assert 'resource "aws_s3_bucket_public_access_block" "shop_exports"' in plan.draft.terraform
    ended = account.applying(CHECK).apply(plan, by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    assert account.outcomes(CHECK) == {"shop-exports": "pass"}
    assert [one.stage for one in account.kept] == [Stage.BEGUN, Stage.APPLIED]


@pytest.mark.parametrize("before", [None, HALF])
def test_what_was_applied_is_taken_back_to_what_was_before(
    account: Account, before: dict[str, bool] | None
) -> None:
    bucket(account, "exports", before)
    applying = account.applying(CHECK)
    ended = applying.apply(account.plan(CHECK, "exports"), by="tests")
    back = applying.undo(ended, by="tests")
    assert back.stage is Stage.TAKEN_BACK, back.history
    assert block_of(account, "exports") == before


def test_what_others_changed_since_is_not_overwritten_unasked(account: Account) -> None:
    bucket(account, "exports", HALF)
    applying = account.applying(CHECK)
    ended = applying.apply(account.plan(CHECK, "exports"), by="tests")
    later = dict.fromkeys(HALF, True) | {"BlockPublicPolicy": False}
    account.client("s3").put_public_access_block(
        Bucket="exports", PublicAccessBlockConfiguration=later
    )
    ended = decoded(encoded(ended))
    with pytest.raises(ValueError, match="changed since"):
        applying.undo(ended, by="tests")
    assert block_of(account, "exports") == later
    assert applying.undo(ended, by="tests", anyway=True).stage is Stage.TAKEN_BACK
    assert block_of(account, "exports") == HALF


def test_a_rule_comes_back_with_its_description(account: Account) -> None:
    ec2 = account.client("ec2")
    group = ec2.create_security_group(GroupName="bastion", Description="it")["GroupId"]
    several = [{"CidrIp": "0.0.0.0/0", "Description": "us"}, {"CidrIp": "10.0.0.0/8"}]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": several}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    check = "aws-ec2-security-group-ssh"
    applying = account.applying(check)
    ended = applying.apply(account.plan(check, "bastion"), by="tests")
    assert ended.stage is Stage.APPLIED, ended.history
    back = applying.undo(ended, by="tests")
    assert back.stage is Stage.TAKEN_BACK, back.history


def test_a_plan_is_refused_once_what_it_stands_on_changed(account: Account) -> None:
    bucket(account, "exports", None)
    plan = account.plan(CHECK, "exports")
    account.client("s3").put_public_access_block(
        Bucket="exports", PublicAccessBlockConfiguration=HALF
    )
    ended = account.applying(CHECK).apply(plan, by="tests")
    assert ended.stage is Stage.STALE
    assert "public_access_block" in ended.history[-1]
    assert block_of(account, "exports") == HALF


def test_what_cannot_be_read_again_is_no_ground_to_act_on(account: Account) -> None:
    bucket(account, "exports", HALF)
    plan = account.plan(CHECK, "exports")

    def denied(real: Any) -> Any:
        def call(**arguments: Any) -> Any:
            raise real.__self__.exceptions.ClientError(
                {"Error": {"Code": "AccessDenied"}}, "GetPublicAccessBlock"
            )

        return call

    account.wrap = lambda service, client: (
        Refusing(client, "get_public_access_block", denied) if service == "s3" else client
    )
    account.target.caller._clients.clear()
    ended = account.applying(CHECK).apply(plan, by="tests")
    assert ended.stage is Stage.STALE
    account.wrap = lambda service, client: client
    assert block_of(account, "exports") == HALF


def test_what_does_not_help_is_taken_back(account: Account) -> None:
    bucket(account, "exports", HALF)
    plan = account.plan(CHECK, "exports")
    begun: list[dict[str, bool]] = []

    def in_vain(real: Any) -> Any:
        def call(**arguments: Any) -> Any:
            settings = dict(arguments["PublicAccessBlockConfiguration"])
            if not begun:  # AWS says yes, and does another thing
                settings = dict.fromkeys(settings, False)
            begun.append(settings)
            return real(**arguments | {"PublicAccessBlockConfiguration": settings})

        return call

    account.wrap = lambda service, client: (
        Refusing(client, "put_public_access_block", in_vain) if service == "s3" else client
    )
    ended = account.applying(CHECK).apply(plan, by="tests")
    assert ended.stage is Stage.TAKEN_BACK, ended.history
    assert any("did not help" in line for line in ended.history)
    assert len(begun) == 2
    account.wrap = lambda service, client: client
    assert block_of(account, "exports") == HALF


def test_a_call_that_is_refused_leaves_all_as_it_was(account: Account) -> None:
    bucket(account, "exports", None)
    plan = account.plan(CHECK, "exports")

    def refused(real: Any) -> Any:
        def call(**arguments: Any) -> Any:
            raise PermissionError("an organisation's policy refuses it")

        return call

    account.wrap = lambda service, client: (
        Refusing(client, "put_public_access_block", refused) if service == "s3" else client
    )
    ended = account.applying(CHECK).apply(plan, by="tests")
    assert ended.stage is Stage.TAKEN_BACK, ended.history
    assert any("organisation's policy" in line for line in ended.history)
    account.wrap = lambda service, client: client
    assert block_of(account, "exports") is None


def test_what_cannot_be_kept_is_not_begun(account: Account) -> None:
    bucket(account, "exports", None)
    plan = account.plan(CHECK, "exports")
    applying = account.applying(CHECK)

    def full(_: Plan) -> None:
        raise OSError(28, "no space left on device")

    applying._keep = full
    with pytest.raises(OSError, match="not begun"):
        applying.apply(plan, by="tests")
    assert block_of(account, "exports") is None


def test_killed_in_between_it_is_known_and_taken_back(account: Account) -> None:
    bucket(account, "exports", HALF)
    plan = account.plan(CHECK, "exports")
    applying = account.applying(CHECK)

    class KilledError(BaseException):
        pass

    def killed(real: Any) -> Any:
        def call(**arguments: Any) -> Any:
            real(**arguments)
            raise KilledError

        return call

    account.wrap = lambda service, client: (
        Refusing(client, "put_public_access_block", killed) if service == "s3" else client
    )
    with pytest.raises(KilledError):
        applying.apply(plan, by="tests")
    account.wrap = lambda service, client: client
    (left,) = account.kept
    assert left.stage is Stage.BEGUN
    ended = applying.undo(decoded(encoded(left)), by="tests")
    assert ended.stage is Stage.TAKEN_BACK
    assert block_of(account, "exports") == HALF


class KilledError(BaseException):
    """As if the process were gone."""


def killed_at(account: Account, plan: Plan, operation: str, *, is_done: bool) -> Plan:
    """Apply a plan and be killed at a call, before or after it was made; what is on the disk."""

    def killed(real: Any) -> Any:
        def call(**arguments: Any) -> Any:
            if is_done:
                real(**arguments)
            raise KilledError

        return call

    account.kept.clear()
    account.wrap = lambda service, client: Refusing(client, operation, killed)
    with pytest.raises(KilledError):
        account.applying(plan.check).apply(plan, by="tests")
    account.wrap = lambda service, client: client
    left = decoded(encoded(account.kept[-1]))
    assert left.stage is Stage.BEGUN
    return left


@pytest.mark.parametrize("is_done", [True, False])
def test_killed_in_between_what_others_changed_since_is_not_overwritten(
    account: Account, is_done: bool
) -> None:
    bucket(account, "exports", HALF)
    left = killed_at(
        account, account.plan(CHECK, "exports"), "put_public_access_block", is_done=is_done
    )
    later = dict.fromkeys(HALF, False) | {"BlockPublicAcls": True}
    account.client("s3").put_public_access_block(
        Bucket="exports", PublicAccessBlockConfiguration=later
    )
    applying = account.applying(CHECK)
    with pytest.raises(ValueError, match=r"step 1, .*, was begun, and perhaps done.*Others"):
        applying.undo(left, by="tests")
    with pytest.raises(ValueError, match="perhaps done"):
        applying.apply(left, by="tests")
    assert block_of(account, "exports") == later
    assert applying.undo(left, by="tests", anyway=True).stage is Stage.TAKEN_BACK
    assert block_of(account, "exports") == HALF


def test_killed_before_a_call_there_is_nothing_to_take_back(account: Account) -> None:
    bucket(account, "exports", HALF)
    left = killed_at(
        account, account.plan(CHECK, "exports"), "put_public_access_block", is_done=False
    )
    calls: list[str] = []

    def counted(real: Any) -> Any:
        calls.append("put")
        return real

    account.wrap = lambda service, client: Refusing(client, "put_public_access_block", counted)
    ended = account.applying(CHECK).undo(left, by="tests")
    assert (ended.stage, ended.done, calls) == (Stage.TAKEN_BACK, 0, [])
    assert "all is as it was before" in ended.history[-1]


class Kept:
    """A cloud of settings, each a value; a call sets one."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {"a": 1, "b": 1, "c": 1}
        self.calls: list[str] = []
        self.dies_after = 99

    def read(self, plan: Plan) -> Snapshot:
        snapshot = Snapshot()
        seen = snapshot.add(Found(kind="x", name="x", label="x", account="1"))
        for name, value in self.values.items():
            seen.aspects[name] = Observation(State.KNOWN, {name: value})
        return snapshot

    def judge(self, plan: Plan, snapshot: Snapshot) -> Judged | None:
        seen = snapshot.get("x/x")
        assert seen is not None
        is_well = all(one.value[name] != 1 for name, one in seen.aspects.items())
        verdict = Verdict(Outcome.PASS if is_well else Outcome.FAIL, "so it is")
        return Judged(
            check="c", component="x/x", verdict=verdict, severity=Severity.LOW, touched=frozenset()
        )

    def do(self, call: Call, plan: Plan) -> None:
        self.calls.append(call.words)
        if len(self.calls) > self.dies_after:
            raise KilledError
        self.values |= call.arguments

    def would(self, call: Call, plan: Plan) -> str:
        return "it would"


def three_steps() -> Plan:
    def call(name: str, value: int) -> Call:
        return Call(call="x:Set", arguments={name: value}, words=f"{name} = {value}")

    return Plan(
        id="0" * 12,
        check="c",
        component="x/x",
        account="1",
        region="",
        draft=Draft(
            changes=("all: 1 → 2",),
            steps=tuple(Step(do=call(one, 2), undo=(call(one, 1),)) for one in "abc"),
        ),
        basis=tuple(
            Basis(component="x/x", aspect=one, state=State.KNOWN, value={one: 1}) for one in "abc"
        ),
        made=NOW,
        by="tests",
        stage=Stage.APPROVED,
    )


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("others", [None, "a", "b", "c"])
def test_of_several_steps_only_those_that_were_done_are_taken_back(
    made: int, is_done: bool, others: str | None
) -> None:
    """Killed at each step, before or after its call, while others change a setting, or none."""
    cloud, kept = Kept(), list[Plan]()
    applying = Applying(cloud, kept.append, now=lambda: NOW, sleep=lambda _: None)
    cloud.dies_after = made
    with pytest.raises(KilledError):
        applying.apply(three_steps(), by="tests")
    left = decoded(encoded(kept[-1]))
    if is_done:
        cloud.values |= left.draft.steps[made].do.arguments
    if others is not None:
        cloud.values[others] = 7
    before, cloud.dies_after = dict(cloud.values), 99
    cloud.calls.clear()
    if others is None:
        assert applying.undo(left, by="tests").stage is Stage.TAKEN_BACK
        assert set(cloud.values.values()) == {1}
        assert len(cloud.calls) == made + is_done, "nothing else was called"
        return
    with pytest.raises(ValueError, match="Others changed it since") as refused:
        applying.undo(left, by="tests")
    assert cloud.values == before
    assert cloud.calls == []
    told = str(refused.value)
    assert [told.count(one) for one in ("was done;", "perhaps done", "was not begun")] == [
        made,
        1,
        2 - made,
    ]


def test_killed_while_it_is_taken_back_it_is_taken_back_once() -> None:
    cloud, kept = Kept(), list[Plan]()
    applying = Applying(cloud, kept.append, now=lambda: NOW, sleep=lambda _: None)
    ended = applying.apply(three_steps(), by="tests")
    cloud.dies_after = 6  # all were set back, and that was not kept

    def gone(plan: Plan) -> None:
        if plan.stage is Stage.TAKEN_BACK:
            raise KilledError

    with pytest.raises(KilledError):
        Applying(cloud, gone, now=lambda: NOW, sleep=lambda _: None).undo(ended, by="tests")
    cloud.calls.clear()
    assert applying.undo(ended, by="tests").stage is Stage.TAKEN_BACK
    assert cloud.calls == []


def test_what_was_taken_back_in_part_and_changed_since_is_left_alone() -> None:
    cloud, kept = Kept(), list[Plan]()
    applying = Applying(cloud, kept.append, now=lambda: NOW, sleep=lambda _: None)
    ended = applying.apply(three_steps(), by="tests")

    def refuses(call: Call, plan: Plan) -> None:
        if "b" in call.arguments:
            raise PermissionError("an organisation's policy refuses it")
        cloud.values |= call.arguments

    cloud.do = refuses  # type: ignore[method-assign]
    stuck = decoded(encoded(applying.undo(ended, by="tests")))
    assert (stuck.stage, cloud.values) == (Stage.STUCK, {"a": 1, "b": 2, "c": 1})
    cloud.values["a"] = 7
    with pytest.raises(ValueError, match="since plan 000000000000 was taken back in part"):
        applying.undo(stuck, by="tests")
    assert cloud.values["a"] == 7


@pytest.mark.parametrize(
    ("before", "now", "is_ours"),
    [
        ([{"CidrIp": "0.0.0.0/0", "Description": "us"}, {"CidrIp": "10.0.0.0/8"}],
         [{"CidrIp": "10.0.0.0/8"}], True),
        ([{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8"}], [], False),
        ([{"CidrIp": "0.0.0.0/0"}], [{"CidrIp": "9.9.9.9/32"}], False),
    ],
)  # fmt: skip
def test_what_a_call_takes_away_is_told_from_what_others_do(
    before: Any, now: Any, is_ours: bool
) -> None:
    call = Call(
        call="ec2:RevokeSecurityGroupIngress",
        arguments={"IpPermissions": [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
        words="",
    )
    one = Basis(component="g", aspect="listed", state=State.KNOWN, value={"IpRanges": before})
    step = Step(do=call)
    assert explains(step, [one], [replace(one, value={"IpRanges": now})]) is is_ours
    assert not explains(step, [one], []), "what could not be read again is explained by nothing"


@pytest.mark.parametrize(
    ("now", "is_ours"),
    [
        ({"Least": 14, "Change": True, "Symbols": False}, True),  # there was none before
        ({"Least": 14, "Change": True}, True),
        ({"Least": 14, "Change": True, "Symbols": True}, False),
        ({"Least": 15, "Change": True}, False),
    ],
)
def test_what_a_step_says_that_it_makes_is_told_from_what_others_do(
    now: Any, *, is_ours: bool
) -> None:
    call = Call(call="iam:UpdateAccountPasswordPolicy", arguments={"Least": 14}, words="")
    step = Step(do=call, makes={"policy": {"Least": 14, "Change": True, "Numbers": False}})
    one = Basis(component="a", aspect="policy", state=State.ABSENT)
    assert explains(step, [one], [replace(one, value=now, state=State.KNOWN)]) is is_ours


def test_only_what_was_approved_is_applied(account: Account) -> None:
    bucket(account, "exports", None)
    plan = account.plan(CHECK, "exports", stage=Stage.MADE)
    with pytest.raises(ValueError, match="only what is approved"):
        account.applying(CHECK).apply(plan, by="tests")


def test_a_dry_run_changes_nothing(account: Account) -> None:
    bucket(account, "exports", HALF)
    said = account.applying(CHECK).dry_run(account.plan(CHECK, "exports"))
    assert "s3:PutPublicAccessBlock" in said[0]
    assert block_of(account, "exports") == HALF


def test_a_plan_is_the_same_after_it_was_on_the_disk(account: Account) -> None:
    bucket(account, "exports", HALF)
    plan = account.plan(CHECK, "exports")
    again = decoded(encoded(plan))
    assert again == plan
    assert again.digest == plan.on(Stage.BEGUN, "x", now=NOW).digest

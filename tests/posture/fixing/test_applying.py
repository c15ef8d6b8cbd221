"""A plan is applied, helps, or is taken back, whatever happens meanwhile."""

from typing import Any

import pytest
from tests.posture.fixing.conftest import NOW, REGION, Account

from ringwall.posture.fixing.plans import Plan, Stage, decoded, encoded

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

"""Accounts of an organisation, each read as a role in it: a way from one into the other."""

from tests.posture.aws.conftest import CHECKS, REGION, Account
from tests.posture.aws.people import document, trust
from tests.posture.aws.ways import READING, Scene, forward

from ringwall.posture.across import land_of
from ringwall.posture.attacks import assets_of, attacks
from ringwall.posture.collecting.session import clients
from ringwall.posture.snapshot.snapshot import Snapshot

ORGANISATION = [
    one
    for one in CHECKS
    if one.id in {"aws-organizations-leaving", "aws-organizations-resource-perimeter"}
]
WORLD = "0.0.0.0/0"


def _within(number: str) -> Account:
    """An account of the organisation, as the role in it that its management takes."""
    found = Account({})
    found._new, _ = clients(role=f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole")
    return found


def _standing(several: dict[str, Snapshot], vault: str) -> str:
    kept = list(assets_of(several[vault], vault, lambda _: ("confidential", "all is")))
    (told,) = attacks(several[vault], vault, kept, land=land_of(several)).assets
    return told.standing.value


def test_from_a_balancer_in_one_account_to_a_bucket_in_another(account: Account) -> None:
    organizations = account.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.describe_organization()["Organization"]["MasterAccountId"]
    front, vault = (
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")[
            "CreateAccountStatus"
        ]["AccountId"]
        for name in ("front", "vault")
    )
    shop, safe = _within(front), _within(vault)
    scene = Scene(shop)
    group = scene.group("front", 80, WORLD)
    machine = scene.instance("web", scene.group("behind", 8080, group))["InstanceId"]
    scene.listener(scene.balancer("public", group), forward(scene.targets("web", machine)))
    reader = f"arn:aws:iam::{vault}:role/reader"
    assumes = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": reader}
    scene.client("iam").put_role_policy(
        RoleName="web", PolicyName="assumes", PolicyDocument=document(assumes)
    )
    web = f"arn:aws:iam::{front}:role/web"
    iam = safe.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": web}))
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::ledger/*"}
    iam.put_role_policy(RoleName="reader", PolicyName="reads", PolicyDocument=document(reads))
    place = {"LocationConstraint": REGION}
    safe.client("s3").create_bucket(Bucket="ledger", CreateBucketConfiguration=place)
    checks = [*READING, *ORGANISATION]
    read = {front: shop.read(checks), vault: safe.read(checks)}
    assert _standing(read | {root: account.read(checks)}, vault) == "reached"
    deny = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}
    policy = organizations.create_policy(
        Name="no-roles", Description="x", Type="SERVICE_CONTROL_POLICY", Content=document(deny)
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=front)
    assert _standing(read | {root: account.read(checks)}, vault) == "no way"
    assert _standing(read, vault) == "reached", "its management account was not read"
    organizations.detach_policy(PolicyId=policy, TargetId=front)
    shut = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    policy = organizations.create_policy(
        Name="no-objects", Description="x", Type="RESOURCE_CONTROL_POLICY", Content=document(shut)
    )["Policy"]["PolicySummary"]["Id"]
    for target, expected in ((front, "reached"), (vault, "no way")):
        organizations.attach_policy(PolicyId=policy, TargetId=target)
        assert _standing(read | {root: account.read(checks)}, vault) == expected

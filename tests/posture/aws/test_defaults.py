"""What an account has by default in a region counts, for all that is made there."""

from tests.posture.aws.conftest import Account
from tests.posture.aws.worlds import instance, network, security_group

DEFAULTS = (
    "aws-ec2-ebs-encryption-default",
    "aws-ec2-image-block-public-access",
    "aws-ec2-metadata-defaults",
    "aws-ec2-snapshot-block-public-access",
    "aws-ec2-vpc-block-public-access",
)


def test_as_an_account_comes_none_is_on(account: Account) -> None:
    assert set(account.outcomes(*DEFAULTS).values()) == {"fail"}
    assert account.outcomes("aws-ec2-serial-console") == {
        ("aws-ec2-serial-console", "eu-west-1"): "pass"
    }


def test_all_can_be_switched_on(account: Account) -> None:
    ec2 = account.client("ec2")
    ec2.enable_ebs_encryption_by_default()
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    ec2.modify_instance_metadata_defaults(HttpTokens="required")
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-bidirectional")
    assert set(account.outcomes(*DEFAULTS).values()) == {"pass"}


def test_what_may_not_be_read_is_unknown(account: Account) -> None:
    account.denied = {"*"}
    assert set(account.outcomes(*DEFAULTS).values()) == {"unknown"}


def test_a_template_that_says_nothing_has_the_regions_default(account: Account) -> None:
    ec2 = account.client("ec2")
    disks = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}]
    ec2.create_launch_template(
        LaunchTemplateName="plain", LaunchTemplateData={"BlockDeviceMappings": disks}
    )
    checks = ("aws-ec2-launch-template-encryption", "aws-ec2-launch-template-imdsv2")
    assert set(account.outcomes(*checks).values()) == {"fail"}
    ec2.enable_ebs_encryption_by_default()
    ec2.modify_instance_metadata_defaults(HttpTokens="required")
    assert set(account.outcomes(*checks).values()) == {"pass"}
    account.denied = {"ec2:GetEbsEncryptionByDefault", "ec2:GetInstanceMetadataDefaults"}
    assert set(account.outcomes(*checks).values()) == {"unknown"}


def test_public_snapshots_are_told_by_one_call_however_many_there_are(account: Account) -> None:
    ec2 = account.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    made = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(5)]
    ec2.modify_snapshot_attribute(
        SnapshotId=made[0],
        Attribute="createVolumePermission",
        OperationType="add",
        GroupNames=["all"],
    )
    found = account.outcomes("aws-ec2-snapshot-public")
    assert {label for (_, label), outcome in found.items() if outcome == "fail"} == {made[0]}
    calls = account.calls("aws-ec2-snapshot-public")
    ec2.create_snapshot(VolumeId=volume)
    assert account.calls("aws-ec2-snapshot-public") == calls
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    assert set(account.outcomes("aws-ec2-snapshot-public").values()) == {"pass"}


def test_user_data_is_read_of_machines_and_templates(account: Account) -> None:
    ec2 = account.client("ec2")
    at = network(ec2)
    group = security_group(ec2, at, "web", 443, "0.0.0.0/0")
    careless = instance(ec2, at, group, UserData="export DB_PASSWORD=hunter2secret")
    careful = instance(ec2, at, group, UserData="export DB_PASSWORD=$(aws ssm get-parameter)")
    without = instance(ec2, at, group)
    check = "aws-ec2-instance-user-data-secrets"
    assert account.outcomes(check) == {
        (check, careless): "fail",
        (check, careful): "pass",
        (check, without): "pass",
    }
    (why,) = [one.verdict.why for one in account.judged(check) if one.verdict.outcome == "fail"]
    assert "line 1" in why
    assert "hunter2" not in why
    account.denied = {"ec2:DescribeInstanceAttribute"}
    assert set(account.outcomes(check).values()) == {"unknown"}

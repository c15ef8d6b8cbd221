"""EC2: instances, volumes, snapshots, images, and what the account has by default in a region."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first, joined, whole
from ringwall.posture.snapshot.snapshot import LISTED, Seen

INSTANCE: Final = "aws-ec2-instance"
TEMPLATE: Final = "aws-ec2-launch-template"
_GONE: Final = {"terminated", "shutting-down"}

LISTINGS: Final = (
    described(
        INSTANCE,
        "ec2:DescribeInstances",
        "Reservations.Instances",
        "ec2:instance/{InstanceId}",
        "InstanceId",
        keep=lambda one: one["State"]["Name"] not in _GONE,
        arguments={"MaxResults": 1000},
    ),
    described(
        "aws-ec2-volume",
        "ec2:DescribeVolumes",
        "Volumes",
        "ec2:volume/{VolumeId}",
        "VolumeId",
        arguments={"MaxResults": 500},
    ),
    described(
        "aws-ec2-snapshot",
        "ec2:DescribeSnapshots",
        "Snapshots",
        "ec2:snapshot/{SnapshotId}",
        "SnapshotId",
        arguments={"OwnerIds": ["self"], "MaxResults": 1000},
    ),
    described(
        "aws-ec2-image",
        "ec2:DescribeImages",
        "Images",
        "ec2:image/{ImageId}",
        "ImageId",
        arguments={"Owners": ["self"]},
    ),
    described(
        "aws-ec2-key-pair",
        "ec2:DescribeKeyPairs",
        "KeyPairs",
        "ec2:key-pair/{KeyName}",
        "KeyName",
    ),
    described(
        TEMPLATE,
        "ec2:DescribeLaunchTemplates",
        "LaunchTemplates",
        "ec2:launch-template/{LaunchTemplateId}",
        "LaunchTemplateName",
    ),
    described(
        "aws-ec2-address",
        "ec2:DescribeAddresses",
        "Addresses",
        "ec2:elastic-ip/{AllocationId}",
        "PublicIp",
        keep=lambda one: bool(one.get("AllocationId")),
    ),
    described(
        "aws-ec2-transit-gateway",
        "ec2:DescribeTransitGateways",
        "TransitGateways",
        "TransitGatewayArn",
        "TransitGatewayId",
        keep=lambda one: one.get("State") not in {"deleting", "deleted"},
    ),
    described(
        "aws-ec2-client-vpn-endpoint",
        "ec2:DescribeClientVpnEndpoints",
        "ClientVpnEndpoints",
        "ec2:client-vpn-endpoint/{ClientVpnEndpointId}",
        "ClientVpnEndpointId",
        keep=lambda one: one.get("Status", {}).get("Code") not in {"deleting", "deleted"},
    ),
)


def _default(
    aspect: str, call: str, pick: Callable[[list[Mapping[str, Any]]], Any], **arguments: Any
) -> Detail:
    return Detail(
        kind="aws-region",
        aspect=aspect,
        call=f"ec2:{call}",
        arguments=lambda _: arguments,
        pick=pick,
    )


def _template(seen: Seen) -> Mapping[str, Any]:
    listed = seen.aspects[LISTED].value
    return {
        "LaunchTemplateId": listed["LaunchTemplateId"],
        "Versions": ["$Default", "$Latest"],
    }


DETAILS: Final = (
    Detail(
        kind=INSTANCE,
        aspect="user_data",
        call="ec2:DescribeInstanceAttribute",
        arguments=lambda seen: {"InstanceId": seen.found.label, "Attribute": "userData"},
        pick=lambda pages: (pages[0].get("UserData") or {}).get("Value"),
    ),
    Detail(
        kind=TEMPLATE,
        aspect="versions",
        call="ec2:DescribeLaunchTemplateVersions",
        arguments=_template,
        pick=joined("LaunchTemplateVersions"),
    ),
    _default("metadata_defaults", "GetInstanceMetadataDefaults", first("AccountLevel")),
    _default("ebs_encryption_by_default", "GetEbsEncryptionByDefault", whole),
    _default("snapshot_block_public_access", "GetSnapshotBlockPublicAccessState", whole),
    _default("image_block_public_access", "GetImageBlockPublicAccessState", whole),
    _default("serial_console_access", "GetSerialConsoleAccessStatus", whole),
    _default(
        "public_snapshots",
        "DescribeSnapshots",
        lambda pages: [one["SnapshotId"] for page in pages for one in page["Snapshots"]],
        OwnerIds=["self"],
        RestorableByUserIds=["all"],
        MaxResults=1000,
    ),
    _default(
        "vpc_block_public_access",
        "DescribeVpcBlockPublicAccessOptions",
        first("VpcBlockPublicAccessOptions"),
    ),
    _default(
        "vpc_block_public_access_exclusions",
        "DescribeVpcBlockPublicAccessExclusions",
        joined("VpcBlockPublicAccessExclusions"),
    ),
)

"""What launches machines: templates, configurations, groups; and the disks that come with them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    first,
    ident,
    idents,
    known,
    part,
    renamed,
)
from ringwall.posture.code.aws.launched import template_of
from ringwall.posture.code.aws.settings import either
from ringwall.posture.code.aws.variables import userdata
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = (
    "aws-ec2-launch-template",
    "aws-autoscaling-launch-configuration",
    "aws-autoscaling-group",
)
_METADATA: Final = {
    "http_tokens": "HttpTokens",
    "http_endpoint": "HttpEndpoint",
    "http_put_response_hop_limit": "HttpPutResponseHopLimit",
}
_ROOTS: Final = ("/dev/xvda", "/dev/sda1")
"""What images call the disk that they start from."""
_EBS: Final = {"encrypted": "Encrypted", "kms_key_id": "KmsKeyId", "volume_size": "VolumeSize"}


def components(code: Resources) -> Iterator[Collected]:
    """Templates, configurations and groups."""
    for one in code.of("aws_launch_template"):
        versions = [{"VersionNumber": 1, "LaunchTemplateData": _template(code, one)}]
        aspects = {"versions": known(versions, one)}
        yield component("aws-ec2-launch-template", one, one.get("name"), aspects)
    for one in code.of("aws_launch_configuration"):
        listed = {
            "LaunchConfigurationName": one.get("name", one.address),
            "AssociatePublicIpAddress": one.get("associate_public_ip_address"),
            "MetadataOptions": _options(one),
            "UserData": userdata(code, one.get("user_data"), one.get("user_data_base64")),
            "BlockDeviceMappings": _mapped(one, "root_block_device", "ebs_block_device"),
        }
        aspects = {"listed": known(listed, one)}
        yield component("aws-autoscaling-launch-configuration", one, one.get("name"), aspects)
    for one in code.of("aws_autoscaling_group"):
        aspects = {"listed": known(_group(one), one)}
        yield component("aws-autoscaling-group", one, one.get("name"), aspects)


def disks(code: Resources, one: Instance, usual: Any) -> Iterator[Collected]:
    """The disks that an instance or its launch template writes down, each a volume as EC2 lists.

    ``usual`` is whether the region encrypts all there are.
    """
    for name in ("root_block_device", "ebs_block_device"):
        blocks = one.blocks(name)
        if isinstance(blocks, Unknown):
            continue
        for at, block in enumerate(blocks):
            if isinstance(block, Unknown):
                continue
            address = f"{one.address}.{name}" + (f"[{at}]" if name.startswith("ebs") else "")
            where = replace(one, address=address)
            yield _disk(where, one.address, block, usual, name)
    template = template_of(code, one)
    blocks = template.blocks("block_device_mappings") if template else []
    if template is None or isinstance(blocks, Unknown):
        return
    own = _devices(one)
    for at, block in enumerate(blocks):
        disk, device = first(part(block, "ebs", [])), part(block, "device_name")
        if own is None or not isinstance(disk, dict) or device in own:
            continue
        if isinstance(device, str):
            address = f"{one.address}.block_device_mappings[{at}]"
            where = replace(one, address=address, place=template.place, lines=template.lines)
            yield _disk(where, one.address, disk, usual, "block_device_mappings")


def _devices(one: Instance) -> list[str] | None:
    """The devices that an instance says something of itself; ``None`` where they are not known."""
    found = list(_ROOTS) if one.blocks("root_block_device") else []
    for name in ("ebs_block_device", "ephemeral_block_device"):
        blocks = one.blocks(name)
        for block in [blocks] if isinstance(blocks, Unknown) else blocks:
            device = part(block, "device_name")
            if not isinstance(device, str):
                return None
            found.append(device)
    return found


def _disk(
    where: Instance, machine: str, block: dict[str, Any], usual: Any, argument: str
) -> Collected:
    """A disk of a machine, as a volume; ``argument`` is the block that says it."""
    listed = {
        "VolumeId": where.address,
        "State": "in-use",
        "Encrypted": either(part(block, "encrypted", fallback=False), usual),
        "Attachments": [{"InstanceId": machine, "State": "attached"}],
        "SnapshotId": ident(part(block, "snapshot_id", "")),
        **renamed(block, {"kms_key_id": "KmsKeyId", "volume_size": "Size"}),
    }
    return component("aws-ec2-volume", where, None, {"listed": known(listed, where, argument)})


def _options(one: Instance) -> Any:
    block = one.block("metadata_options")
    return block if isinstance(block, Unknown) else renamed(block or {}, _METADATA)


def _template(code: Resources, one: Instance) -> dict[str, Any]:
    interfaces = one.blocks("network_interfaces")
    disks_of = one.blocks("block_device_mappings")
    return {
        "MetadataOptions": _options(one),
        "UserData": userdata(code, None, one.get("user_data")),
        "NetworkInterfaces": interfaces
        if isinstance(interfaces, Unknown)
        else [_interface(each) for each in interfaces],
        "BlockDeviceMappings": disks_of
        if isinstance(disks_of, Unknown)
        else [_device(each) for each in disks_of],
    }


def _interface(block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    on = block.get("associate_public_ip_address")
    return {
        "AssociatePublicIpAddress": {"true": True, "false": False}.get(on, on)
        if isinstance(on, str)
        else on,
        "Groups": idents(block.get("security_groups")),
    }


def _device(block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    disk = first(part(block, "ebs", []))
    if disk is None:
        return {"DeviceName": block.get("device_name")}
    return {"Ebs": disk if isinstance(disk, Unknown) else _encrypted(disk)}


def _encrypted(disk: dict[str, Any]) -> dict[str, Any]:
    made = renamed(disk, _EBS)
    on = made.get("Encrypted")
    return made | ({"Encrypted": on == "true"} if isinstance(on, str) else {})


def _mapped(one: Instance, *names: str) -> Any:
    found: list[Any] = []
    for name in names:
        blocks = one.blocks(name)
        if isinstance(blocks, Unknown):
            return blocks
        found += [
            each if isinstance(each, Unknown) else {"Ebs": _encrypted(each)} for each in blocks
        ]
    return found


def _group(one: Instance) -> dict[str, Any]:
    zones = one.get("availability_zones")
    subnets = one.get("vpc_zone_identifier")
    made: dict[str, Any] = {
        "AutoScalingGroupName": one.get("name", one.address),
        "HealthCheckType": one.get("health_check_type", "EC2"),
        "LoadBalancerNames": idents(one.get("load_balancers")),
        "TargetGroupARNs": idents(one.get("target_group_arns")),
        # each subnet is in one zone; which, only its own lines tell
        "AvailabilityZones": zones if zones is not None else idents(subnets),
    }
    if one.get("launch_configuration") is not None:
        made["LaunchConfigurationName"] = ident(one.get("launch_configuration"))
    return made

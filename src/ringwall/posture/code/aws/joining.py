"""What joins networks, what machines are made of, and domains: gateways, tunnels, images."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, first, known, part
from ringwall.posture.code.aws.settings import settled
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

GATEWAY: Final = "aws-ec2-transit-gateway"
TUNNELS: Final = "aws-ec2-vpn-connection"
IMAGE: Final = "aws-ec2-image"
DOMAIN: Final = "aws-route53domains-domain"
KINDS: Final = (GATEWAY, TUNNELS, IMAGE, DOMAIN)
_OF_SOURCE: Final = Unknown("whether it is encrypted is said by what it is made of")


def components(code: Resources) -> Iterator[Collected]:
    """All that is declared."""
    for one in code.of("aws_ec2_transit_gateway"):
        accepts = one.get("auto_accept_shared_attachments", "disable")
        options = {"AutoAcceptSharedAttachments": accepts}
        name = one.get("description")
        yield component(GATEWAY, one, name, {"listed": known({"Options": options}, one)})
    for one in code.of("aws_vpn_connection"):
        yield component(TUNNELS, one, one.address, {"listed": known(_tunnels(one), one)})
    for one in code.of("aws_ami", "aws_ami_copy", "aws_ami_from_instance"):
        yield _image(code, one)
    for one in code.of("aws_route53domains_registered_domain", "aws_route53domains_domain"):
        yield _domain(one)


def _tunnels(one: Instance) -> dict[str, Any]:
    """Two of them; in CloudFormation by a list."""
    blocks = [one.block(f"tunnel{number}_log_options") for number in (1, 2)]
    written = one.get("tunnels")
    if written is not None:
        blocks = written if isinstance(written, list) else [written, written]
    logs = [part(first(part(each, "cloudwatch_log_options", [])), "log_enabled") for each in blocks]
    return {
        "Options": {
            "TunnelOptions": [
                {"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": settled(on)}}}
                for on in [*logs, None, None][: max(2, len(logs))]
            ]
        }
    }


def _image(code: Resources, one: Instance) -> Collected:
    """An image; AWS keeps a copy of what is encrypted so, whatever is written."""
    blocks = one.blocks("ebs_block_device")
    if one.type == "aws_ami_copy":
        on = settled(one.get("encrypted"))
        blocks = [{"encrypted": True if on is True else _OF_SOURCE}]
    elif one.type == "aws_ami_from_instance":
        blocks = [{"encrypted": _OF_SOURCE}]
    disks = blocks if isinstance(blocks, Unknown) else [
        each if isinstance(each, Unknown) else {"Ebs": {"Encrypted": _encrypted(each)}}
        for each in blocks
    ]  # fmt: skip
    permissions = code.pointing("aws_ami_launch_permission", "image_id", one)
    groups = [each.get("group") for each in permissions]
    unknown = next((each for each in groups if isinstance(each, Unknown)), None)
    listed = {
        "ImageId": one.address,
        "Public": True if "all" in groups else unknown or False,
        "BlockDeviceMappings": disks,
    }
    return component(IMAGE, one, one.get("name"), {"listed": known(listed, one)})


def _encrypted(block: dict[str, Any]) -> Any:
    on = settled(block.get("encrypted"))
    return _OF_SOURCE if on is not True and block.get("snapshot_id") is not None else on or False


def _domain(one: Instance) -> Collected:
    """All of it is on unless it is switched off."""
    listed = {
        "TransferLock": settled(one.get("transfer_lock", default=True)),
        "AutoRenew": settled(one.get("auto_renew", default=True)),
        "Expiry": Unknown("when it ends is known only once it is there"),
    }
    contacts = {"admin": "Admin", "registrant": "Registrant", "tech": "Tech"}
    registration = {
        f"{name}Privacy": settled(one.get(f"{key}_privacy", default=True))
        for key, name in contacts.items()
    }
    aspects = {"listed": known(listed, one), "registration": known(registration, one)}
    return component(DOMAIN, one, one.get("domain_name"), aspects)

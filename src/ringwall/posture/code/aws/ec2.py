"""EC2: instances, volumes, images of them, and security groups with their rules."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    ident,
    idents,
    is_terraform,
    known,
    presence,
    renamed,
    told,
    unsure,
    userdata,
)
from ringwall.posture.code.aws.launching import disks
from ringwall.posture.code.aws.settings import either, encrypts
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Assumed, Unknown

KINDS: Final = (
    "aws-ec2-instance",
    "aws-ec2-volume",
    "aws-ec2-security-group",
    "aws-ec2-vpc",
    "aws-ec2-subnet",
    "aws-ec2-flow-log",
)
_METADATA: Final = {
    "http_tokens": "HttpTokens",
    "http_endpoint": "HttpEndpoint",
    "http_put_response_hop_limit": "HttpPutResponseHopLimit",
}
_OPTIONAL: Final = {
    "HttpTokens": "optional",
    "HttpEndpoint": "enabled",
    "HttpPutResponseHopLimit": 1,
}
"""What an instance has that says nothing, unless its image or the account says more."""
_DEFAULT: Final = {"GroupId": Unknown("it is its network's own"), "GroupName": "default"}
"""The security group of what names none."""
_RULE_TYPES: Final = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
_GIVING: Final = (
    ("aws_eip", "instance"),
    ("aws_eip", "instance_id"),
    ("aws_eip_association", "instance_id"),
)
"""What gives an address to an instance, and where it names that."""
_ADDRESS: Final = {"Ipv6Address": "2001:db8::1"}
"""Stands for one that is known only once it is there."""
_DEVICE: Final = {"encrypted": "Encrypted", "volume_id": "VolumeId", "kms_key_id": "KmsKeyId"}


def components(code: Resources) -> Iterator[Collected]:
    """Everything of EC2 that is declared."""
    usual = encrypts(code)
    for one in code.of("aws_instance"):
        yield _instance(code, one, _is_public(code, one))
        yield from disks(one, usual)
    yield from (_volume(one, usual) for one in code.of("aws_ebs_volume"))
    for one in code.of("aws_security_group", "aws_default_security_group"):
        yield _group(code, one)
    yield from _elsewhere(code)
    for one in code.of("aws_vpc", "aws_default_vpc"):
        listed = {
            "VpcId": one.address,
            "CidrBlock": one.get("cidr_block"),
            "IsDefault": one.type == "aws_default_vpc",
        }
        yield component("aws-ec2-vpc", one, _name(one), {"listed": known(listed, one)})
        yield from _group_of(code, one)
    for one in code.of("aws_subnet", "aws_default_subnet"):
        listed = {
            "SubnetId": one.address,
            "VpcId": ident(one.get("vpc_id")),
            "CidrBlock": one.get("cidr_block"),
            "MapPublicIpOnLaunch": one.get(
                "map_public_ip_on_launch", default=one.type == "aws_default_subnet"
            ),
            "AvailabilityZone": _zone(one),
        }
        yield component("aws-ec2-subnet", one, _name(one), {"listed": known(listed, one)})
    for one in code.of("aws_flow_log"):
        target = next(
            (
                one.get(name)
                for name in ("vpc_id", "subnet_id", "eni_id")
                if one.get(name) is not None
            ),
            None,
        )
        listed = {
            "FlowLogId": one.address,
            "ResourceId": ident(target),
            "TrafficType": one.get("traffic_type", "ALL"),
            "FlowLogStatus": "ACTIVE",
            "DeliverLogsStatus": "SUCCESS",
        }
        # nothing is judged of it but that it is there
        told = unsure(one.doubt) if one.doubt else known(listed, one)
        yield component("aws-ec2-flow-log", one, one.address, {"listed": told})


def _zone(one: Instance) -> Any:
    """The zone of a subnet: of one whose region is not known its letter, which tells it apart."""
    found = one.get("availability_zone", one.get("availability_zone_id"))
    if found is None:
        return Unknown("AWS chooses its zone once it is there")
    last = found.parts[-1] if isinstance(found, PartialText) else None
    return Assumed(last) if isinstance(last, str) and last[-1:].isalpha() else found


def _name(one: Instance) -> Any:
    tags = one.get("tags")
    return tags.get("Name") if isinstance(tags, dict) else None


def _is_public(code: Resources, one: Instance) -> bool | Unknown:
    """Whether it gets a public address: by itself, by its subnet, or given to it afterwards."""
    unknown = Unknown("its public address is known only once it is there")
    given = [each for type_, argument in _GIVING for each in code.pointing(type_, argument, one)]
    if any(not each.doubt for each in given):
        return True
    asked = one.get("associate_public_ip_address")
    its = _subnet_of(code, one)
    if asked is None and its is not None:
        asked = its.get("map_public_ip_on_launch", default=False)
    if asked is True or (asked is False and not any(code.of("aws_eip", "aws_eip_association"))):
        return bool(asked)
    return unknown


def _of_version_6(code: Resources, one: Instance) -> bool | Unknown:
    """Whether it gets an address of version 6, all of which are public: by itself or its subnet."""
    for argument in ("ipv6_addresses", "ipv6_address_count"):
        said = one.get(argument)
        if said:
            return said if isinstance(said, Unknown) else True
    its = _subnet_of(code, one)
    given = its.get("assign_ipv6_address_on_creation", default=False) if its else False
    return given if isinstance(given, bool | Unknown) else given == "true"


def _subnet_of(code: Resources, one: Instance) -> Instance | None:
    subnet = one.get("subnet_id")
    its = code.at(subnet.address) if isinstance(subnet, Reference) else None
    return its if its is not None and its.type == "aws_subnet" else None


def _instance(code: Resources, one: Instance, public: bool | Unknown) -> Collected:
    """An instance; ``public`` is whether it gets a public address."""
    attached, template = one.blocks("network_interface"), one.blocks("launch_template")
    may_say = Unknown("its launch template may say it") if template else None
    options = one.block("metadata_options")
    options = may_say if options is None else options
    metadata = options if isinstance(options, Unknown) else {
        **_OPTIONAL, **renamed(options or {}, _METADATA)
    }  # fmt: skip
    groups = idents(one.get("vpc_security_group_ids") or one.get("security_groups"))
    if groups == [] and (attached or template):
        groups = may_say or Unknown("its interfaces are others")
    profile = one.get("iam_instance_profile", may_say)
    listed: dict[str, Any] = {
        "InstanceId": one.address,
        "State": {"Name": "running"},
        "MetadataOptions": metadata,
        "Monitoring": {"State": _state(one.get("monitoring", default=False))},
        "SecurityGroups": groups
        if isinstance(groups, Unknown)
        else [{"GroupId": group, "GroupName": group} for group in groups] or [_DEFAULT],
        "SubnetId": ident(one.get("subnet_id")),
        "SourceDestCheck": one.get("source_dest_check", default=True),
    }
    if profile is not None:
        is_there = presence(profile)
        listed["IamInstanceProfile"] = (
            is_there if isinstance(is_there, Unknown) else {"Arn": ident(profile)}
        )
    if one.get("key_name") is not None:
        listed["KeyName"] = ident(one.get("key_name"))
    interface = {"SubnetId": listed["SubnetId"], "Groups": listed["SecurityGroups"]}
    if public is True:
        listed["PublicIpAddress"] = Assumed("a public address")
        interface["Association"] = {"PublicIp": listed["PublicIpAddress"]}
    elif public is not False:  # its subnet decides, and whoever gives it one
        interface["Association"] = public
    if (six := _of_version_6(code, one)) is not False:
        interface["Ipv6Addresses"] = six if isinstance(six, Unknown) else [_ADDRESS]
    listed["NetworkInterfaces"] = (
        [Unknown("its interfaces are others")] if attached else [interface]
    )
    encoded = userdata(one.get("user_data"), one.get("user_data_base64", may_say))
    aspects = {"listed": known(listed, one), "user_data": told(encoded, one, "user_data")}
    return component("aws-ec2-instance", one, _name(one), aspects)


def _state(on: Any) -> Any:
    return on if isinstance(on, Unknown) else "enabled" if on else "disabled"


def _volume(one: Instance, usual: Any) -> Collected:
    """A volume; ``usual`` is whether the region encrypts all, where nothing is written, or no."""
    listed = {
        "VolumeId": one.address,
        "State": Unknown("whether it is attached is known only once it is there"),
        "Encrypted": either(one.get("encrypted", default=False), usual),
        "Attachments": Unknown("what it is attached to is known only once it is there"),
        "SnapshotId": ident(one.get("snapshot_id", "")),
        **renamed(one.values, {"kms_key_id": "KmsKeyId", "size": "Size"}),
    }
    return component("aws-ec2-volume", one, _name(one), {"listed": known(listed, one)})


def _group(code: Resources, one: Instance) -> Collected:
    is_default = one.type == "aws_default_security_group"
    listed = {
        "GroupId": one.address,
        "GroupName": "default" if is_default else one.get("name", one.address),
        "Description": one.get("description", "Managed by Terraform"),
        "VpcId": ident(one.get("vpc_id")),
        "IpPermissions": _rules(code, one, "ingress"),
        "IpPermissionsEgress": _rules(code, one, "egress"),
    }
    label = listed["GroupName"]
    return component("aws-ec2-security-group", one, label, {"listed": known(listed, one)})


def _elsewhere(code: Resources) -> Iterator[Collected]:
    """Rules that open a group which is not here to everybody: of the group no more is known."""
    groups = list(code.of("aws_security_group", "aws_default_security_group"))
    known_here = {
        rule.address
        for group in groups
        for type_ in _RULE_TYPES
        for rule in code.pointing(type_, "security_group_id", group, or_maybe=False)
    }
    for rule in code.of(*_RULE_TYPES):
        way = rule.get("type") if rule.type == "aws_security_group_rule" else "ingress"
        if rule.address in known_here or way != "ingress" or rule.doubt:
            continue
        made = _rule(rule.values, rule) if "type" in rule.values else _single(rule)
        if not _is_for_all(made):
            continue
        rest = Unknown(f"{rule.written} is a rule of a group that is not here")
        listed = {
            "GroupId": rest,
            "GroupName": rest,
            "VpcId": rest,
            "IpPermissions": [made, rest],
            "IpPermissionsEgress": rest,
        }
        aspects = {"listed": known(listed, rule)}
        yield component("aws-ec2-security-group", rule, rule.written, aspects)


def _is_for_all(rule: Any) -> bool:
    ranges = [
        one
        for name in ("IpRanges", "Ipv6Ranges")
        for one in (rule[name] if isinstance(rule[name], list) else ())
    ]
    cidrs = [one.get("CidrIp", one.get("CidrIpv6")) for one in ranges if isinstance(one, dict)]
    return any(isinstance(one, str) and one.endswith("/0") for one in cidrs)


def _group_of(code: Resources, vpc: Instance) -> Iterator[Collected]:
    """The group that every network comes with, and that only Terraform can take rules away from.

    As AWS makes it: all from itself, and everything out.
    """
    kind = "aws_default_security_group"
    others = code.pointing(kind, "vpc_id", vpc) or code.unplaced(kind, "vpc_id")
    if others or not is_terraform(vpc):
        return
    unread = next(code.of("module"), None)
    address = f"{vpc.address}.default_security_group"
    listed = {
        "GroupId": address,
        "GroupName": "default",
        "VpcId": vpc.address,
        "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": address}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    told = (
        known(listed, vpc)
        if unread is None
        else unsure(f"{unread.written} is not read, and may change it")
    )
    one = replace(vpc, address=address)
    yield component("aws-ec2-security-group", one, "default", {"listed": told}, tags={})


def _rules(code: Resources, one: Instance, way: str) -> Any:
    blocks = one.blocks(way)
    if isinstance(blocks, Unknown):
        return blocks
    found = [_rule(block, one) for block in blocks]
    for rule in code.pointing("aws_security_group_rule", "security_group_id", one):
        kind = rule.get("type")
        if isinstance(kind, Unknown):
            found.append(kind)
        elif kind == way:
            found.append(_rule(rule.values, one))
    single = f"aws_vpc_security_group_{way}_rule"
    found += [_single(rule) for rule in code.pointing(single, "security_group_id", one)]
    found += [
        Unknown(f"{rule.written} is a rule of an unknown group")
        for type_ in ("aws_security_group_rule", single)
        for rule in code.unplaced(type_, "security_group_id")
    ]
    return found


def _rule(block: Any, one: Instance) -> Any:
    if isinstance(block, Unknown):
        return block
    made: dict[str, Any] = {"IpProtocol": _protocol(block.get("protocol"))}
    if made["IpProtocol"] != "-1":
        made |= renamed(block, {"from_port": "FromPort", "to_port": "ToPort"})
    made["IpRanges"] = _cidrs(block.get("cidr_blocks"), "CidrIp")
    made["Ipv6Ranges"] = _cidrs(block.get("ipv6_cidr_blocks"), "CidrIpv6")
    made["PrefixListIds"] = _cidrs(idents(block.get("prefix_list_ids")), "PrefixListId")
    groups = block.get("security_groups") or block.get("source_security_group_id") or []
    several = idents(groups if isinstance(groups, list) else [groups])
    if block.get("self") is True:
        several = [*several, one.address]
    made["UserIdGroupPairs"] = _cidrs(several, "GroupId")
    return made


def _cidrs(values: Any, name: str) -> Any:
    if isinstance(values, Unknown):
        return values
    return [one if isinstance(one, Unknown) else {name: one} for one in values or ()]


def _protocol(value: Any) -> Any:
    if isinstance(value, Unknown):
        return value
    return {"all": "-1", "-1": "-1"}.get(str(value).lower(), str(value).lower())


def _single(rule: Instance) -> Any:
    return _rule(
        {
            "protocol": rule.get("ip_protocol"),
            "from_port": rule.get("from_port"),
            "to_port": rule.get("to_port"),
            "cidr_blocks": _alone(rule.get("cidr_ipv4")),
            "ipv6_cidr_blocks": _alone(rule.get("cidr_ipv6")),
            "prefix_list_ids": _alone(rule.get("prefix_list_id")),
            "security_groups": _alone(rule.get("referenced_security_group_id")),
        },
        rule,
    )


def _alone(value: Any) -> list[Any]:
    return [] if value is None else [value]

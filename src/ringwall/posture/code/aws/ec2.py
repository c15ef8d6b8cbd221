"""EC2: instances, volumes, images of them, and security groups with their rules."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.checking.settled import APART, NOT_HERE
from ringwall.posture.code.aws.addressing import (
    SOME_ADDRESS,
    is_public,
    of_version_6,
    spare_addresses,
)
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
)
from ringwall.posture.code.aws.launched import launched
from ringwall.posture.code.aws.launching import disks
from ringwall.posture.code.aws.placing import (
    NETWORKS,
    SUBNETS,
    default_network,
    here,
    is_placed,
    network_of,
    subnet_of,
)
from ringwall.posture.code.aws.settings import either, encrypts
from ringwall.posture.code.aws.variables import userdata
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText
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
_ELSEWHERE: Final = Unknown("the default security group of its network is not in this code")
_DEFAULT_GROUP: Final = "aws_default_security_group"
_GROUPS: Final = ("aws_security_group", _DEFAULT_GROUP)
_RULE_TYPES: Final = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
_DEVICE: Final = {"encrypted": "Encrypted", "volume_id": "VolumeId", "kms_key_id": "KmsKeyId"}


def components(code: Resources) -> Iterator[Collected]:
    """Everything of EC2 that is declared."""
    usual = encrypts(code)
    is_spare = any(spare_addresses(code))
    for written in code.of("aws_instance"):
        one = launched(code, written)
        yield _instance(code, one, is_public(code, one, is_spare=is_spare))
        yield from disks(code, written, usual)
    yield from (_volume(one, usual) for one in code.of("aws_ebs_volume"))
    for one in code.of(*_GROUPS):
        yield _group(code, one)
    yield from _elsewhere(code)
    for one in code.of(*NETWORKS):
        listed = {
            "VpcId": one.address,
            "CidrBlock": one.get("cidr_block"),
            "IsDefault": one.type == "aws_default_vpc",
        }
        yield component("aws-ec2-vpc", one, _name(one), {"listed": known(listed, one)})
        yield from _group_of(code, one)
    for one in code.of(*SUBNETS):
        listed = {
            "SubnetId": one.address,
            "VpcId": network_of(code, one),
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


def _instance(code: Resources, one: Instance, public: bool | Unknown) -> Collected:
    """An instance; ``public`` is whether it gets a public address."""
    template = one.blocks("launch_template")
    attached = one.blocks("network_interface") or one.blocks("primary_network_interface")
    may_say = Unknown("its launch template may say it") if template else None
    options = one.block("metadata_options")
    options = may_say if options is None else options
    metadata = options if isinstance(options, Unknown) else {
        **_OPTIONAL, **renamed(options or {}, _METADATA)
    }  # fmt: skip
    groups = _groups_of(code, one)
    if groups == [] and (attached or template):
        groups = may_say or Unknown("its interfaces are others")
    network = _network_of(code, one)
    profile = one.get("iam_instance_profile", may_say)
    listed: dict[str, Any] = {
        "InstanceId": one.address,
        "State": {"Name": "running"},
        "MetadataOptions": metadata,
        "Monitoring": {"State": _state(one.get("monitoring", may_say or False))},
        "SecurityGroups": groups
        if isinstance(groups, Unknown)
        else [{"GroupId": group, "GroupName": group} for group in groups]
        or [{"GroupId": _default_group(code, network, one.root), "GroupName": "default"}],
        "SubnetId": _subnet_of(code, one),
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
    if isinstance(network, str):  # of another its subnet may tell all that is asked
        interface["VpcId"] = network
    if public is True:
        listed["PublicIpAddress"] = Assumed("a public address")
        interface["Association"] = {"PublicIp": listed["PublicIpAddress"]}
    elif public is not False:  # its subnet decides, and whoever gives it one
        interface["Association"] = public
    if (six := of_version_6(code, one)) is not False:
        interface["Ipv6Addresses"] = six if isinstance(six, Unknown) else [SOME_ADDRESS]
    listed["NetworkInterfaces"] = (
        [Unknown("its interfaces are others")] if attached else [interface]
    )
    encoded = userdata(code, one.get("user_data"), one.get("user_data_base64", may_say))
    aspects = {"listed": known(listed, one), "user_data": told(encoded, one, "user_data")}
    return component("aws-ec2-instance", one, _name(one), aspects)


def _groups_of(code: Resources, one: Instance) -> Any:
    """The security groups that an instance names, in the default network by their names."""
    by_id = one.get("vpc_security_group_ids")
    several = by_id or one.get("security_groups")
    if not isinstance(several, list):
        return idents(several)
    return [here(code, each, *_GROUPS) if by_id else _group_called(code, each) for each in several]


def _group_called(code: Resources, value: Any) -> Any:
    """A group by its name, if no other network has one of that name, or by its id."""
    its = [
        group.address
        for group in code.of(*_GROUPS)
        if isinstance(value, str) and group.get("name") == value
    ]
    return its[0] if len(its) == 1 else here(code, value, *_GROUPS)


def _subnet_of(code: Resources, one: Instance) -> Any:
    if is_placed(one) or not any(code.of("aws_default_subnet")):
        return here(code, one.get("subnet_id"), *SUBNETS)
    return Unknown("it is in one of the subnets of the default network, and which is not known")


def _network_of(code: Resources, one: Instance) -> Any:
    """The network of an instance: its subnet's, and where it names none the one that is there."""
    subnet = subnet_of(code, one.get("subnet_id"))
    if subnet is not None:
        return network_of(code, subnet)
    if is_placed(one):
        return Unknown("its subnet is none of this code")
    return default_network(code, one.root)


def _default_group(code: Resources, network: Any, root: str) -> Any:
    """The security group of what names none, if its network or that group is declared here."""
    vpc = code.at(network) if isinstance(network, str) else None
    if vpc is None:
        written = _without_network(code) if network == default_network(code, root) else []
    else:
        written = _written_groups(code, vpc)
    if len(written) == 1 and not written[0].doubt:
        return written[0].address
    is_usual = vpc is not None and not written and is_terraform(vpc)
    return _usual_group(vpc) if vpc is not None and is_usual else _ELSEWHERE


def _written_groups(code: Resources, vpc: Instance) -> list[Instance]:
    """The default groups that are that of this network, or may be it."""
    found = code.pointing(_DEFAULT_GROUP, "vpc_id", vpc)
    if vpc.type != "aws_default_vpc":
        return found
    its = default_network(code, vpc.root)
    doubt = its.why if isinstance(its, Unknown) else ""
    return [*found, *(replace(one, doubt=one.doubt or doubt) for one in _without_network(code))]


def _without_network(code: Resources) -> list[Instance]:
    """The default groups that are of the default network, since they name none."""
    return [one for one in code.of(_DEFAULT_GROUP) if one.get("vpc_id") is None]


def _usual_group(vpc: Instance) -> str:
    return f"{vpc.address}.default_security_group"


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
    is_default = one.type == _DEFAULT_GROUP
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
    groups = list(code.of(*_GROUPS))
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
        rest = Unknown(f"the group that {rule.written} is a rule of {NOT_HERE}")
        listed = {
            "GroupId": rest,
            "GroupName": rest,
            "VpcId": rest,
            "IpPermissions": [made, rest],
            "IpPermissionsEgress": rest,
        }
        aspects = {"listed": known(listed, rule), APART: known(value=True, one=rule)}
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
    if _written_groups(code, vpc) or not is_terraform(vpc):
        return
    unread = next(code.of("module"), None)
    address = _usual_group(vpc)
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
            found.append(_by(rule, _rule(rule.values, one)))
    single = f"aws_vpc_security_group_{way}_rule"
    found += [_by(rule, _single(rule)) for rule in code.pointing(single, "security_group_id", one)]
    found += [
        Unknown(f"{rule.written} is a rule of an unknown group")
        for type_ in ("aws_security_group_rule", single)
        for rule in code.unplaced(type_, "security_group_id")
    ]
    return found


def _by(rule: Instance, made: Any) -> Any:
    """A rule with where it stands, which is not where its group does."""
    return (
        made | {"DeclaredBy": f"{rule.written} ({rule.place})"} if isinstance(made, dict) else made
    )


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

"""Security groups, instances, volumes: open to the world in many ways of writing, or only as if."""

from collections.abc import Mapping
from typing import Any, Final

from tests.posture.accounts.making import REGION, Making, Specimen

GROUP: Final = "aws-ec2-security-group"
INSTANCE: Final = "aws-ec2-instance"
VOLUME: Final = "aws-ec2-volume"


def _network(making: Making) -> str:
    def make() -> str:
        ec2 = making.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        making.shared["subnet"] = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/18")["Subnet"][
            "SubnetId"
        ]
        return str(vpc)

    return str(making.once("vpc", make))


def _group(making: Making, name: str, *rules: Mapping[str, Any]) -> str:
    ec2 = making.client("ec2")
    made = ec2.create_security_group(
        GroupName=name, Description="for tests", VpcId=_network(making)
    )["GroupId"]
    if rules:
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=list(rules))
    return str(made)


def _rule(first: int, last: int, *networks: str, protocol: str = "tcp") -> dict[str, Any]:
    v6 = [{"CidrIpv6": one} for one in networks if ":" in one]
    v4 = [{"CidrIp": one} for one in networks if ":" not in one]
    ranges = {"IpRanges": v4} if v4 else {}
    ranges |= {"Ipv6Ranges": v6} if v6 else {}
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **ranges}


def closed(making: Making, name: str) -> None:
    _group(making, name)


def ssh_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "0.0.0.0/0"))


def ssh_to_both_halves(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "0.0.0.0/1", "128.0.0.0/1"))


def ssh_to_halves_in_two_rules(making: Making, name: str) -> None:
    _group(making, name, _rule(20, 25, "0.0.0.0/1"), _rule(22, 22, "128.0.0.0/1"))


def ssh_to_the_new_world(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "::/0"))


def everything_to_the_world(making: Making, name: str) -> None:
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    _group(making, name, rule)


def many_ports_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(1, 1024, "0.0.0.0/0"))


def desktops_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(3389, 3389, "0.0.0.0/0"))


def database_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(5432, 5432, "0.0.0.0/0"))


def directory_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(389, 389, "0.0.0.0/1"), _rule(380, 390, "128.0.0.0/1"))


def directory_at_home(making: Making, name: str) -> None:
    _group(making, name, _rule(389, 389, "10.0.0.0/8"), _rule(443, 443, "0.0.0.0/0"))


def web_to_the_world(making: Making, name: str) -> None:
    _group(making, name, _rule(443, 443, "0.0.0.0/0", "::/0"))


def ssh_at_home(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "10.0.0.0/8", "192.168.0.0/16"))


def ssh_to_an_office(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "203.0.113.0/24"))


def port_22_of_another_protocol(making: Making, name: str) -> None:
    _group(making, name, _rule(22, 22, "0.0.0.0/0", protocol="udp"))


def ssh_to_itself(making: Making, name: str) -> None:
    ec2 = making.client("ec2")
    made = _group(making, name)
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    ec2.authorize_security_group_ingress(
        GroupId=made, IpPermissions=[{**rule, "UserIdGroupPairs": [{"GroupId": made}]}]
    )


def _instance(making: Making, **more: Any) -> str:
    ec2 = making.client("ec2")
    image = making.once(
        "image", lambda: ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    )
    group = making.once("quiet", lambda: _group(making, "quiet"))
    told = {
        "AssociatePublicIpAddress": False,
        "DeviceIndex": 0,
        "SubnetId": making.shared["subnet"],
        "Groups": [group],
    }
    made = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[told],
        **more,
    )
    return str(made["Instances"][0]["InstanceId"])


def tokens_needed(making: Making, name: str) -> str:
    return _instance(making, MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"})


def tokens_optional(making: Making, name: str) -> str:
    return _instance(making, MetadataOptions={"HttpTokens": "optional", "HttpEndpoint": "enabled"})


def nothing_to_ask(making: Making, name: str) -> str:
    """Tokens are optional, but nobody answers."""
    told = {"HttpTokens": "optional", "HttpEndpoint": "disabled"}
    return _instance(making, MetadataOptions=told)


def in_two_networks(making: Making, name: str) -> str:
    made, ec2 = _instance(making), making.client("ec2")
    subnet = making.shared["subnet"]
    more = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(InstanceId=made, NetworkInterfaceId=more, DeviceIndex=1)
    return made


def _volume(making: Making, *, encrypted: bool) -> str:
    made = making.client("ec2").create_volume(
        AvailabilityZone=f"{REGION}a", Size=8, Encrypted=encrypted
    )
    return str(made["VolumeId"])


def sealed(making: Making, name: str) -> str:
    return _volume(making, encrypted=True)


def plain(making: Making, name: str) -> str:
    return _volume(making, encrypted=False)


SSH, RDP, DATABASE = "group-ssh-to-world", "group-rdp-to-world", "group-database-to-world"
DIRECTORY, INTERFACES = "group-directory-to-world", "instance-in-two-networks"
EVERYTHING, TOKENS, PLAIN = "group-all-to-world", "instance-without-tokens", "volume-plain"
_NONE: Final = dict.fromkeys((SSH, RDP, DATABASE, DIRECTORY, EVERYTHING), False)
GROUPS: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    closed: _NONE,
    ssh_to_the_world: _NONE | {SSH: True},
    ssh_to_both_halves: _NONE | {SSH: True},
    ssh_to_halves_in_two_rules: _NONE | {SSH: True},
    ssh_to_the_new_world: _NONE | {SSH: True},
    everything_to_the_world: dict.fromkeys(_NONE, True),
    many_ports_to_the_world: {SSH: True, RDP: False, DIRECTORY: True},
    desktops_to_the_world: _NONE | {RDP: True},
    database_to_the_world: _NONE | {DATABASE: True},
    directory_to_the_world: _NONE | {DIRECTORY: True},
    directory_at_home: _NONE,
    web_to_the_world: _NONE,
    ssh_at_home: _NONE,
    ssh_to_an_office: _NONE,
    port_22_of_another_protocol: _NONE,
    ssh_to_itself: _NONE,
}
INSTANCES: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    tokens_needed: {TOKENS: False, INTERFACES: False},
    tokens_optional: {TOKENS: True},
    nothing_to_ask: {TOKENS: False},
    in_two_networks: {INTERFACES: True},
}
VOLUMES: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    sealed: {PLAIN: False},
    plain: {PLAIN: True},
}

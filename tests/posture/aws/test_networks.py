"""What the internet reaches, in accounts as they are: routes, groups, lists and blocks together."""

import pytest
from tests.posture.aws.conftest import CHECKS, Account
from tests.posture.aws.worlds import instance, network, security_group

from ringwall.core.observations import State

EXPOSED = "aws-ec2-instance-exposed-administration"
HALVES = ("0.0.0.0/1", "128.0.0.0/1")
READ_FOR_IT = (
    "ec2:DescribeInstances",
    "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcBlockPublicAccessOptions",
    "ec2:GetManagedPrefixListEntries",
)


@pytest.fixture
def exposed(account: Account) -> Account:
    """One machine whose SSH is open to two halves of the world, by rules or by a list."""
    ec2 = account.client("ec2")
    at = network(ec2)
    instance(ec2, at, security_group(ec2, at, "halves", 22, *HALVES))
    listed = security_group(ec2, at, "listed", 22)
    prefixes = ec2.create_managed_prefix_list(
        PrefixListName="world",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": one} for one in HALVES],
    )["PrefixList"]["PrefixListId"]
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "PrefixListIds": [{"PrefixListId": prefixes}],
    }
    ec2.authorize_security_group_ingress(GroupId=listed, IpPermissions=[rule])
    instance(ec2, at, listed)
    return account


def of(account: Account, check: str = EXPOSED) -> list[str]:
    """The outcomes of one check."""
    return [one.verdict.outcome.value for one in account.judged(check)]


def test_two_halves_of_the_world_are_the_world_by_rules_and_by_a_list(exposed: Account) -> None:
    assert of(exposed) == ["fail", "fail"]
    told = [one.verdict.why for one in exposed.judged(EXPOSED)]
    assert all("22 (SSH)" in one for one in told)
    assert sorted(of(exposed, "aws-ec2-security-group-ssh")) == ["fail", "fail", *["pass"] * 2]


def test_whatever_is_on_the_way_may_close_it(exposed: Account) -> None:
    ec2 = exposed.client("ec2")
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-ingress")
    assert of(exposed) == ["pass", "pass"], "the region blocks it"
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="off")
    entry = {"RuleNumber": 10, "Egress": False}
    lists = [one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]]
    for one in lists:
        ec2.create_network_acl_entry(
            NetworkAclId=one,
            Protocol="6",
            RuleAction="deny",
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 20, "To": 25},
            **entry,
        )
    assert of(exposed) == ["pass", "pass"], "the subnet's list refuses it"
    for one in lists:
        ec2.delete_network_acl_entry(NetworkAclId=one, **entry)
    assert of(exposed) == ["fail", "fail"]
    for one in ec2.describe_route_tables()["RouteTables"]:
        for route in one["Routes"]:
            if str(route.get("GatewayId")).startswith("igw-"):
                ec2.delete_route(RouteTableId=one["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    assert of(exposed) == ["pass", "pass"], "nothing leads to it"


def test_a_private_machine_behind_the_same_group_is_not_reached(account: Account) -> None:
    ec2 = account.client("ec2")
    at = network(ec2)
    group = security_group(ec2, at, "halves", 22, *HALVES)
    instance(ec2, at, group, public=False)
    assert of(account) == ["pass"]
    assert "fail" in of(account, "aws-ec2-security-group-ssh")


def test_whatever_of_it_may_not_be_read_none_is_said_to_be_closed(exposed: Account) -> None:
    for denied in READ_FOR_IT:
        exposed.denied = {denied}
        assert "pass" not in of(exposed), denied
        (known,) = [one for one in CHECKS if one.id == EXPOSED]
        snapshot = exposed.read([known])
        states = {told.state for _, told in snapshot.all_listings()}
        states |= {told.state for seen in snapshot for told in seen.aspects.values()}
        assert State.DENIED in states, denied


def test_a_group_that_nothing_has_is_less_bad(exposed: Account) -> None:
    ec2 = exposed.client("ec2")
    at = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
    spare = ec2.create_security_group(GroupName="spare", Description="x", VpcId=at["VpcId"])
    ec2.authorize_security_group_ingress(
        GroupId=spare["GroupId"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    found = {
        one.severity.value
        for one in exposed.judged("aws-ec2-security-group-ssh")
        if one.verdict.outcome == "fail"
    }
    assert found == {"high", "low"}
    outcomes = exposed.outcomes("aws-ec2-security-group-used")
    assert outcomes["aws-ec2-security-group-used", "spare"] == "fail"
    assert outcomes["aws-ec2-security-group-used", "halves"] == "pass"


def test_flow_logs_peerings_and_endpoints_are_read(account: Account) -> None:
    ec2 = account.client("ec2")
    at, other = network(ec2), network(ec2)
    ec2.create_flow_logs(
        ResourceIds=[at.vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{make_bucket(account)}",
    )
    peering = ec2.create_vpc_peering_connection(VpcId=at.vpc, PeerVpcId=other.vpc)
    identifier = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=identifier)
    ec2.create_vpc_endpoint(
        VpcId=at.vpc, ServiceName="com.amazonaws.eu-west-1.s3", RouteTableIds=[at.table]
    )
    found = account.outcomes("aws-ec2-vpc")
    assert found["aws-ec2-vpc-flow-logs", at.vpc] == "pass"
    assert found["aws-ec2-vpc-flow-logs", other.vpc] == "fail"
    assert found["aws-ec2-vpc-peering-routes", identifier] == "pass"
    assert found["aws-ec2-vpc-storage-endpoint", at.vpc] == "pass"
    endpoints = [value for (check, _), value in found.items() if check.endswith("endpoint-policy")]
    assert endpoints == ["fail"]


def make_bucket(account: Account) -> str:
    """A bucket for logs."""
    account.client("s3").create_bucket(
        Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return "logs"


def test_many_groups_and_machines_take_few_calls(account: Account) -> None:
    ec2 = account.client("ec2")
    at = network(ec2)
    groups = [security_group(ec2, at, f"g{number}", 443, "0.0.0.0/0") for number in range(12)]
    instance(ec2, at, groups[0])
    one = account.calls("aws-ec2-security-group", EXPOSED)
    for group in groups[1:3]:
        instance(ec2, at, group)
    assert account.calls("aws-ec2-security-group", EXPOSED) == one
    assert one < 20

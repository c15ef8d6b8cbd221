"""Whether the internet comes to something is known of code that says what leads where."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.posture.code.test_meaning import said, written

SSH = "aws-ec2-instance-exposed-administration"
PUBLIC, TASKS = "aws-ec2-instance-public-address", "aws-ecs-service-public-address"
CODE = """
variable "unknown" {}
resource "aws_vpc" "it" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "it" { vpc_id = aws_vpc.it.id }
resource "aws_nat_gateway" "it" { subnet_id = aws_subnet.other.id }
resource "aws_subnet" "it" {
  vpc_id     = aws_vpc.it.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.it.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "it" {
  name   = "it"
  vpc_id = aws_vpc.it.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "it" {
  subnet_id                   = aws_subnet.it.id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.it.id]
}
resource "aws_ecs_service" "it" {
  name = "it"
  network_configuration {
    subnets          = [aws_subnet.it.id]
    assign_public_ip = true
  }
}
"""
TABLE = 'resource "aws_route_table" "it" { vpc_id = aws_vpc.it.id }\n'
ROUTED = """
resource "aws_route_table" "it" {
  vpc_id = aws_vpc.it.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.it.id
  }
}
"""
JOINED = """
resource "aws_route_table_association" "it" {
  route_table_id = aws_route_table.it.id
  subnet_id      = aws_subnet.it.id
}
"""
MAIN = """
resource "aws_main_route_table_association" "it" {
  route_table_id = aws_route_table.it.id
  vpc_id         = aws_vpc.it.id
}
"""
OWN = """
resource "aws_default_route_table" "it" {
  default_route_table_id = aws_vpc.it.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.it.id
  }
}
"""
GATEWAY = "gateway_id = aws_internet_gateway.it.id"


def route(target: str = GATEWAY, table: str = "aws_route_table.it.id", more: str = "") -> str:
    """A route for everything."""
    return f"""
resource "aws_route" "it" {{
  route_table_id         = {table}
  destination_cidr_block = "0.0.0.0/0"
  {target}
  {more}
}}
"""


NAT = route("nat_gateway_id = aws_nat_gateway.it.id")
COUNT = "count = var.unknown ? 1 : 0\n"


def maybe(text: str) -> str:
    """The same, which may not be there."""
    return text.replace("{", "{ " + COUNT, 1)


ELSEWHERE = (TABLE + MAIN).replace("aws_vpc.it.id", "var.unknown")


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", "pass"),
        (ROUTED + MAIN.replace("aws_vpc.it.id", "var.unknown"), "fail"),
        (ROUTED + JOINED, "fail"),
        (TABLE + JOINED + route(), "fail"),
        (TABLE + JOINED, "pass"),
        (TABLE + JOINED + NAT, "pass"),
        (ROUTED, "pass"),
        (ROUTED + MAIN, "fail"),
        (TABLE + MAIN + route(), "fail"),
        (OWN, "fail"),
        (OWN + TABLE + JOINED, "pass"),
        (OWN + TABLE + MAIN, "pass"),
        (route(table="aws_vpc.it.main_route_table_id"), "fail"),
        (route(table="aws_vpc.it.default_route_table_id"), "fail"),
        (JOINED.replace("aws_route_table.it.id", "aws_vpc.it.main_route_table_id"), "pass"),
        (TABLE + JOINED + route("gateway_id = aws_vpn_gateway.internet_gateway.id")
         + 'resource "aws_vpn_gateway" "internet_gateway" {}', "pass"),
        (TABLE + JOINED + route("gateway_id = data.aws_internet_gateway.it.id")
         + 'data "aws_internet_gateway" "it" {}', "fail"),
        (TABLE + JOINED + route("gateway_id = data.aws_vpn_gateway.it.id")
         + 'data "aws_vpn_gateway" "it" {}', "pass"),
        (TABLE + JOINED + route("gateway_id = \"igw-0a\""), "fail"),
        (TABLE + JOINED + route("carrier_gateway_id = aws_carrier_gateway.it.id")
         + 'resource "aws_carrier_gateway" "it" { vpc_id = aws_vpc.it.id }', "fail"),
        (TABLE + JOINED + route("egress_only_gateway_id = aws_egress_only_internet_gateway.it.id")
         + 'resource "aws_egress_only_internet_gateway" "it" { vpc_id = aws_vpc.it.id }', "pass"),
        (TABLE + JOINED + route("vpc_endpoint_id = aws_vpc_endpoint.it.id")
         + 'resource "aws_vpc_endpoint" "it" { vpc_endpoint_type = "GatewayLoadBalancer" }',
         "unknown"),
        (ROUTED + JOINED.replace("subnet_id ", "gateway_id ").replace(
            "aws_subnet.it.id", "aws_internet_gateway.it.id"), "pass"),
    ],
)  # fmt: skip
def test_what_leads_to_an_instance_is_known(tmp_path: Path, beside: str, expected: str) -> None:
    code = written(tmp_path, {"main.tf": CODE + beside})
    assert set(said(code, SSH).values()) == {expected}
    for check in (PUBLIC, TASKS):
        assert set(said(code, check).values()) == {expected.replace("unknown", "fail")}
    assert not code.unmapped


@pytest.mark.parametrize(
    "beside",
    [
        maybe(ROUTED) + maybe(JOINED).replace("it.id", "it[0].id", 1),
        TABLE + maybe(JOINED),
        ROUTED + JOINED.replace("aws_subnet.it.id", "var.unknown"),
        ROUTED + JOINED.replace("aws_subnet.it.id", "data.aws_subnet.it.id")
        + 'data "aws_subnet" "it" {}',
        JOINED.replace("aws_route_table.it.id", "var.unknown"),
        JOINED.replace("aws_route_table.it.id", '"rtb-0a"'),
        JOINED.replace("aws_route_table.it.id", "data.aws_route_table.it.id")
        + 'data "aws_route_table" "it" {}',
        TABLE + JOINED + maybe(route()),
        TABLE + JOINED + route("gateway_id = var.unknown"),
        TABLE + JOINED + route(table="var.unknown"),
        route(table="var.unknown"),
        route(table="data.aws_route_table.it.id") + 'data "aws_route_table" "it" {}',
        TABLE + maybe(MAIN),
        OWN.replace("route {", "dynamic \"route\" {\nfor_each = var.unknown\ncontent {") + "}",
        maybe(OWN),
        OWN.replace("aws_vpc.it.default_route_table_id", "var.unknown"),
        ELSEWHERE,
        OWN + ELSEWHERE,
        MAIN.replace("aws_route_table.it.id", "var.unknown"),
        'module "it" { source = "../../outside" }',
        TABLE + JOINED + 'module "it" {\nsource = "../../outside"\nto = aws_route_table.it.id\n}',
    ],
)  # fmt: skip
def test_what_may_lead_to_an_instance_is_no_pass(tmp_path: Path, beside: str) -> None:
    folder = tmp_path / "code"
    code = written(folder, {"main.tf": CODE + beside})
    assert set(said(code, SSH).values()) == {"unknown"}
    for check in (PUBLIC, TASKS):
        assert set(said(code, check).values()) == {"fail"}


def test_a_subnet_with_a_table_of_its_own_has_no_other(tmp_path: Path) -> None:
    doubtful = JOINED.replace('"it"', '"other"').replace("aws_subnet.it.id", "var.unknown")
    code = written(tmp_path, {"main.tf": CODE + ROUTED + JOINED + doubtful})
    assert set(said(code, SSH).values()) == {"fail"}


def test_what_is_not_known_of_one_root_says_nothing_of_another(tmp_path: Path) -> None:
    doubtful = ROUTED + JOINED.replace("aws_subnet.it.id", "var.unknown")
    files = {"a/main.tf": CODE + OWN, "b/main.tf": CODE + doubtful}
    assert sorted(said(written(tmp_path, files), SSH).values()) == ["fail", "unknown"]


@pytest.mark.parametrize(
    ("beside", "expected"), [(ROUTED + JOINED, "fail"), (TABLE + JOINED + NAT, "pass")]
)
def test_a_subnet_of_a_network_that_is_not_known_is_known_by_its_table(
    tmp_path: Path, beside: str, expected: str
) -> None:
    text = (CODE + beside).replace("aws_vpc.it.id", "var.unknown")
    code = written(tmp_path, {"main.tf": text})
    for check in (SSH, PUBLIC, TASKS):
        assert set(said(code, check).values()) == {expected}


def test_a_subnet_that_gives_addresses_is_a_fault_in_whichever_network(tmp_path: Path) -> None:
    text = """
      variable "unknown" {}
      resource "aws_subnet" "it" {
        vpc_id                  = var.unknown
        map_public_ip_on_launch = true
      }
    """
    code = written(tmp_path, {"main.tf": text})
    assert set(said(code, "aws-ec2-subnet-auto-public").values()) == {"fail"}


def test_a_state_names_things_by_their_ids(tmp_path: Path) -> None:
    group = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    told: dict[str, list[dict[str, Any]]] = {
        "aws_vpc": [{"id": "vpc-1", "default_route_table_id": "rtb-1"}],
        "aws_subnet": [{"id": f"subnet-{at}", "vpc_id": "vpc-1"} for at in range(3)],
        "aws_default_route_table": [
            {
                "id": "rtb-1",
                "default_route_table_id": "rtb-1",
                "vpc_id": "vpc-1",
                "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": ""}],
            }
        ],
        "aws_route_table": [{"id": "rtb-2", "vpc_id": "vpc-1", "route": []}],
        "aws_route": [
            {
                "route_table_id": "rtb-2",
                "destination_cidr_block": "0.0.0.0/0",
                "nat_gateway_id": "nat-1",
                "gateway_id": "",
            }
        ],
        "aws_route_table_association": [
            {"route_table_id": "rtb-2", "subnet_id": "subnet-1", "gateway_id": ""},
            {"route_table_id": "rtb-9", "subnet_id": "subnet-2", "gateway_id": ""},
        ],
        "aws_security_group": [{"id": "sg-1", "name": "it", "ingress": [group]}],
        "aws_instance": [
            {
                "id": f"i-{at}",
                "subnet_id": f"subnet-{at}",
                "associate_public_ip_address": True,
                "vpc_security_group_ids": ["sg-1"],
                "network_interface": [],
                "launch_template": [],
            }
            for at in range(3)
        ],
    }
    resources = [
        {"address": f"{type_}.it[{at}]", "mode": "managed", "type": type_, "values": values}
        for type_, several in told.items()
        for at, values in enumerate(several)
    ]
    state = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    code = written(tmp_path, {"state.json": json.dumps(state)})
    assert list(said(code, SSH).values()) == ["fail", "pass", "unknown"]


def test_subnets_by_count_and_from_a_module_are_those_of_their_tables(tmp_path: Path) -> None:
    network = """
      variable "cidrs" { type = list(string) }
      resource "aws_vpc" "it" { cidr_block = "10.0.0.0/16" }
      resource "aws_internet_gateway" "it" { vpc_id = aws_vpc.it.id }
      resource "aws_subnet" "public" {
        count      = length(var.cidrs)
        vpc_id     = aws_vpc.it.id
        cidr_block = var.cidrs[count.index]
      }
      resource "aws_subnet" "private" {
        for_each   = toset(["a", "b"])
        vpc_id     = aws_vpc.it.id
        cidr_block = "10.0.9.0/24"
      }
      resource "aws_route_table" "public" { vpc_id = aws_vpc.it.id }
      resource "aws_route" "public" {
        route_table_id         = aws_route_table.public.id
        destination_cidr_block = "0.0.0.0/0"
        gateway_id             = aws_internet_gateway.it.id
      }
      resource "aws_route_table_association" "public" {
        count          = length(var.cidrs)
        route_table_id = aws_route_table.public.id
        subnet_id      = element(aws_subnet.public[*].id, count.index)
      }
      output "vpc" { value = aws_vpc.it.id }
      output "public" { value = aws_subnet.public[*].id }
      output "private" { value = [for one in aws_subnet.private : one.id] }
    """
    text = """
      module "network" {
        source = "./network"
        cidrs  = ["10.0.1.0/24", "10.0.2.0/24"]
      }
      resource "aws_security_group" "it" {
        vpc_id = module.network.vpc
        ingress {
          protocol    = "-1"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
      resource "aws_instance" "it" {
        count                       = 4
        subnet_id                   = concat(module.network.public, module.network.private)[count.index]
        associate_public_ip_address = true
        vpc_security_group_ids      = [aws_security_group.it.id]
      }
    """  # noqa: E501
    code = written(tmp_path, {"main.tf": text, "network/main.tf": network})
    expected = {
        f"terraform:main.tf:aws_instance.it[{at}]": "fail" if at < 2 else "pass" for at in range(4)
    }
    for check in (SSH, PUBLIC):
        assert said(code, check) == expected


DEFAULT = """
resource "aws_security_group" "it" {
  name = "it"
  ingress {
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "it" {
  $GROUPS
}
"""
BY_NAME, BY_ID = (
    "security_groups = [aws_security_group.it.name]",
    ("vpc_security_group_ids = [aws_security_group.it.id]"),
)
ITS = 'resource "aws_default_vpc" "it" {}\n'
CLOSED = """
resource "aws_default_route_table" "it" {
  default_route_table_id = aws_default_vpc.it.default_route_table_id
  route                  = []
}
"""
GROUP = 'resource "aws_default_security_group" "it" {\n$MORE\n}\n'
OPEN = 'ingress {\nprotocol = "-1"\ncidr_blocks = ["0.0.0.0/0"]\n}'


@pytest.mark.parametrize(
    ("groups", "beside", "expected"),
    [
        (BY_NAME, "", "fail"),
        (BY_ID, "", "fail"),
        (BY_ID, ITS, "fail"),
        (BY_ID, ITS + CLOSED, "pass"),
        (BY_ID, ITS + ITS.replace('"it"', '"other"'), "unknown"),
        (f"{BY_ID}\nsubnet_id = aws_default_subnet.it.id",
         'resource "aws_default_subnet" "it" { availability_zone = "a" }', "fail"),
        (BY_ID, 'resource "aws_default_subnet" "it" { availability_zone = "a" }', "unknown"),
        ("", "", "unknown"),
        ("", ITS, "pass"),
        ("", GROUP.replace("$MORE", OPEN), "fail"),
        ("", GROUP.replace("$MORE", ""), "pass"),
        ("", ITS + GROUP.replace("$MORE", OPEN), "fail"),
        ("", ITS + GROUP.replace("$MORE", f"vpc_id = aws_default_vpc.it.id\n{OPEN}"), "fail"),
        ("", ITS + maybe(GROUP).replace("$MORE", OPEN), "unknown"),
        (BY_ID + "\nprimary_network_interface { network_interface_id = \"eni-1\" }", "", "unknown"),
        (BY_ID + "\nlaunch_template { id = \"lt-1\" }", "", "unknown"),
    ],
)  # fmt: skip
def test_an_instance_without_a_subnet_is_in_the_default_network(
    tmp_path: Path, groups: str, beside: str, expected: str
) -> None:
    text = 'variable "unknown" {}\n' + DEFAULT.replace("$GROUPS", groups)
    code = written(tmp_path, {"main.tf": text + beside})
    assert set(said(code, SSH).values()) == {expected}


LIST = """
resource "aws_default_network_acl" "it" {
  default_network_acl_id = aws_vpc.it.default_network_acl_id
  ingress {
    rule_no    = 1
    action     = "$ACTION"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
"""
ALLOWED, DENIED = LIST.replace("$ACTION", "allow"), LIST.replace("$ACTION", "deny")
OTHER = """
resource "aws_network_acl" "it" {
  vpc_id     = aws_vpc.it.id
  subnet_ids = [aws_subnet.it.id]
}
"""
OF_ANOTHER = OTHER.replace("aws_subnet.it", "aws_subnet.other")


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (ALLOWED, "fail"),
        (DENIED, "pass"),
        (ALLOWED + OTHER, "pass"),
        (ALLOWED + OF_ANOTHER, "fail"),
        (DENIED + OF_ANOTHER, "pass"),
        (DENIED + OF_ANOTHER.replace("aws_subnet.other.id", "var.unknown"), "unknown"),
        (DENIED.replace("aws_vpc.it.default_network_acl_id", "var.unknown"), "unknown"),
        (maybe(DENIED), "unknown"),
        (maybe(OTHER), "unknown"),
        (OTHER + OF_ANOTHER.replace('"it"', '"other"').replace(
            "aws_subnet.other.id", "var.unknown"), "pass"),
    ],
)  # fmt: skip
def test_subnets_have_the_list_of_their_network_unless_another_has_them(
    tmp_path: Path, beside: str, expected: str
) -> None:
    code = written(tmp_path, {"main.tf": CODE + OWN + beside})
    assert set(said(code, SSH).values()) == {expected}


def test_what_blocks_the_gateways_of_a_region_counts(tmp_path: Path) -> None:
    blocked = """
      resource "aws_vpc_block_public_access_options" "it" {
        internet_gateway_block_mode = "block-ingress"
      }
    """
    code = written(tmp_path, {"main.tf": CODE + OWN + blocked})
    assert set(said(code, SSH).values()) == {"unknown"}  # exclusions are not read from code
    code = written(tmp_path, {"main.tf": CODE + OWN + blocked.replace("block-ingress", "off")})
    assert set(said(code, SSH).values()) == {"fail"}


TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Env: {Type: String}}
Conditions: {IsLive: !Equals [!Ref Env, live]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat:
    Type: AWS::EC2::NatGateway
    Properties: {AllocationId: !GetAtt Address.AllocationId, SubnetId: !Ref Subnet}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Joined:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !GetAtt Subnet.SubnetId, RouteTableId: !GetAtt Table.RouteTableId}
  Route:
    Type: AWS::EC2::Route
    $CONDITION
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, $TARGET}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
  It:
    Type: AWS::EC2::Instance
    Properties:
      NetworkInterfaces: [$INTERFACE]
"""
INTERFACE = (
    '{DeviceIndex: "0", SubnetId: !Ref Subnet, AssociatePublicIpAddress: "true",'
    " GroupSet: [!GetAtt Group.GroupId]}"
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "fail"),
        ({"$TARGET": "GatewayId: !GetAtt Gateway.InternetGatewayId"}, "fail"),
        ({"$TARGET": "NatGatewayId: !GetAtt Nat.NatGatewayId"}, "pass"),
        ({"$TARGET": "GatewayId: !If [IsLive, !Ref Gateway, !Ref Nat]"}, "unknown"),
        ({"$CONDITION": "Condition: IsLive"}, "unknown"),
        ({"$INTERFACE": INTERFACE.replace("true", "false")}, "pass"),
        ({"$INTERFACE": '{DeviceIndex: "0", NetworkInterfaceId: eni-1}'}, "unknown"),
    ],
)
def test_a_template_says_what_leads_where(
    tmp_path: Path, values: dict[str, str], expected: str
) -> None:
    text = TEMPLATE
    usual = {"$TARGET": "GatewayId: !Ref Gateway", "$CONDITION": "", "$INTERFACE": INTERFACE}
    for name, value in (usual | values).items():
        text = text.replace(name, value)
    code = written(tmp_path, {"it.yaml": text})
    assert set(said(code, SSH).values()) == {expected}
    assert not code.unmapped


def test_a_stack_within_a_template_may_route_what_it_is_given(tmp_path: Path) -> None:
    text = TEMPLATE.replace("$CONDITION", "").replace("$INTERFACE", INTERFACE)
    text = text.replace("$TARGET", "NatGatewayId: !Ref Nat")
    stack = """
  Within:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: within.yaml, Parameters: {It: !Ref $IT}}
"""
    within = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n"
    joined = text.replace("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::Other")
    for name, one in (("Table", text), ("Subnet", joined)):
        files = {"it.yaml": one + stack.replace("$IT", name), "within.yaml": within}
        assert set(said(written(tmp_path, files), SSH).values()) == {"unknown"}

"""Whether an instance gets a public address is known before it has one."""

import pytest
from tests.posture.code.test_doubt import outcomes

CHECK = "aws-ec2-instance-public-address"
CODE = """
variable "unknown" {}
resource "aws_subnet" "public" {
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "private" { cidr_block = "10.0.2.0/24" }
resource "aws_subnet" "six" {
  cidr_block                      = "10.0.4.0/24"
  assign_ipv6_address_on_creation = true
}
resource "aws_subnet" "either" {
  cidr_block              = "10.0.3.0/24"
  map_public_ip_on_launch = var.unknown
}
resource "aws_instance" "it" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  $MORE
}
"""
PUBLIC, PRIVATE = "subnet_id = aws_subnet.public.id", "subnet_id = aws_subnet.private.id"
TEMPLATE = 'launch_template { name = "it" }'
ASKED = "associate_public_ip_address"
ADDRESS = 'resource "aws_eip" "it" { instance = aws_instance.it.id }'
GATEWAY = """
resource "aws_eip" "it" {}
resource "aws_nat_gateway" "it" { allocation_id = aws_eip.it.id }
"""
OTHER = """
resource "aws_instance" "other" { subnet_id = aws_subnet.private.id }
resource "aws_eip" "it" { instance = aws_instance.other.id }
"""
LATER = """
resource "aws_eip" "it" {}
resource "aws_eip_association" "it" {
  allocation_id = aws_eip.it.id
  instance_id   = $TO
}
"""


@pytest.mark.parametrize(
    ("more", "beside", "expected"),
    [
        (f"{PRIVATE}\n{ASKED} = true", "", "fail"),
        (PUBLIC, "", "fail"),
        (f"{PUBLIC}\n{ASKED} = false", "", "pass"),
        (f"{PUBLIC}\n{ASKED} = false", ADDRESS, "fail"),
        (PRIVATE, "", "pass"),
        (PRIVATE, LATER.replace("$TO", "aws_instance.it.id"), "fail"),
        (PRIVATE, LATER.replace("$TO", "var.unknown"), "unknown"),
        (f"{PRIVATE}\n{ASKED} = var.unknown", "", "unknown"),
        ("subnet_id = aws_subnet.either.id", "", "unknown"),
        ("subnet_id = var.unknown", "", "unknown"),
        ("", "", "fail"),
        ("", 'resource "aws_default_subnet" "it" { availability_zone = "a" }', "unknown"),
        (PRIVATE, GATEWAY, "pass"),
        (f"{PRIVATE}\n{TEMPLATE}", "", "unknown"),
        (f"{PUBLIC}\n{TEMPLATE}", "", "fail"),
        (PRIVATE, GATEWAY.replace("aws_eip.it.id", "var.unknown"), "unknown"),
        (PRIVATE, 'resource "aws_eip" "it" { instance = var.unknown }', "unknown"),
        (PRIVATE, OTHER, "pass"),
        (PRIVATE, f"{OTHER}\n{ADDRESS}".replace('"it" { i', '"mine" { i'), "fail"),
        (f"{PRIVATE}\nipv6_address_count = 1", "", "fail"),
        (f"{PRIVATE}\nipv6_addresses = var.unknown", "", "unknown"),
        (f"{PRIVATE}\nipv6_address_count = 0", "", "pass"),
        ("subnet_id = aws_subnet.six.id", "", "fail"),
    ],
)
def test_whether_an_instance_is_public(more: str, beside: str, expected: str) -> None:
    told = outcomes(CODE.replace("$MORE", more) + beside)
    assert told[CHECK, "aws-ec2-instance/terraform:main.tf:aws_instance.it"] == expected


def test_what_has_no_public_address_is_not_exposed() -> None:
    told = outcomes(CODE.replace("$MORE", PRIVATE))
    exposed = {check: one for (check, _), one in told.items() if "instance-exposed" in check}
    assert exposed
    assert set(exposed.values()) == {"pass"}

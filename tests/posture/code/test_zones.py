"""Whether the subnets of a network are in several zones is told where code says it."""

import pytest
from tests.posture.code.test_doubt import outcomes

CODE = """
variable "region" {}
variable "zones" { default = ["eu-west-1a", "eu-west-1b"] }
data "aws_availability_zones" "here" {}
resource "aws_vpc" "it" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "it" {
  count             = 2
  vpc_id            = aws_vpc.it.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = $ZONE
}
"""


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("var.zones[count.index]", "pass"),
        ('"${var.region}${count.index == 0 ? "a" : "b"}"', "pass"),
        ('"${var.region}a"', "fail"),
        ('"eu-west-1c"', "fail"),
        ("data.aws_availability_zones.here.names[count.index]", "unknown"),
        ("null", "unknown"),
    ],
)
def test_in_how_many_zones_a_network_is(zone: str, expected: str) -> None:
    told = outcomes(CODE.replace("$ZONE", zone))
    assert [one for (check, _), one in told.items() if check == "aws-ec2-vpc-zones"] == [expected]


def test_of_how_many_is_not_known_the_zones_are_not() -> None:
    """What stands for all of a loop that is not known is not the only one."""
    loop = "for_each = toset(data.aws_availability_zones.here.names)"
    text = CODE.replace("count             = 2", loop).replace("${count.index}", "1")
    told = outcomes(text.replace("$ZONE", "each.value"))
    assert [one for (check, _), one in told.items() if check == "aws-ec2-vpc-zones"] == ["unknown"]

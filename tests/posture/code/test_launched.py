"""What an instance does not say itself, its launch template says, where that is in the code."""

import base64
from pathlib import Path
from typing import Any

import pytest
from tests.posture.code.test_doubt import outcomes
from tests.posture.code.test_templates import SECRET, made, read, ref, said

IT = "aws-ec2-instance/terraform:main.tf:aws_instance.it"
IMDS, SECRETS = "aws-ec2-instance-imdsv2", "aws-ec2-instance-user-data-secrets"
PUBLIC, DEFAULT = "aws-ec2-instance-public-address", "aws-ec2-instance-default-group"
ROLE, MONITORED = "aws-ec2-instance-role", "aws-ec2-instance-monitoring"
CODE = """
variable "unknown" {}
resource "aws_vpc" "it" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "it" {
  vpc_id     = aws_vpc.it.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.it.id
  cidr_block              = "10.0.2.0/24"
  map_public_ip_on_launch = true
}
resource "aws_security_group" "it" { vpc_id = aws_vpc.it.id }
resource "aws_internet_gateway" "it" { vpc_id = aws_vpc.it.id }
resource "aws_default_route_table" "it" {
  default_route_table_id = aws_vpc.it.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.it.id
  }
}
resource "aws_launch_template" "it" {
  name = "it"
  $TEMPLATE
}
resource "aws_instance" "it" {
  $INSTANCE
}
"""
BY_ID = """launch_template {
  id      = aws_launch_template.it.id
  version = "$Latest"
}
"""
WELL = """
  metadata_options { http_tokens = "required" }
  vpc_security_group_ids = [aws_security_group.it.id]
  iam_instance_profile { name = "web" }
  monitoring { enabled = true }
  user_data = base64encode("echo")
"""
HERE = "subnet_id = aws_subnet.it.id"


def code_of(template: str, instance: str, by: str = BY_ID) -> str:
    """Code in which an instance is launched so."""
    return CODE.replace("$TEMPLATE", template).replace("$INSTANCE", f"{by}\n{instance}")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ('id = aws_launch_template.it.id\nversion = "$Latest"', "pass"),
        ("id = aws_launch_template.it.id", "pass"),
        ("name = aws_launch_template.it.name", "pass"),
        ('name = "it"\nversion = "$Default"', "pass"),
        ('name = "it"\nversion = aws_launch_template.it.latest_version', "pass"),
        ('name = "it"\nversion = aws_launch_template.it.default_version', "pass"),
        ('name = "it"\nversion = 1', "pass"),
        ('name = "it"\nversion = 3', "unknown"),
        ('name = "it"\nversion = var.unknown', "unknown"),
        ('name = "other"', "unknown"),
        ("id = var.unknown", "unknown"),
    ],
)
def test_an_instance_has_what_its_launch_template_says(named: str, expected: str) -> None:
    told = outcomes(code_of(WELL, HERE, f"launch_template {{\n{named}\n}}"))
    several = (IMDS, SECRETS, PUBLIC, DEFAULT, ROLE, MONITORED)
    assert {told[one, IT] for one in several} == {expected}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("default_version = 2", "unknown"),
        ("default_version = 1", "pass"),
        ("update_default_version = true", "pass"),
    ],
)
def test_the_default_version_may_be_another_one(template: str, expected: str) -> None:
    told = outcomes(code_of(f"{WELL}\n{template}", HERE, 'launch_template { name = "it" }'))
    assert told[IMDS, IT] == expected


def test_of_two_templates_of_a_name_it_is_not_known_which_it_is() -> None:
    other = 'resource "aws_launch_template" "other" { name = "it" }\n'
    assert outcomes(code_of(WELL, HERE, 'launch_template { name = "it" }') + other)[
        IMDS, IT
    ] == "unknown"  # fmt: skip


@pytest.mark.parametrize(
    ("template", "instance", "expected"),
    [
        ('metadata_options { http_tokens = "optional" }', "", "fail"),
        ("", "", "fail"),
        (
            'metadata_options { http_tokens = "optional" }',
            'metadata_options { http_tokens = "required" }',
            "pass",
        ),
        (
            'metadata_options { http_tokens = "required" }',
            'metadata_options { http_tokens = "optional" }',
            "fail",
        ),
        (
            'metadata_options { http_tokens = "required" }',
            'metadata_options { http_endpoint = "enabled" }',
            "unknown",
        ),
        ("metadata_options { http_tokens = var.unknown }", "", "unknown"),
        ("metadata_options { http_endpoint = 'disabled' }".replace("'", '"'), "", "pass"),
    ],
)
def test_what_an_instance_says_of_its_metadata_wins(
    template: str, instance: str, expected: str
) -> None:
    assert outcomes(code_of(template, f"{HERE}\n{instance}"))[IMDS, IT] == expected


@pytest.mark.parametrize(
    ("interfaces", "instance", "expected"),
    [
        ("network_interfaces { associate_public_ip_address = true }", HERE, "fail"),
        ('network_interfaces { associate_public_ip_address = "true" }', HERE, "fail"),
        (
            "network_interfaces { associate_public_ip_address = false }",
            "subnet_id = aws_subnet.public.id",
            "pass",
        ),
        ("network_interfaces { subnet_id = aws_subnet.it.id }", "", "pass"),
        ("network_interfaces { subnet_id = aws_subnet.public.id }", "", "fail"),
        ("network_interfaces { subnet_id = var.unknown }", "", "unknown"),
        ("network_interfaces { associate_public_ip_address = var.unknown }", HERE, "unknown"),
        (
            "network_interfaces { associate_public_ip_address = true }",
            f"{HERE}\nassociate_public_ip_address = false",
            "pass",
        ),
        ("network_interfaces {}\nnetwork_interfaces { device_index = 1 }", HERE, "unknown"),
        ('network_interfaces { network_interface_id = "eni-1" }', "", "unknown"),
        ("network_interfaces { ipv6_address_count = 1 }", HERE, "fail"),
        ("", HERE, "pass"),
        ("", "subnet_id = aws_subnet.public.id", "fail"),
        ("", "", "fail"),
    ],
)
def test_a_launch_template_gives_public_addresses(
    interfaces: str, instance: str, expected: str
) -> None:
    assert outcomes(code_of(interfaces, instance))[PUBLIC, IT] == expected


@pytest.mark.parametrize(
    ("template", "instance", "expected"),
    [
        ("network_interfaces { security_groups = [aws_security_group.it.id] }", "", "pass"),
        ("vpc_security_group_ids = [aws_security_group.it.id]", "", "pass"),
        ("vpc_security_group_ids = var.unknown", "", "unknown"),
        (
            "vpc_security_group_ids = var.unknown",
            "vpc_security_group_ids = [aws_security_group.it.id]",
            "pass",
        ),
        ("", "", "fail"),
        ("network_interfaces {}\nnetwork_interfaces {}", "", "unknown"),
    ],
)
def test_a_launch_template_gives_security_groups(
    template: str, instance: str, expected: str
) -> None:
    assert outcomes(code_of(template, f"{HERE}\n{instance}"))[DEFAULT, IT] == expected


def test_what_comes_of_the_code_counts_for_ways_to_an_instance() -> None:
    group = """
    resource "aws_vpc_security_group_ingress_rule" "it" {
      security_group_id = aws_security_group.it.id
      cidr_ipv4         = "0.0.0.0/0"
      ip_protocol       = "tcp"
      from_port         = 22
      to_port           = 22
    }
    """
    interface = """network_interfaces {
      associate_public_ip_address = $GIVEN
      security_groups             = [aws_security_group.it.id]
      subnet_id                   = aws_subnet.it.id
    }"""
    told = [
        outcomes(code_of(interface.replace("$GIVEN", given), "") + group)[
            "aws-ec2-instance-exposed-administration", IT
        ]
        for given in ("true", "false", "var.unknown")
    ]
    assert told == ["fail", "pass", "unknown"]


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("", "fail"),
        ('user_data = "echo"', "pass"),
        ("user_data = var.unknown", "unknown"),
    ],
)
def test_a_secret_in_a_launch_template_is_one_of_its_instances(
    instance: str, expected: str
) -> None:
    text = base64.b64encode(SECRET.encode()).decode()
    told = outcomes(code_of(f'user_data = "{text}"', f"{HERE}\n{instance}"))
    assert told[SECRETS, IT] == expected


DISK = """block_device_mappings {
  device_name = "/dev/sdf"
  ebs {
    volume_size = 8
    encrypted   = $ON
  }
}
"""


@pytest.mark.parametrize(
    ("disk", "instance", "expected"),
    [
        (DISK.replace("$ON", "true"), "", ["pass"]),
        (DISK.replace("$ON", "false"), "", ["fail"]),
        (DISK.replace("$ON", '"false"'), "", ["fail"]),
        (DISK.replace("$ON", "var.unknown"), "", ["unknown"]),
        (
            DISK.replace("$ON", "false"),
            'ebs_block_device {\ndevice_name = "/dev/sdf"\nencrypted = true\n}',
            ["pass"],
        ),
        (
            DISK.replace("$ON", "false"),
            'ebs_block_device {\ndevice_name = "/dev/sdg"\nencrypted = true\n}',
            ["fail", "pass"],
        ),
        (
            DISK.replace("$ON", "false").replace("/dev/sdf", "/dev/xvda"),
            "root_block_device { encrypted = true }",
            ["pass"],
        ),
        (
            DISK.replace("$ON", "false"),
            'ephemeral_block_device {\ndevice_name = "/dev/sdf"\nno_device = true\n}',
            [],
        ),
    ],
)
def test_the_disks_of_a_launch_template_are_those_of_its_instances(
    disk: str, instance: str, expected: list[str]
) -> None:
    told = outcomes(code_of(disk, f"{HERE}\n{instance}"))
    found = sorted(one for (check, _), one in told.items() if check == "aws-ec2-volume-encrypted")
    assert found == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"LaunchTemplateName": "lt", "Version": "$Latest"}, "pass"),
        (
            {
                "LaunchTemplateId": ref("L"),
                "Version": {"Fn::GetAtt": ["L", "LatestVersionNumber"]},
            },
            "pass",
        ),
        ({"LaunchTemplateName": "lt", "Version": "3"}, "unknown"),
        ({"LaunchTemplateName": "other", "Version": "$Latest"}, "unknown"),
    ],
)
def test_an_instance_of_a_template_has_what_its_launch_template_says(
    tmp_path: Path, named: dict[str, Any], expected: str
) -> None:
    data = {
        "MetadataOptions": {"HttpTokens": "required"},
        "UserData": {"Fn::Base64": "echo"},
        "SecurityGroupIds": ["sg-1"],
        "Monitoring": {"Enabled": "true"},
        "IamInstanceProfile": {"Name": "web"},
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False}],
    }
    resources = {
        "L": made("AWS::EC2::LaunchTemplate", LaunchTemplateName="lt", LaunchTemplateData=data),
        "I": made("AWS::EC2::Instance", LaunchTemplate=named),
    }
    code = read(tmp_path, resources)
    for check in (IMDS, SECRETS, DEFAULT, MONITORED, ROLE, PUBLIC):
        assert said(code, check) == [expected], check


def test_what_an_instance_of_a_template_says_itself_wins(tmp_path: Path) -> None:
    disk = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 8}}
    data = {
        "MetadataOptions": {"HttpTokens": "optional"},
        "UserData": {"Fn::Base64": SECRET},
        "BlockDeviceMappings": [disk],
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}],
    }
    own = {"NetworkInterfaces": [{"DeviceIndex": "0", "AssociatePublicIpAddress": False}]}
    resources = {
        "L": made("AWS::EC2::LaunchTemplate", LaunchTemplateData=data),
        "I": made("AWS::EC2::Instance", LaunchTemplate={"LaunchTemplateId": ref("L")}),
        "Own": made(
            "AWS::EC2::Instance",
            LaunchTemplate={"LaunchTemplateId": ref("L")},
            MetadataOptions={"HttpTokens": "required"},
            UserData={"Fn::Base64": "echo"},
            BlockDeviceMappings=[{"DeviceName": "/dev/sdf", "NoDevice": {}}],
            **own,
        ),
    }
    code = read(tmp_path, resources)
    for check in (IMDS, SECRETS, PUBLIC):
        assert said(code, check) == ["fail", "pass"], check
    assert said(code, "aws-ec2-volume-encrypted") == ["fail"]


def test_a_launch_template_of_which_nothing_is_known_makes_nothing_known(tmp_path: Path) -> None:
    resources = {
        "L": made("AWS::EC2::LaunchTemplate", LaunchTemplateData=ref("Data")),
        "I": made("AWS::EC2::Instance", LaunchTemplate={"LaunchTemplateId": ref("L")}),
    }
    code = read(tmp_path, resources, Parameters={"Data": {"Type": "String"}})
    for check in (IMDS, SECRETS, PUBLIC, DEFAULT, MONITORED):
        assert said(code, check) == ["unknown"], check

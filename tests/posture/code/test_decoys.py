"""What looks wrong to who reads line by line, and is not; and the reverse."""

from pathlib import Path

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

DECOYS = """
# nothing of it is made
resource "aws_s3_bucket" "never" {
  count  = var.is_logged ? 0 : 1
  bucket = "never"
  acl    = "public-read"
}
variable "is_logged" { default = true }

# answers pings, and lets in nobody
resource "aws_security_group" "pinged" {
  name = "pinged"
  ingress {
    protocol    = "icmp"
    from_port   = -1
    to_port     = -1
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# a directory that only networks of our own reach
resource "aws_security_group" "directory" {
  name = "directory"
  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/8"]
  }
}

# all is let in that is not refused before
resource "aws_network_acl" "refusing" {
  tags = { Name = "refusing" }
  ingress {
    rule_no    = 10
    action     = "deny"
    protocol   = "tcp"
    from_port  = 389
    to_port    = 389
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}

# the key that AWS prints in its manual
resource "aws_instance" "manual" {
  user_data = "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
}

# who keeps the logs keeps none of itself, which would never end
resource "aws_s3_bucket" "logs" { bucket = "logs" }
resource "aws_s3_bucket" "data" { bucket = "data" }
resource "aws_s3_bucket_logging" "data" {
  bucket        = aws_s3_bucket.data.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "data/"
}

# AWS blocks public access of what is new, and takes minor versions by itself
resource "aws_db_instance" "usual" {
  identifier = "usual"
  engine     = "MySQL"
}
"""
REVERSE = """
# nobody without a second factor is kept out by being asked for none
resource "aws_iam_role" "anybody" {
  name = "anybody"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" }
    Condition = { BoolIfExists = { "aws:MultiFactorAuthPresent" = "false" } }
  }] })
}

# all of a service, of which three letters are left out
resource "aws_iam_role" "wide" { name = "wide" }
resource "aws_iam_role_policy" "wide" {
  role   = aws_iam_role.wide.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", NotAction = "iam:*", Resource = "*" }] })
}

# rules of its own for half of the world, twice
resource "aws_security_group" "halves" { name = "halves" }
resource "aws_vpc_security_group_ingress_rule" "one" {
  for_each          = toset(["0.0.0.0/1", "128.0.0.0/1"])
  security_group_id = aws_security_group.halves.id
  ip_protocol       = "tcp"
  from_port         = 20
  to_port           = 30
  cidr_ipv4         = each.key
}
resource "aws_vpc_security_group_ingress_rule" "two" {
  for_each          = toset(["0.0.0.0/1", "128.0.0.0/1"])
  security_group_id = aws_security_group.halves.id
  ip_protocol       = "tcp"
  from_port         = 380
  to_port           = 390
  cidr_ipv4         = each.key
}

# refused after it was let in
resource "aws_network_acl" "late" {
  tags = { Name = "late" }
  ingress {
    rule_no    = 200
    action     = "deny"
    protocol   = "tcp"
    from_port  = 389
    to_port    = 389
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
"""


def told(code: Code, label: str) -> dict[str, str]:
    """What each check says of the component of this label."""
    (one,) = [each for each in code.snapshot if each.found.label == label]
    return {
        each.check: str(each.verdict.outcome)
        for each in judge_all(
            code.snapshot, own_checks(["aws-s3", "aws-ec2", "aws-rds", "aws-iam"])
        )
        if each.component == one.found.id
    }


def test_what_only_looks_wrong_passes(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(DECOYS)
    code = read_code(tmp_path)
    assert {one.found.label for one in code.snapshot.of_kind("aws-s3-bucket")} == {"logs", "data"}
    pinged = told(code, "pinged")
    assert pinged["aws-ec2-security-group-ssh"] == "pass"
    assert pinged["aws-ec2-security-group-rdp"] == "pass"
    assert told(code, "directory")["aws-ec2-security-group-directories"] == "pass"
    assert told(code, "refusing")["aws-ec2-network-acl-all-ports"] == "pass"
    assert told(code, "aws_instance.manual")["aws-ec2-instance-user-data-secrets"] == "pass"
    logs = told(code, "logs")
    assert logs["aws-s3-bucket-logging"] == "pass"
    assert logs["aws-s3-bucket-block-public-access"] == "pass"
    database = told(code, "usual")
    assert database["aws-rds-instance-upgrades"] == "pass"
    assert database["aws-rds-instance-logs"] == "fail", "engines are written in any case"


def test_what_only_looks_well_fails(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(REVERSE)
    code = read_code(tmp_path)
    assert told(code, "anybody")["aws-iam-role-trusts-anybody"] == "fail"
    wide = told(code, "wide")
    assert wide["aws-iam-role-any-data"] == "fail"
    assert wide["aws-iam-role-any-change"] == "fail"
    halves = told(code, "halves")
    assert halves["aws-ec2-security-group-ssh"] == "fail"
    assert halves["aws-ec2-security-group-directories"] == "fail"
    assert told(code, "late")["aws-ec2-network-acl-all-ports"] == "fail"

"""Network lists, endpoints, parameters, backups, zones, buses: well once, and badly once."""

from pathlib import Path

import pytest
from tests.posture.code.test_settings import code, said

GOOD = """
resource "aws_network_acl" "web" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.a.id]
  ingress {
    rule_no    = 90
    action     = "deny"
    protocol   = "tcp"
    from_port  = 22
    to_port    = 22
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no    = 91
    action     = "deny"
    protocol   = "6"
    from_port  = "3389"
    to_port    = "3389"
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_network_acl_rule" "rest" {
  network_acl_id = aws_network_acl.web.id
  rule_number    = 100
  protocol       = "all"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.${data.aws_region.here.name}.s3"
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Principal = "*", Action = "*", Resource = "*"
    Condition = { StringEquals = { "aws:ResourceOrgID" = "o-1" } }
  }] })
}
data "aws_region" "here" {}
resource "aws_vpc_endpoint_service" "shop" {
  acceptance_required = "true"
  allowed_principals  = ["*"]
}
resource "aws_ec2_client_vpn_endpoint" "desk" {
  connection_log_options { enabled = true }
}
resource "aws_ec2_managed_prefix_list" "office" {
  name = "office"
  entry { cidr = "198.51.100.0/24" }
}
resource "aws_security_group" "desk" {
  name = "desk"
  ingress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    prefix_list_ids = [aws_ec2_managed_prefix_list.office.id]
  }
}
resource "aws_ssm_parameter" "password" {
  name = "/shop/db/password"
  type = "SecureString"
}
resource "aws_ssm_document" "own" {
  name        = "own"
  permissions = { type = "Share", account_ids = "" }
}
resource "aws_backup_vault" "kept" { name = "kept" }
resource "aws_backup_vault_lock_configuration" "kept" {
  backup_vault_name  = aws_backup_vault.kept.name
  min_retention_days = 30
}
resource "aws_backup_vault_policy" "kept" {
  backup_vault_name = aws_backup_vault.kept.name
  policy = jsonencode({ Statement = [{
    Effect = "Deny", Principal = "*", Action = "backup:Delete*", Resource = "*"
  }] })
}
resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name = "daily"
    lifecycle { delete_after = "35" }
  }
}
resource "aws_efs_access_point" "shop" {
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory { path = "/shop" }
}
resource "aws_db_instance" "shop" {
  identifier        = "shop"
  storage_encrypted = true
}
resource "aws_db_snapshot" "before" {
  db_instance_identifier = aws_db_instance.shop.identifier
  db_snapshot_identifier = "before"
}
resource "aws_route53_zone" "shop" { name = "example.com" }
resource "aws_route53_hosted_zone_dnssec" "shop" { hosted_zone_id = aws_route53_zone.shop.zone_id }
resource "aws_route53_query_log" "shop" { zone_id = aws_route53_zone.shop.zone_id }
resource "aws_s3_bucket" "site" { bucket = "www.example.com" }
resource "aws_route53_record" "site" {
  zone_id = aws_route53_zone.shop.zone_id
  name    = "www.example.com"
  records = ["www.example.com.s3-website.eu-west-1.amazonaws.com"]
}
resource "aws_cloudwatch_event_bus" "own" { name = "own" }
resource "aws_cloudwatch_event_permission" "own" {
  event_bus_name = aws_cloudwatch_event_bus.own.name
  principal      = "*"
  condition {
    key   = "aws:PrincipalOrgID"
    type  = "StringEquals"
    value = "o-1"
  }
}
resource "aws_iam_openid_connect_provider" "ci" {
  url            = "https://ci.example.com"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_eks_node_group" "plain" { node_group_name = "plain" }
resource "aws_ec2_transit_gateway" "all" {}
resource "aws_vpn_connection" "office" {
  tunnel1_log_options {
    cloudwatch_log_options { log_enabled = true }
  }
  tunnel2_log_options {
    cloudwatch_log_options { log_enabled = "true" }
  }
}
resource "aws_ami" "own" {
  name = "own"
  ebs_block_device {
    device_name = "/dev/sda1"
    encrypted   = true
  }
}
resource "aws_ami_launch_permission" "friend" {
  image_id   = aws_ami.own.id
  account_id = "444455556666"
}
resource "aws_route53domains_registered_domain" "shop" { domain_name = "example.com" }
"""
BAD = """
resource "aws_network_acl" "web" {
  subnet_ids = ["subnet-1"]
}
resource "aws_network_acl_rule" "half" {
  for_each       = { 100 = "0.0.0.0/1", 110 = "128.0.0.0/1" }
  network_acl_id = aws_network_acl.web.id
  rule_number    = each.key
  protocol       = -1
  rule_action    = "allow"
  cidr_block     = each.value
}
resource "aws_vpc_endpoint" "s3" { service_name = "com.amazonaws.eu-west-1.s3" }
resource "aws_vpc_endpoint_service" "shop" { acceptance_required = false }
resource "aws_vpc_endpoint_service_allowed_principal" "all" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.shop.id
  principal_arn           = "*"
}
resource "aws_ec2_client_vpn_endpoint" "desk" {
  connection_log_options { enabled = false }
}
resource "aws_ec2_managed_prefix_list" "world" { name = "world" }
resource "aws_ec2_managed_prefix_list_entry" "world" {
  prefix_list_id = aws_ec2_managed_prefix_list.world.id
  cidr           = "0.0.0.0/0"
}
resource "aws_security_group" "desk" {
  name = "desk"
  ingress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    prefix_list_ids = [aws_ec2_managed_prefix_list.world.id]
  }
}
resource "aws_ssm_parameter" "it" {
  name = "/shop/db/password"
  type = "String"
}
resource "aws_ssm_document" "open" {
  name        = "open"
  permissions = { type = "Share", account_ids = "All" }
}
resource "aws_ssm_document" "shared" {
  name        = "shared"
  permissions = { type = "Share", account_ids = "444455556666" }
}
resource "aws_backup_vault" "open" { name = "open" }
resource "aws_backup_vault_policy" "open" {
  backup_vault_name = "open"
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Principal = "*", Action = "backup:CopyIntoBackupVault"
    Resource = "arn:aws:backup:eu-west-1:123456789012:backup-vault:open"
  }] })
}
resource "aws_backup_plan" "short" {
  rule {
    lifecycle { delete_after = 7 }
  }
}
resource "aws_efs_access_point" "root" {
  posix_user {
    uid = 0
    gid = 0
  }
}
resource "aws_rds_cluster" "shop" { cluster_identifier = "shop" }
resource "aws_db_cluster_snapshot" "open" {
  db_cluster_identifier          = aws_rds_cluster.shop.cluster_identifier
  db_cluster_snapshot_identifier = "open"
  shared_accounts                = ["all", "444455556666"]
}
resource "aws_route53_zone" "shop" { name = "example.com" }
resource "aws_cloudwatch_event_bus_policy" "usual" {
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Principal = "*", Action = "events:PutEvents"
    Resource = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
  }] })
}
resource "aws_cloudwatch_event_bus" "own" { name = "own" }
resource "aws_cloudwatch_event_permission" "own" {
  event_bus_name = aws_cloudwatch_event_bus.own.name
  principal      = "444455556666"
}
resource "aws_iam_openid_connect_provider" "any" {
  url            = "https://ci.example.com"
  client_id_list = ["*"]
}
resource "aws_eks_node_group" "open" {
  remote_access { ec2_ssh_key = "me" }
}
resource "aws_ec2_transit_gateway" "all" { auto_accept_shared_attachments = "enable" }
resource "aws_vpn_connection" "office" {
  tunnel1_log_options {
    cloudwatch_log_options { log_enabled = true }
  }
}
resource "aws_ami" "own" {
  ebs_block_device { device_name = "/dev/sda1" }
}
resource "aws_ami_launch_permission" "all" {
  image_id = aws_ami.own.id
  group    = "all"
}
resource "aws_route53domains_registered_domain" "shop" {
  domain_name   = "example.com"
  transfer_lock = false
  auto_renew    = "false"
  admin_privacy = false
}
"""
BOTH = {
    "aws-ec2-network-acl-administration",
    "aws-ec2-vpc-endpoint-policy",
    "aws-ec2-vpc-endpoint-service-principals",
    "aws-ec2-client-vpn-logging",
    "aws-ec2-security-group-ssh",
    "aws-ssm-parameter-secure",
    "aws-backup-vault-locked",
    "aws-backup-vault-public",
    "aws-backup-plan-retention",
    "aws-efs-access-point-user",
    "aws-efs-access-point-root",
    "aws-route53-dnssec",
    "aws-route53-query-logging",
    "aws-iam-oidc-provider-audience",
    "aws-eks-nodegroup-remote-access",
    "aws-ec2-transit-gateway-attachments",
    "aws-ec2-vpn-logging",
    "aws-ec2-image-encrypted",
    "aws-ec2-image-public",
    "aws-route53domains-lock",
    "aws-route53domains-privacy",
}


def test_what_is_declared_well_passes(tmp_path: Path) -> None:
    found = said(code(tmp_path, GOOD))
    wanted = BOTH | {
        "aws-ec2-network-acl-used",
        "aws-ec2-vpc-storage-endpoint",
        "aws-ssm-document-shared",
        "aws-ssm-document-other-accounts",
        "aws-backup-vault-encrypted",
        "aws-rds-snapshot-encrypted",
        "aws-rds-snapshot-public",
        "aws-rds-snapshot-shared",
        "aws-route53-dangling",
        "aws-events-bus-public",
        "aws-events-bus-other-accounts",
    }
    assert {name: found.get(name) for name in wanted} == dict.fromkeys(wanted, "pass")


def test_the_same_declared_badly_fails(tmp_path: Path) -> None:
    found = said(code(tmp_path, BAD))
    wanted = BOTH | {
        "aws-rds-cluster-snapshot-encrypted",
        "aws-rds-cluster-snapshot-public",
        "aws-rds-cluster-snapshot-shared",
        "aws-route53domains-renewed",
    }
    assert "aws-ec2-vpn-tunnels" not in found
    assert {name: found.get(name) for name in wanted} == dict.fromkeys(wanted, "fail")
    assert found["aws-ssm-document-shared"] == "fail, pass"
    assert found["aws-ssm-document-other-accounts"] == "fail, pass"
    assert found["aws-events-bus-public"] == "fail, pass", "the one that is always there is open"
    own = "which account it will be in is not known"
    assert found["aws-events-bus-other-accounts"] == "pass, unknown", own


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (
            "aws-ec2-network-acl-used",
            'resource "aws_network_acl" "web" {}',
        ),
        (
            "aws-ec2-network-acl-administration",
            """
            resource "aws_network_acl" "web" {}
            resource "aws_network_acl_rule" "r" { network_acl_id = var.acl }
            variable "acl" {}
            """,
        ),
        (
            "aws-rds-snapshot-encrypted",
            'resource "aws_db_snapshot" "s" { db_instance_identifier = "elsewhere" }',
        ),
        (
            "aws-ec2-security-group-ssh",
            """
            resource "aws_ec2_managed_prefix_list" "l" {}
            resource "aws_security_group" "g" {
              ingress {
                protocol        = "-1"
                prefix_list_ids = [aws_ec2_managed_prefix_list.l.id]
              }
            }
            """,
        ),
        (
            "aws-ec2-network-acl-used",
            """
            variable "acl" {}
            resource "aws_network_acl" "a" {}
            resource "aws_network_acl_association" "a" {
              network_acl_id = var.acl
              subnet_id      = "subnet-1"
            }
            """,
        ),
        (
            "aws-route53-query-logging",
            """
            variable "zone" {}
            resource "aws_route53_zone" "z" { name = "example.com" }
            resource "aws_route53_query_log" "q" { zone_id = var.zone }
            """,
        ),
        ("aws-route53domains-renewed", 'resource "aws_route53domains_registered_domain" "d" {}'),
        ("aws-ec2-image-encrypted", 'resource "aws_ami_copy" "c" { encrypted = false }'),
        (
            "aws-ec2-image-encrypted",
            """
            resource "aws_ami" "i" {
              ebs_block_device { snapshot_id = "snap-1" }
            }
            """,
        ),
        (
            "aws-backup-plan-copies",
            """
            resource "aws_backup_plan" "p" {
              rule {
                copy_action {
                  destination_vault_arn = "arn:aws:backup:eu-west-1:111122223333:backup-vault:far"
                }
              }
            }
            """,
        ),
        (
            "aws-route53-dangling",
            """
            resource "aws_route53_zone" "z" { name = "example.com" }
            resource "aws_route53_record" "w" {
              zone_id = aws_route53_zone.z.zone_id
              name    = "www.example.com"
              records = ["www.example.com.s3-website.eu-west-1.amazonaws.com"]
            }
            """,
        ),
        (
            "aws-route53-dnssec",
            """
            resource "aws_route53_zone" "z" { name = "example.com" }
            module "signed" {
              source = "example/signed/aws"
              zone   = aws_route53_zone.z.zone_id
            }
            """,
        ),
        (
            "aws-backup-vault-locked",
            """
            variable "lock" {}
            resource "aws_backup_vault" "v" { name = "v" }
            resource "aws_backup_vault_lock_configuration" "v" {
              count              = var.lock ? 1 : 0
              backup_vault_name  = aws_backup_vault.v.name
              min_retention_days = 7
            }
            """,
        ),
    ],
)
def test_what_may_be_said_elsewhere_is_unknown(tmp_path: Path, check: str, text: str) -> None:
    assert said(code(tmp_path, text), check) == {check: "unknown"}


@pytest.mark.parametrize(
    ("check", "beside"),
    [
        ("aws-backup-vault-locked", "aws_backup_vault_lock_configuration"),
        ("aws-backup-vault-public", "aws_backup_vault_policy"),
        ("aws-ec2-network-acl-administration", "aws_network_acl_rule"),
        ("aws-events-bus-public", "aws_cloudwatch_event_permission"),
        ("aws-route53-dnssec", "aws_route53_hosted_zone_dnssec"),
        ("aws-route53-query-logging", "aws_route53_query_log"),
        ("aws-route53-dangling", "aws_route53_record"),
    ],
)
def test_what_may_not_be_there_makes_nothing_well(tmp_path: Path, check: str, beside: str) -> None:
    before = f'resource "{beside}" '
    opened = GOOD.index("{", GOOD.index(before)) + 1
    doubt = "\n  count = var.maybe ? 1 : 0\n"
    text = GOOD[:opened] + doubt + GOOD[opened:] + 'variable "maybe" {}'
    assert said(code(tmp_path, text), check) == {check: "unknown"}


def test_private_zones_are_not_signed_and_not_asked_by_strangers(tmp_path: Path) -> None:
    text = """
    resource "aws_route53_zone" "in" {
      name = "in.example.com"
      vpc { vpc_id = aws_vpc.main.id }
    }
    resource "aws_vpc" "main" {}
    """
    assert not {name for name in said(code(tmp_path, text)) if name.startswith("aws-route53")}


def test_names_of_parameters_count_and_not_those_of_their_resources(tmp_path: Path) -> None:
    check = "aws-ssm-parameter-secure"
    text = 'resource "aws_ssm_parameter" "password" {\n  name = "/shop/color"\n  type = "String"\n}'
    assert said(code(tmp_path, text), check) == {check: "pass"}


TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: vpc-1}}
  In:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      NetworkAclId: !Ref Acl
      RuleNumber: 100
      Protocol: 6
      RuleAction: allow
      CidrBlock: OFFICE
      PortRange: {From: 22, To: 22}
  Used: {Type: AWS::EC2::SubnetNetworkAclAssociation,
    Properties: {NetworkAclId: !Ref Acl, SubnetId: subnet-1}}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: vpc-1
      ServiceName: !Sub "com.amazonaws.${AWS::Region}.s3"
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "*", Resource: REACHED}]}
  Service: {Type: AWS::EC2::VPCEndpointService, Properties: {AcceptanceRequired: false}}
  Who: {Type: AWS::EC2::VPCEndpointServicePermissions,
    Properties: {ServiceId: !Ref Service, AllowedPrincipals: [CALLER]}}
  Client: {Type: AWS::EC2::ClientVpnEndpoint,
    Properties: {ConnectionLogOptions: {Enabled: LOGGED}}}
  Vault:
    Type: AWS::Backup::BackupVault
    Properties:
      BackupVaultName: kept
      LockConfiguration: {MinRetentionDays: 7}
      AccessPolicy: {Statement: [{Effect: Allow, Principal: {AWS: CALLER}, Action: "backup:*",
        Resource: "*"}]}
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan: {BackupPlanRule: [{Lifecycle: {DeleteAfterDays: KEPT}}]}
  Point:
    Type: AWS::EFS::AccessPoint
    Properties: {PosixUser: {Uid: "USER", Gid: "1"}, RootDirectory: {Path: /shop}}
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Name: example.com
      QueryLoggingConfig: {CloudWatchLogsLogGroupArn: "arn:aws:logs:::log-group:q"}
  Signed: {Type: AWS::Route53::DNSSEC, Properties: {HostedZoneId: !Ref Zone}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: own}}
  One:
    Type: AWS::Events::EventBusPolicy
    Properties: {EventBusName: !Ref Bus, StatementId: a, Action: "events:PutEvents",
      Principal: "111122223333"}
  Other:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: b
      Statement: {Effect: Allow, Principal: {AWS: CALLER}, Action: "events:PutEvents",
        Resource: !GetAtt Bus.Arn}
  Transit: {Type: AWS::EC2::TransitGateway, Properties: {AutoAcceptSharedAttachments: ACCEPTED}}
  Tunnels:
    Type: AWS::EC2::VPNConnection
    Properties:
      Type: ipsec.1
      VpnTunnelOptionsSpecifications:
      - LogOptions: {CloudwatchLogOptions: {LogEnabled: LOGGED}}
      - LogOptions: {CloudwatchLogOptions: {LogEnabled: true}}
  Provider: {Type: AWS::IAM::OIDCProvider, Properties: {ClientIdList: [AUDIENCE]}}
  Nodes: {Type: AWS::EKS::Nodegroup,
    Properties: {RemoteAccess: {Ec2SshKey: me, SourceSecurityGroups: GROUPS}}}
"""
WELL = {
    "OFFICE": "198.51.100.0/24",
    "REACHED": "arn:aws:s3:::shop/*",
    "CALLER": '"arn:aws:iam::111122223333:root"',
    "LOGGED": "true",
    "ACCEPTED": "disable",
    "KEPT": "35",
    "USER": "1000",
    "AUDIENCE": "sts.amazonaws.com",
    "GROUPS": "[sg-1]",
}
BADLY = {
    "OFFICE": "0.0.0.0/0",
    "REACHED": '"*"',
    "CALLER": '"*"',
    "LOGGED": "false",
    "ACCEPTED": "enable",
    "KEPT": "7",
    "USER": "0",
    "AUDIENCE": '"*"',
    "GROUPS": "[]",
}


@pytest.mark.parametrize(("words", "outcome"), [(WELL, "pass"), (BADLY, "fail")])
def test_templates_say_the_same(tmp_path: Path, words: dict[str, str], outcome: str) -> None:
    text = TEMPLATE
    for word, value in words.items():
        text = text.replace(word, value)
    found = said(code(tmp_path, text, "around.yaml"))
    wanted = {
        "aws-ec2-network-acl-administration",
        "aws-ec2-vpc-endpoint-policy",
        "aws-ec2-vpc-endpoint-service-principals",
        "aws-ec2-client-vpn-logging",
        "aws-ec2-transit-gateway-attachments",
        "aws-ec2-vpn-logging",
        "aws-backup-vault-public",
        "aws-backup-plan-retention",
        "aws-efs-access-point-user",
        "aws-events-bus-public",
        "aws-iam-oidc-provider-audience",
        "aws-eks-nodegroup-remote-access",
    }
    assert {name: found.get(name) for name in wanted} == dict.fromkeys(wanted, outcome)
    steady = {
        "aws-ec2-network-acl-used",
        "aws-backup-vault-locked",
        "aws-efs-access-point-root",
        "aws-route53-dnssec",
        "aws-route53-query-logging",
    }
    assert {name: found.get(name) for name in steady} == dict.fromkeys(steady, "pass")


def test_a_block_within_a_block_is_an_argument_whatever_it_is_called(tmp_path: Path) -> None:
    """Of a resource itself `lifecycle` says what Terraform does with it."""
    text = """
    resource "aws_backup_plan" "p" {
      rule {
        lifecycle { delete_after = 7 }
      }
      lifecycle { prevent_destroy = true }
    }
    """
    (one,) = code(tmp_path, text).snapshot.of_kind("aws-backup-plan")
    assert one.aspects["plan"].value == {"Rules": [{"Lifecycle": {"DeleteAfterDays": 7}}]}

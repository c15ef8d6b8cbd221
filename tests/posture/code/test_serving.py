"""What stands before machines, what launches them and what keeps data: the same in both languages.

Each is declared once as it should be and once with everything wrong, in Terraform and in
CloudFormation; whichever language it is in, the verdicts are the same.
"""

from pathlib import Path

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

TERRAFORM_GOOD = """
resource "aws_lb" "web" {
  name = "web"
  internal = false
  subnets = [aws_subnet.a.id, aws_subnet.b.id]
  enable_deletion_protection = true
  drop_invalid_header_fields = true
  access_logs {
    bucket  = "logs"
    enabled = true
  }
}
resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.web.arn
  port     = 80
  protocol = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.web.arn
  port       = 443
  protocol   = "HTTPS"
  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  default_action { type = "forward" }
}
resource "aws_wafv2_web_acl_association" "web" {
  resource_arn = aws_lb.web.arn
  web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/w/1"
}
resource "aws_elb" "old" {
  name = "old"
  listener {
    lb_port     = 443
    lb_protocol = "https"
    instance_port = 80
    instance_protocol = "http"
  }
  access_logs { bucket = "logs" }
  connection_draining = true
}
resource "aws_opensearch_domain" "logs" {
  domain_name = "logs"
  encrypt_at_rest { enabled = true }
  node_to_node_encryption { enabled = true }
  advanced_security_options { enabled = true }
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
  cluster_config {
    instance_count         = 3
    zone_awareness_enabled = true
  }
  vpc_options { subnet_ids = [aws_subnet.a.id] }
  log_publishing_options {
    log_type = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:l"
  }
}
resource "aws_redshift_parameter_group" "own" {
  name   = "own"
  family = "redshift-1.0"
  parameter {
    name  = "require_ssl"
    value = "true"
  }
}
resource "aws_redshift_cluster" "sales" {
  cluster_identifier = "sales"
  master_username    = "keeper"
  encrypted          = true
  publicly_accessible = false
  enhanced_vpc_routing = true
  automated_snapshot_retention_period = 14
  cluster_parameter_group_name = aws_redshift_parameter_group.own.name
  logging { enable = true }
}
resource "aws_elasticache_replication_group" "seen" {
  replication_group_id = "seen"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token = var.token
  automatic_failover_enabled = true
  multi_az_enabled = true
  snapshot_retention_limit = 7
}
resource "aws_launch_template" "web" {
  name = "web"
  metadata_options { http_tokens = "required" }
  block_device_mappings {
    device_name = "/dev/sda1"
    ebs { encrypted = "true" }
  }
}
resource "aws_neptune_cluster" "known" {
  cluster_identifier = "known"
  storage_encrypted = true
  deletion_protection = true
  iam_database_authentication_enabled = true
  backup_retention_period = 14
  enable_cloudwatch_logs_exports = ["audit"]
}
variable "token" {}
"""
TERRAFORM_BAD = """
resource "aws_lb" "web" {
  name = "web"
  subnets = [aws_subnet.a.id]
}
resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.web.arn
  port     = 80
  protocol = "HTTP"
  default_action { type = "forward" }
}
resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.web.arn
  port     = 443
  protocol = "HTTPS"
  default_action { type = "forward" }
}
resource "aws_elb" "old" {
  name = "old"
  listener {
    lb_port     = 80
    lb_protocol = "http"
    instance_port = 80
    instance_protocol = "http"
  }
  cross_zone_load_balancing = false
}
resource "aws_elasticsearch_domain" "logs" {
  domain_name = "logs"
}
resource "aws_elasticsearch_domain_policy" "logs" {
  domain_name = aws_elasticsearch_domain.logs.domain_name
  access_policies = jsonencode({ Statement = [{
    Effect = "Allow", Principal = "*", Action = "es:*"
    Resource = "${aws_elasticsearch_domain.logs.arn}/*"
  }] })
}
resource "aws_redshift_parameter_group" "own" {
  name   = "own"
  family = "redshift-1.0"
}
resource "aws_redshift_cluster" "sales" {
  cluster_identifier = "sales"
  master_username    = "awsuser"
  publicly_accessible = true
  allow_version_upgrade = false
  cluster_parameter_group_name = aws_redshift_parameter_group.own.id
}
resource "aws_elasticache_replication_group" "seen" {
  replication_group_id = "seen"
}
resource "aws_launch_template" "web" {
  name = "web"
  metadata_options { http_tokens = "optional" }
  user_data = base64encode("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzKEYAA")
  network_interfaces { associate_public_ip_address = "true" }
}
resource "aws_neptune_cluster" "known" {
  cluster_identifier = "known"
}
resource "aws_instance" "web" {
  root_block_device { volume_size = 20 }
}
"""
CLOUDFORMATION_GOOD = """
Resources:
  Web:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [subnet-1, subnet-2]
      LoadBalancerAttributes:
        - {Key: deletion_protection.enabled, Value: "true"}
        - {Key: routing.http.drop_invalid_header_fields.enabled, Value: "true"}
        - {Key: access_logs.s3.enabled, Value: "true"}
  Plain:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Web
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}]
  Tls:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Web
      Port: 443
      Protocol: HTTPS
      SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
      DefaultActions: [{Type: forward}]
  Guard:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: {ResourceArn: !Ref Web, WebACLArn: "arn:aws:wafv2:::w"}
  Old:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Listeners: [{Protocol: https, LoadBalancerPort: "443", InstancePort: "80"}]
      AccessLoggingPolicy: {Enabled: true, S3BucketName: logs}
      ConnectionDrainingPolicy: {Enabled: "true"}
      CrossZone: true
  Logs:
    Type: AWS::OpenSearchService::Domain
    Properties:
      EncryptionAtRestOptions: {Enabled: true}
      NodeToNodeEncryptionOptions: {Enabled: true}
      AdvancedSecurityOptions: {Enabled: true}
      DomainEndpointOptions: {EnforceHTTPS: true, TLSSecurityPolicy: Policy-Min-TLS-1-2-2019-07}
      ClusterConfig: {InstanceCount: 3, ZoneAwarenessEnabled: true}
      VPCOptions: {SubnetIds: [subnet-1]}
      LogPublishingOptions: {AUDIT_LOGS: {Enabled: true}}
  Own:
    Type: AWS::Redshift::ClusterParameterGroup
    Properties: {Parameters: [{ParameterName: require_ssl, ParameterValue: "true"}]}
  Sales:
    Type: AWS::Redshift::Cluster
    Properties:
      MasterUsername: keeper
      Encrypted: true
      EnhancedVpcRouting: true
      AutomatedSnapshotRetentionPeriod: 14
      ClusterParameterGroupName: !Ref Own
      LoggingProperties: {BucketName: logs}
  Seen:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      AtRestEncryptionEnabled: true
      TransitEncryptionEnabled: true
      AuthToken: "{{resolve:secretsmanager:token}}"
      AutomaticFailoverEnabled: true
      MultiAZEnabled: true
      SnapshotRetentionLimit: 7
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        MetadataOptions: {HttpTokens: required}
        BlockDeviceMappings: [{DeviceName: /dev/sda1, Ebs: {Encrypted: true}}]
  Known:
    Type: AWS::Neptune::DBCluster
    Properties:
      StorageEncrypted: true
      DeletionProtection: true
      IamAuthEnabled: true
      BackupRetentionPeriod: 14
      EnableCloudwatchLogsExports: [audit]
"""
CLOUDFORMATION_BAD = """
Resources:
  Web:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [subnet-1]}
  Plain:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Web
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward}]
  Tls:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Web
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward}]
  Old:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Listeners: [{Protocol: HTTP, LoadBalancerPort: "80", InstancePort: "80"}]
  Logs:
    Type: AWS::Elasticsearch::Domain
    Properties:
      AccessPolicies:
        Statement:
          - {Effect: Allow, Principal: "*", Action: "es:*", Resource: !Sub "${AWS::Region}/*"}
  Own: {Type: AWS::Redshift::ClusterParameterGroup, Properties: {}}
  Sales:
    Type: AWS::Redshift::Cluster
    Properties:
      MasterUsername: awsuser
      PubliclyAccessible: true
      AllowVersionUpgrade: false
      ClusterParameterGroupName: !Ref Own
  Seen: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {}}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        MetadataOptions: {HttpTokens: optional}
        UserData: !Base64 "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzKEYAA"
        NetworkInterfaces: [{AssociatePublicIpAddress: true}]
  Known: {Type: AWS::Neptune::DBCluster, Properties: {}}
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      BlockDeviceMappings: [{DeviceName: /dev/sda1, Ebs: {VolumeSize: 20}}]
"""
NETWORK = """
resource "aws_subnet" "a" { cidr_block = "10.0.1.0/24" }
resource "aws_subnet" "b" { cidr_block = "10.0.2.0/24" }
"""
WELL = {
    "aws-elb-load-balancer-draining",
    "aws-elb-load-balancer-logs",
    "aws-elb-load-balancer-plain",
    "aws-elb-load-balancer-zones",
    "aws-elbv2-load-balancer-deletion-protection",
    "aws-elbv2-load-balancer-firewall",
    "aws-elbv2-load-balancer-headers",
    "aws-elbv2-load-balancer-logs",
    "aws-elbv2-load-balancer-plain",
    "aws-elbv2-load-balancer-tls",
    "aws-elbv2-load-balancer-zones",
    "aws-opensearch-domain-audit-logs",
    "aws-opensearch-domain-encrypted",
    "aws-opensearch-domain-fine-grained",
    "aws-opensearch-domain-nodes-encrypted",
    "aws-opensearch-domain-public",
    "aws-opensearch-domain-tls",
    "aws-opensearch-domain-zones",
    "aws-redshift-cluster-administrator",
    "aws-redshift-cluster-backups",
    "aws-redshift-cluster-encrypted",
    "aws-redshift-cluster-logs",
    "aws-redshift-cluster-public",
    "aws-redshift-cluster-routing",
    "aws-redshift-cluster-transport",
    "aws-redshift-cluster-upgrades",
    "aws-elasticache-replication-group-authentication",
    "aws-elasticache-replication-group-backups",
    "aws-elasticache-replication-group-encrypted",
    "aws-elasticache-replication-group-failover",
    "aws-elasticache-replication-group-transport",
    "aws-ec2-launch-template-encryption",
    "aws-ec2-launch-template-imdsv2",
    "aws-ec2-launch-template-public-address",
    "aws-ec2-launch-template-user-data-secrets",
    "aws-rds-cluster-backups",
    "aws-rds-cluster-deletion-protection",
    "aws-rds-cluster-encrypted",
    "aws-rds-cluster-iam-authentication",
    "aws-rds-cluster-logs",
}
NOT_SAID = {"aws-ec2-launch-template-encryption"}
"""What only a disk that is written down can be judged for, which the bad ones have not."""
SERVICES = (
    "aws-elb",
    "aws-elbv2",
    "aws-opensearch",
    "aws-redshift",
    "aws-elasticache",
    "aws-ec2",
    "aws-rds",
)


def outcomes(code: Code) -> dict[str, str]:
    """What each check says, of the only component of its kind."""
    checks = own_checks(SERVICES)
    return {one.check: str(one.verdict.outcome) for one in judge_all(code.snapshot, checks)}


def read(folder: Path, language: str, text: str) -> Code:
    """A folder with this alone in it."""
    name = {"terraform": "main.tf", "cloudformation": "it.yaml"}[language]
    (folder / name).write_text(text)
    return read_code(folder)


@pytest.mark.parametrize(
    ("language", "text"),
    [("terraform", TERRAFORM_GOOD + NETWORK), ("cloudformation", CLOUDFORMATION_GOOD)],
)
def test_what_is_as_it_should_be_passes(tmp_path: Path, language: str, text: str) -> None:
    code = read(tmp_path, language, text)
    assert [one for one in code.remarks if one.is_broken] == []
    told = outcomes(code)
    assert {one: told.get(one) for one in sorted(WELL)} == dict.fromkeys(sorted(WELL), "pass")


@pytest.mark.parametrize(
    ("language", "text"),
    [("terraform", TERRAFORM_BAD + NETWORK), ("cloudformation", CLOUDFORMATION_BAD)],
)
def test_what_is_wrong_fails(tmp_path: Path, language: str, text: str) -> None:
    code = read(tmp_path, language, text)
    told = outcomes(code)
    wrong = sorted(WELL - NOT_SAID | {"aws-ec2-volume-encrypted"})
    assert {one: told.get(one) for one in wrong} == dict.fromkeys(wrong, "fail")


def test_what_a_module_that_is_not_here_may_add_to_a_balancer_is_not_known(tmp_path: Path) -> None:
    text = """
    resource "aws_lb" "web" { name = "web" }
    module "guard" {
      source  = "company/guard/aws"
      balancer = aws_lb.web.arn
    }
    """
    told = outcomes(read(tmp_path, "terraform", text))
    assert told["aws-elbv2-load-balancer-firewall"] == "unknown"
    assert told["aws-elbv2-load-balancer-plain"] == "unknown"


def database(engine: str, version: str, group: str = "") -> str:
    """A database in Terraform; a group is what is written in it."""
    text = f"""
    resource "aws_db_instance" "it" {{
      engine = "{engine}"
      engine_version = "{version}"
      {"parameter_group_name = aws_db_parameter_group.it.name" if group else ""}
    }}
    """
    if not group:
        return text
    family = f'family = "{engine}{version}"'
    return text + f'resource "aws_db_parameter_group" "it" {{\n{family}\n{group}\n}}\n'


FORCED = """
parameter {
  name  = "rds.force_ssl"
  value = "1"
}
"""
OTHER = """
parameter {
  name  = "log_connections"
  value = "1"
}
"""


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (database("postgres", "14"), "fail"),
        (database("postgres", "16.4"), "pass"),
        (database("postgres", "14", FORCED), "pass"),
        (database("postgres", "14", OTHER), "fail"),
        (database("postgres", "16", OTHER), "pass"),
        (database("postgres", "16", FORCED.replace('"1"', '"0"')), "fail"),
        (database("mysql", "8.0"), "fail"),
        (database("mysql", "8.4"), "unknown"),
        (database("postgres", "14").replace("}", 'parameter_group_name = "shared"\n}'), "unknown"),
        (database("postgres", "14").replace('version = "14"', "version = var.version"), "unknown"),
    ],
)
def test_a_database_refuses_plain_connections_by_its_parameters_or_those_of_its_version(
    tmp_path: Path, text: str, outcome: str
) -> None:
    told = outcomes(read(tmp_path, "terraform", text + 'variable "version" {}'))
    assert told["aws-rds-instance-transport"] == outcome


def test_parameters_of_a_template_count_the_same(tmp_path: Path) -> None:
    text = """
Resources:
  Parameters:
    Type: AWS::RDS::DBParameterGroup
    Properties: {Family: postgres14, Parameters: {rds.force_ssl: 1}}
  It:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, EngineVersion: "14.3", DBParameterGroupName: !Ref Parameters}
"""
    assert outcomes(read(tmp_path, "cloudformation", text))["aws-rds-instance-transport"] == "pass"

"""Single settings that a check asks for are read in Terraform and in templates alike."""

from pathlib import Path

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all

UNKNOWN = 'variable "unknown" {}\n'


def of(kind: str, *lines: str) -> str:
    """One resource, called ``it``."""
    return "\n".join([f'resource "{kind}" "it" {{', *lines, "}", ""])


def classic(certificate: str) -> str:
    """A classic load balancer with a listener of TLS."""
    return of(
        "aws_elb",
        "listener {",
        *("lb_port = 443", 'lb_protocol = "https"', "instance_port = 80"),
        *('instance_protocol = "http"', f"ssl_certificate_id = {certificate}"),
        "}",
    )


def search(block: str, *lines: str) -> str:
    """A search domain with one block."""
    return of("aws_opensearch_domain", f"{block} {{", *lines, "}")


def files(each: str) -> str:
    """A file system with mount targets."""
    return of("aws_efs_file_system") + of(
        "aws_efs_mount_target",
        f"for_each = toset({each})",
        "file_system_id = aws_efs_file_system.it.id",
        "subnet_id = each.key",
    )


EKS, CACHE = "aws_eks_cluster", "aws_elasticache_cluster"
LOGS, USERS = "log_publishing_options", "advanced_security_options"
MASTERS = ("cluster_config", "dedicated_master_enabled = true")
TERRAFORM: dict[str, dict[str, str]] = {
    "aws-elb-load-balancer-certificate": {
        classic('"arn:aws:acm:eu-west-1:1:certificate/a"'): "pass",
        of("aws_acm_certificate") + classic("aws_acm_certificate.it.arn"): "pass",
        classic('"arn:aws:iam::1:server-certificate/a"'): "fail",
        of("aws_iam_server_certificate") + classic("aws_iam_server_certificate.it.arn"): "fail",
        UNKNOWN + classic("var.unknown"): "unknown",
    },
    "aws-elbv2-load-balancer-cross-zone": {
        of(
            "aws_lb",
            'load_balancer_type = "network"',
            "enable_cross_zone_load_balancing = true",
        ): "pass",
        of("aws_lb", 'load_balancer_type = "network"'): "fail",
        of("aws_lb", 'name = "it"'): "",
    },
    "aws-eks-cluster-deletion-protection": {
        of(EKS, "deletion_protection = true"): "pass",
        of(EKS, 'name = "it"'): "fail",
        UNKNOWN + of(EKS, "deletion_protection = var.unknown"): "unknown",
    },
    "aws-opensearch-domain-error-logs": {
        search(LOGS, 'log_type = "ES_APPLICATION_LOGS"'): "pass",
        search(LOGS, 'log_type = "AUDIT_LOGS"'): "fail",
    },
    "aws-opensearch-domain-masters": {
        search(*MASTERS, "dedicated_master_count = 3"): "pass",
        search(*MASTERS, "dedicated_master_count = 2"): "fail",
        of("aws_opensearch_domain"): "fail",
        UNKNOWN + search(*MASTERS, "dedicated_master_count = var.unknown"): "unknown",
    },
    "aws-opensearch-domain-internal-users": {
        search(USERS, "enabled = true", "internal_user_database_enabled = true"): "fail",
        search(USERS, "enabled = true"): "pass",
    },
    "aws-redshift-cluster-database": {
        of("aws_redshift_cluster", 'database_name = "sales"'): "pass",
        of("aws_redshift_cluster", 'cluster_identifier = "it"'): "fail",
    },
    "aws-redshift-cluster-zones": {
        of("aws_redshift_cluster", "multi_az = true"): "pass",
        of("aws_redshift_cluster", 'cluster_identifier = "it"'): "fail",
    },
    "aws-elasticache-cluster-subnets": {
        of("aws_elasticache_subnet_group", 'name = "it"')
        + of(CACHE, "subnet_group_name = aws_elasticache_subnet_group.it.name"): "pass",
        of(CACHE, 'engine = "memcached"'): "fail",
    },
    "aws-efs-file-system-zones": {
        files('["subnet-1", "subnet-2"]'): "pass",
        files('["subnet-1"]'): "fail",
        UNKNOWN + files("var.unknown"): "unknown",
        of("aws_efs_file_system"): "unknown",
        of("aws_efs_file_system", 'availability_zone_name = "eu-west-1a"'): "fail",
    },
    "aws-apigateway-rest-stage-client-certificate": {
        of("aws_api_gateway_stage", 'stage_name = "prod"'): "",
    },
}
TEMPLATES: dict[str, dict[str, str]] = {
    "aws-elb-load-balancer-certificate": {
        "ElasticLoadBalancing::LoadBalancer {Listeners: [{Protocol: HTTPS, LoadBalancerPort: '443',"
        " InstancePort: '80', SSLCertificateId: 'arn:aws:acm:x:1:certificate/a'}]}": "pass",
        "ElasticLoadBalancing::LoadBalancer {Listeners: [{Protocol: SSL, LoadBalancerPort: '443',"
        " InstancePort: '80', SSLCertificateId: 'arn:aws:iam::1:server-certificate/a'}]}": "fail",
    },
    "aws-elbv2-load-balancer-cross-zone": {
        "ElasticLoadBalancingV2::LoadBalancer {Type: network, LoadBalancerAttributes:"
        " [{Key: load_balancing.cross_zone.enabled, Value: 'true'}]}": "pass",
        "ElasticLoadBalancingV2::LoadBalancer {Type: network}": "fail",
    },
    "aws-eks-cluster-deletion-protection": {
        "EKS::Cluster {DeletionProtection: true}": "pass",
        "EKS::Cluster {Name: it}": "fail",
    },
    "aws-opensearch-domain-masters": {
        "OpenSearchService::Domain {ClusterConfig: {DedicatedMasterEnabled: true,"
        " DedicatedMasterCount: 3}}": "pass",
        "OpenSearchService::Domain {ClusterConfig: {DedicatedMasterEnabled: true,"
        " DedicatedMasterCount: 2}}": "fail",
    },
    "aws-opensearch-domain-internal-users": {
        "OpenSearchService::Domain {AdvancedSecurityOptions: {Enabled: true,"
        " InternalUserDatabaseEnabled: true}}": "fail",
        "OpenSearchService::Domain {AdvancedSecurityOptions: {Enabled: true}}": "pass",
    },
    "aws-redshift-cluster-database": {
        "Redshift::Cluster {DBName: sales}": "pass",
        "Redshift::Cluster {DBName: dev}": "fail",
    },
    "aws-redshift-cluster-zones": {
        "Redshift::Cluster {MultiAZ: true}": "pass",
        "Redshift::Cluster {MultiAZ: false}": "fail",
    },
    "aws-elasticache-cluster-subnets": {
        "ElastiCache::CacheCluster {CacheSubnetGroupName: caches}": "pass",
        "ElastiCache::CacheCluster {Engine: memcached}": "fail",
    },
    "aws-efs-file-system-zones": {
        "EFS::FileSystem {AvailabilityZoneName: eu-west-1a}": "fail",
        "EFS::FileSystem {Encrypted: true}": "unknown",
    },
}


def _each(table: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(check, text, told) for check, texts in table.items() for text, told in texts.items()]


def _told(folder: Path, check: str) -> str:
    code = read_code(folder)
    assert [one for one in code.remarks if one.is_broken] == []
    found = [str(one.verdict.outcome) for one in judge_all(code.snapshot, own_checks([check]))]
    return "".join(found)


@pytest.mark.parametrize(("check", "text", "told"), _each(TERRAFORM))
def test_a_setting_is_read_in_terraform(check: str, text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(text)
    assert _told(tmp_path, check) == told


@pytest.mark.parametrize(("check", "text", "told"), _each(TEMPLATES))
def test_a_setting_is_read_in_templates(check: str, text: str, told: str, tmp_path: Path) -> None:
    kind, _, properties = text.partition(" ")
    written = f"Resources:\n  It:\n    Type: AWS::{kind}\n    Properties: {properties}\n"
    (tmp_path / "it.yaml").write_text(written)
    assert _told(tmp_path, check) == told

"""Where to read more of what a check asks for: pages of those who made what it judges.

The one place that knows addresses. A check's own ``references`` come first, then a page for each
name in ``known_as`` that has one; where there is neither, the page for what the check's id begins
with.
"""

import re
from typing import Final

from ringwall.posture.checking.check import Check

_AWS: Final = "https://docs.aws.amazon.com"
_KUBERNETES: Final = "https://kubernetes.io/docs/concepts"
_HUB: Final = re.compile(r"securityhub:([A-Za-z0-9]+)\.([0-9]+)")
_NAMED: Final = {
    "pss:baseline": f"{_KUBERNETES}/security/pod-security-standards/#baseline",
    "pss:restricted": f"{_KUBERNETES}/security/pod-security-standards/#restricted",
    "kubernetes:ingress-tls": f"{_KUBERNETES}/services-networking/ingress/#tls",
    "kubernetes:load-balancer-source-ranges": (
        f"{_KUBERNETES}/services-networking/service/#loadbalancer"
    ),
    "kubernetes:network-policies": f"{_KUBERNETES}/services-networking/network-policies/",
    "kubernetes:pod-security-admission": f"{_KUBERNETES}/security/pod-security-admission/",
    "kubernetes:secrets-good-practices": f"{_KUBERNETES}/security/secrets-good-practices/",
    "kubernetes:user-namespaces": f"{_KUBERNETES}/workloads/pods/user-namespaces/",
}
_BEGINNINGS: Final = {
    "aws-access-analyzer": f"{_AWS}/IAM/latest/UserGuide/what-is-access-analyzer.html",
    "aws-acm": f"{_AWS}/acm/latest/userguide/acm-bestpractices.html",
    "aws-alarm": f"{_AWS}/AmazonCloudWatch/latest/logs/security.html",
    "aws-apigateway": f"{_AWS}/apigateway/latest/developerguide/security.html",
    "aws-autoscaling": f"{_AWS}/autoscaling/ec2/userguide/security.html",
    "aws-backup": f"{_AWS}/aws-backup/latest/devguide/security-considerations.html",
    "aws-cloudformation": f"{_AWS}/AWSCloudFormation/latest/UserGuide/security-best-practices.html",
    "aws-cloudtrail": f"{_AWS}/awscloudtrail/latest/userguide/best-practices-security.html",
    "aws-config": f"{_AWS}/config/latest/developerguide/security.html",
    "aws-dynamodb": f"{_AWS}/amazondynamodb/latest/developerguide/security.html",
    "aws-ec2": f"{_AWS}/AWSEC2/latest/UserGuide/ec2-security.html",
    "aws-ec2-network": f"{_AWS}/vpc/latest/userguide/vpc-security-best-practices.html",
    "aws-ec2-security-group": f"{_AWS}/vpc/latest/userguide/vpc-security-best-practices.html",
    "aws-ec2-vpc": f"{_AWS}/vpc/latest/userguide/vpc-security-best-practices.html",
    "aws-ecr": f"{_AWS}/AmazonECR/latest/userguide/security.html",
    "aws-ecs": f"{_AWS}/AmazonECS/latest/developerguide/security.html",
    "aws-efs": f"{_AWS}/efs/latest/ug/security-considerations.html",
    "aws-eks": f"{_AWS}/eks/latest/best-practices/security.html",
    "aws-elbv2": f"{_AWS}/elasticloadbalancing/latest/userguide/security.html",
    "aws-events": f"{_AWS}/eventbridge/latest/userguide/eb-security.html",
    "aws-guardduty": f"{_AWS}/guardduty/latest/ug/what-is-guardduty.html",
    "aws-iam": f"{_AWS}/IAM/latest/UserGuide/best-practices.html",
    "aws-kms": f"{_AWS}/kms/latest/developerguide/best-practices.html",
    "aws-lambda": f"{_AWS}/lambda/latest/dg/lambda-security.html",
    "aws-logs": f"{_AWS}/AmazonCloudWatch/latest/logs/security.html",
    "aws-opensearch": f"{_AWS}/opensearch-service/latest/developerguide/security.html",
    "aws-organizations": f"{_AWS}/organizations/latest/userguide/orgs_best-practices.html",
    "aws-rds": f"{_AWS}/AmazonRDS/latest/UserGuide/CHAP_BestPractices.Security.html",
    "aws-route53": f"{_AWS}/Route53/latest/DeveloperGuide/security.html",
    "aws-route53domains": f"{_AWS}/Route53/latest/DeveloperGuide/security.html",
    "aws-s3": f"{_AWS}/AmazonS3/latest/userguide/security-best-practices.html",
    "aws-secretsmanager": f"{_AWS}/secretsmanager/latest/userguide/best-practices.html",
    "aws-securityhub": f"{_AWS}/securityhub/latest/userguide/what-is-securityhub.html",
    "aws-sns": f"{_AWS}/sns/latest/dg/sns-security-best-practices.html",
    "aws-sqs": (
        f"{_AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html"
    ),
    "aws-ssm": f"{_AWS}/systems-manager/latest/userguide/security-best-practices.html",
    "aws-wafv2": f"{_AWS}/waf/latest/developerguide/security.html",
    "k8s-config-map": f"{_KUBERNETES}/security/secrets-good-practices/",
    "k8s-container": f"{_KUBERNETES}/security/application-security-checklist/",
    "k8s-container-secret": f"{_KUBERNETES}/security/secrets-good-practices/",
    "k8s-ingress": f"{_KUBERNETES}/services-networking/ingress/",
    "k8s-namespace": f"{_KUBERNETES}/services-networking/network-policies/",
    "k8s-pod": f"{_KUBERNETES}/security/application-security-checklist/",
    "k8s-role": f"{_KUBERNETES}/security/rbac-good-practices/",
    "k8s-service": f"{_KUBERNETES}/services-networking/service/",
    "k8s-service-account": f"{_KUBERNETES}/security/service-accounts/",
}


def references_of(name: str, check: Check) -> tuple[str, ...]:
    """Addresses, and what else the check names, each once; ``name`` is its id."""
    known = (_page(one) for one in check.known_as)
    found = tuple(dict.fromkeys([*check.references, *filter(None, known)]))
    if found:
        return found
    words = name.split("-")
    beginnings = ("-".join(words[:count]) for count in range(len(words), 0, -1))
    return next(((_BEGINNINGS[one],) for one in beginnings if one in _BEGINNINGS), ())


def _page(known_as: str) -> str | None:
    control = _HUB.fullmatch(known_as)
    if control is None:
        return _NAMED.get(known_as)
    service, number = control[1].lower(), control[2]
    at = f"{_AWS}/securityhub/latest/userguide"
    return f"{at}/{service}-controls.html#{service}-{number}"

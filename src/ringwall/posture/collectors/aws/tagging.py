"""Tags of what is listed without them: of all of a region by one call, a hundred at a time."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, tags_of

CALL: Final = "resourcegroupstaggingapi:GetResources"
APART: Final = frozenset(
    {
        "aws-acm-certificate",
        "aws-backup-plan",
        "aws-backup-vault",
        "aws-cloudfront-distribution",
        "aws-cloudtrail-trail",
        "aws-dynamodb-table",
        "aws-ecr-repository",
        "aws-ecs-cluster",
        "aws-ecs-service",
        "aws-ecs-task",
        "aws-ecs-task-definition",
        "aws-eks-cluster",
        "aws-eks-nodegroup",
        "aws-eks-pod-identity",
        "aws-elasticache-cluster",
        "aws-elasticache-replication-group",
        "aws-elb-load-balancer",
        "aws-elbv2-listener",
        "aws-elbv2-load-balancer",
        "aws-elbv2-target-group",
        "aws-events-bus",
        "aws-guardduty-detector",
        "aws-kms-key",
        "aws-lambda-function",
        "aws-logs-group",
        "aws-opensearch-domain",
        "aws-rds-cluster-parameter-group",
        "aws-rds-event-subscription",
        "aws-rds-parameter-group",
        "aws-route53-zone",
        "aws-route53domains-domain",
        "aws-s3-access-point",
        "aws-s3-bucket",
        "aws-sns-topic",
        "aws-sqs-queue",
        "aws-ssm-parameter",
        "aws-wafv2-web-acl",
    }
)
"""Kinds with tags that their listings do not tell."""


def by_arn(pages: list[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The tags of each ARN of all pages."""
    return {
        one["ResourceARN"]: tags_of(one.get("Tags"))
        for page in pages
        for one in page["ResourceTagMappingList"]
    }


DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="tags",
        call=CALL,
        arguments=lambda _: {"ResourcesPerPage": 100},
        pick=by_arn,
    ),
)

"""ElastiCache: replication groups, and what stands alone."""

from typing import Final

from ringwall.posture.collecting.shape import described

GROUP: Final = "aws-elasticache-replication-group"
CLUSTER: Final = "aws-elasticache-cluster"

LISTINGS: Final = (
    described(
        GROUP,
        "elasticache:DescribeReplicationGroups",
        "ReplicationGroups",
        "elasticache:replicationgroup:{ReplicationGroupId}",
        "ReplicationGroupId",
    ),
    described(
        CLUSTER,
        "elasticache:DescribeCacheClusters",
        "CacheClusters",
        "elasticache:cluster:{CacheClusterId}",
        "CacheClusterId",
        keep=lambda one: not one.get("ReplicationGroupId"),
        arguments={"ShowCacheClustersNotInReplicationGroups": True},
    ),
)
DETAILS: Final = ()

"""EKS: clusters, and the groups of machines they run on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Batches, Detail, Item, Listing, Where, first
from ringwall.posture.snapshot.snapshot import Seen

CLUSTER: Final = "aws-eks-cluster"
NODES: Final = "aws-eks-nodegroup"


def _clusters(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for name in page.get("clusters") or ():
        yield Item(kind=CLUSTER, name=where.arn(f"eks:cluster/{name}"), label=name)


def _nodes(seen: Seen) -> Mapping[str, Any]:
    _, cluster, name = seen.found.name.rpartition(":")[2].split("/")
    return {"clusterName": cluster, "nodegroupName": name}


def _nodegroups(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    cluster = where.asked["clusterName"]
    for name in page.get("nodegroups") or ():
        arn = where.arn(f"eks:nodegroup/{cluster}/{name}")
        yield Item(kind=NODES, name=arn, label=f"{cluster}/{name}")


LISTINGS: Final = (
    Listing(kinds=(CLUSTER,), call="eks:ListClusters", read=_clusters),
    Listing(
        kinds=(NODES,),
        call="eks:ListNodegroups",
        read=_nodegroups,
        batches=Batches(
            kind=CLUSTER, most=1, arguments=lambda some: {"clusterName": some[0].found.label}
        ),
    ),
)
DETAILS: Final = (
    Detail(
        kind=CLUSTER,
        aspect="described",
        call="eks:DescribeCluster",
        arguments=lambda seen: {"name": seen.found.label},
        pick=first("cluster"),
    ),
    Detail(
        kind=NODES,
        aspect="described",
        call="eks:DescribeNodegroup",
        arguments=_nodes,
        pick=first("nodegroup"),
    ),
)

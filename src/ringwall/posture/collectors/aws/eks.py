"""EKS: clusters, the groups of machines they run on, and the roles that their pods are given."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Batches, Detail, Item, Listing, Where, first
from ringwall.posture.snapshot.snapshot import Seen

CLUSTER: Final = "aws-eks-cluster"
NODES: Final = "aws-eks-nodegroup"
POD_IDENTITY: Final = "aws-eks-pod-identity"


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


def _identities(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("associations") or ():
        label = f"{one['clusterName']}/{one['namespace']}/{one['serviceAccount']}"
        told = {"listed": one}
        yield Item(kind=POD_IDENTITY, name=one["associationArn"], label=label, aspects=told)


def _identity(seen: Seen) -> Mapping[str, Any]:
    listed = seen.aspects["listed"].value
    return {"clusterName": listed["clusterName"], "associationId": listed["associationId"]}


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
    Listing(
        kinds=(POD_IDENTITY,),
        call="eks:ListPodIdentityAssociations",
        read=_identities,
        batches=Batches(
            kind=CLUSTER, most=1, arguments=lambda some: {"clusterName": some[0].found.label}
        ),
    ),
)
DETAILS: Final = (
    Detail(
        kind=POD_IDENTITY,
        aspect="described",
        call="eks:DescribePodIdentityAssociation",
        arguments=_identity,
        pick=first("association"),
    ),
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

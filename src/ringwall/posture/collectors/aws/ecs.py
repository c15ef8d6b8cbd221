"""ECS: clusters, services, what runs, and the newest definition of each family of tasks."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import (
    Batches,
    Detail,
    Item,
    Listing,
    Where,
    first,
    tags_of,
)
from ringwall.posture.snapshot.snapshot import Seen

CLUSTER: Final = "aws-ecs-cluster"
SERVICE: Final = "aws-ecs-service"
TASK: Final = "aws-ecs-task-definition"
RUNNING: Final = "aws-ecs-task"


def _clusters(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for arn in page.get("clusterArns") or ():
        yield Item(kind=CLUSTER, name=arn, label=arn.rpartition("/")[2])


def _described_clusters(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("clusters") or ():
        yield _item(CLUSTER, one["clusterArn"], one["clusterName"], one)


def _services(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for arn in page.get("serviceArns") or ():
        yield Item(kind=SERVICE, name=arn, label=arn.rpartition("/")[2])


def _described_services(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("services") or ():
        yield _item(SERVICE, one["serviceArn"], one["serviceName"], one)


def _tasks(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for arn in page.get("taskArns") or ():
        yield Item(kind=RUNNING, name=arn, label=arn.rpartition("/")[2])


def _described_tasks(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("tasks") or ():
        yield _item(RUNNING, one["taskArn"], one["taskArn"].rpartition("/")[2], one)


def _families(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for family in page.get("families") or ():
        arn = where.arn(f"ecs:task-definition/{family}")
        yield Item(kind=TASK, name=arn, label=family)


def _item(kind: str, name: str, label: str, told: Mapping[str, Any]) -> Item:
    tags = tags_of(told.get("tags"), key="key", to="value")
    return Item(kind=kind, name=name, label=label, tags=tags, aspects={"described": told})


def _of_service(seen: Seen) -> Mapping[str, Any]:
    return {"taskDefinition": seen.aspects["described"].value["taskDefinition"]}


def _of_task(seen: Seen) -> Mapping[str, Any] | None:
    """What a service keeps running is known by the service."""
    told = seen.aspects["described"].value
    is_kept = str(told.get("group") or "").startswith("service:")
    return None if is_kept else {"taskDefinition": told["taskDefinitionArn"]}


def _cluster_of(seen: Seen) -> str:
    """An ARN of a service or task names its cluster, except in the old form, gone since 2026."""
    parts = seen.found.name.rpartition(":")[2].split("/")
    return parts[1] if len(parts) > 2 else "default"


LISTINGS: Final = (
    Listing(kinds=(CLUSTER,), call="ecs:ListClusters", read=_clusters),
    Listing(
        kinds=(),
        told=(f"{CLUSTER}.described",),
        call="ecs:DescribeClusters",
        read=_described_clusters,
        arguments={"include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
        batches=Batches(
            kind=CLUSTER,
            most=100,
            arguments=lambda some: {"clusters": [one.found.name for one in some]},
        ),
    ),
    Listing(
        kinds=(SERVICE,),
        call="ecs:ListServices",
        read=_services,
        arguments={"maxResults": 100},
        batches=Batches(
            kind=CLUSTER, most=1, arguments=lambda some: {"cluster": some[0].found.name}
        ),
    ),
    Listing(
        kinds=(),
        told=(f"{SERVICE}.described",),
        call="ecs:DescribeServices",
        read=_described_services,
        arguments={"include": ["TAGS"]},
        batches=Batches(
            kind=SERVICE,
            most=10,
            apart=_cluster_of,
            arguments=lambda some: {
                "cluster": _cluster_of(some[0]),
                "services": [one.found.name for one in some],
            },
        ),
    ),
    Listing(
        kinds=(RUNNING,),
        call="ecs:ListTasks",
        read=_tasks,
        batches=Batches(
            kind=CLUSTER, most=1, arguments=lambda some: {"cluster": some[0].found.name}
        ),
    ),
    Listing(
        kinds=(),
        told=(f"{RUNNING}.described",),
        call="ecs:DescribeTasks",
        read=_described_tasks,
        batches=Batches(
            kind=RUNNING,
            most=100,
            apart=_cluster_of,
            arguments=lambda some: {
                "cluster": _cluster_of(some[0]),
                "tasks": [one.found.name for one in some],
            },
        ),
    ),
    Listing(
        kinds=(TASK,),
        call="ecs:ListTaskDefinitionFamilies",
        read=_families,
        arguments={"status": "ACTIVE"},
    ),
)
DETAILS: Final = (
    Detail(
        kind=TASK,
        aspect="definition",
        call="ecs:DescribeTaskDefinition",
        arguments=lambda seen: {"taskDefinition": seen.found.label},
        pick=first("taskDefinition"),
    ),
    Detail(
        kind=SERVICE,
        aspect="definition",
        call="ecs:DescribeTaskDefinition",
        arguments=_of_service,
        pick=first("taskDefinition"),
    ),
    Detail(
        kind=RUNNING,
        aspect="definition",
        call="ecs:DescribeTaskDefinition",
        arguments=_of_task,
        pick=first("taskDefinition"),
    ),
)

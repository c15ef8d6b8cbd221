"""ECS: clusters, services, and what their tasks are made of."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    each,
    first,
    ident,
    idents,
    known,
    part,
    renamed,
)
from ringwall.posture.code.aws.variables import legible, variable
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import ExpressionError, from_json
from ringwall.posture.snapshot.partial import Unknown

CLUSTER: Final = "aws-ecs-cluster"
SERVICE: Final = "aws-ecs-service"
TASK: Final = "aws-ecs-task-definition"
KINDS: Final = (CLUSTER, SERVICE, TASK)
_INSIGHTS: Final = "containerInsights"
_CONTAINER: Final = (
    "name",
    "image",
    "user",
    "privileged",
    "readonlyRootFilesystem",
    "environment",
    "secrets",
    "value",
    "valueFrom",
    "logConfiguration",
    "logDriver",
    "portMappings",
    "essential",
)
_AS: Final = {one.lower(): one for one in _CONTAINER}
"""Names in a container's JSON: what is sent to AWS is read whatever letters are large."""
_INNER: Final = frozenset({"environment", "secrets", "logConfiguration", "portMappings"})
_TRUTHS: Final = {"true": True, "false": False}
_SESSIONS: Final = {
    "cloud_watch_log_group_name": "cloudWatchLogGroupName",
    "cloud_watch_encryption_enabled": "cloudWatchEncryptionEnabled",
    "s3_bucket_name": "s3BucketName",
    "s3_bucket_encryption_enabled": "s3EncryptionEnabled",
    "s3_key_prefix": "s3KeyPrefix",
}


def components(code: Resources) -> Iterator[Collected]:
    """Clusters, services, and definitions of tasks."""
    yield from (_cluster(code, one) for one in code.of("aws_ecs_cluster"))
    yield from (_service(code, one) for one in code.of("aws_ecs_service"))
    yield from (_task(code, one) for one in code.of("aws_ecs_task_definition"))


def _cluster(code: Resources, one: Instance) -> Collected:
    described: dict[str, Any] = {
        "clusterArn": one.address,
        "clusterName": one.get("name", one.address),
        "settings": _settings(code, one),
    }
    configuration = one.block("configuration")
    if configuration is not None:
        sessions = first(part(configuration, "execute_command_configuration", []))
        described["configuration"] = {"executeCommandConfiguration": _sessions(sessions)}
    return component(CLUSTER, one, one.get("name"), {"described": known(described, one)})


def _settings(code: Resources, one: Instance) -> Any:
    """What is set; else what the account sets for all, if code says that."""
    written = each(one.blocks("setting"), {"name": "name", "value": "value"})
    if written:
        return written
    for usual in code.of("aws_ecs_account_setting_default"):
        if isinstance(usual.get("name"), Unknown):
            return usual.get("name")
        if usual.get("name") == _INSIGHTS:
            doubt = Unknown(usual.doubt) if usual.doubt else None
            return [{"name": _INSIGHTS, "value": doubt or usual.get("value")}]
    return []


def _sessions(block: Any) -> Any:
    if block is None or isinstance(block, Unknown):
        return block or {}
    made = renamed(block, {"logging": "logging", "kms_key_id": "kmsKeyId"})
    logs = first(part(block, "log_configuration", []))
    if logs is not None:
        made["logConfiguration"] = logs if isinstance(logs, Unknown) else _named(logs)
    return made


def _named(logs: Mapping[str, Any]) -> Any:
    """Where sessions are logged: nowhere, maybe, where no place is known."""
    made = {key: ident(value) for key, value in renamed(logs, _SESSIONS).items()}
    unknown = [one for one in made.values() if isinstance(one, Unknown)]
    return unknown[0] if unknown and len(unknown) == len(made) else made


def _service(code: Resources, one: Instance) -> Collected:
    cluster = code.pointed(one.get("cluster"), "aws_ecs_cluster")
    task = code.pointed(one.get("task_definition"), "aws_ecs_task_definition", by="family")
    strategy = one.blocks("capacity_provider_strategy")
    launched = one.get("launch_type")
    if launched is None and not strategy and cluster is not None:
        strategy = _strategy(code, cluster)
    if launched is None and not strategy and one.get("platform_version") is not None:
        launched = "FARGATE"  # nothing else has platforms
    described: dict[str, Any] = {
        "serviceArn": one.address,
        "serviceName": one.get("name", one.address),
        "clusterArn": f"terraform:{cluster.name}"
        if cluster is not None
        else Unknown("its cluster is none of this code"),
        "taskDefinition": _family(task),
        "launchType": launched,
        "capacityProviderStrategy": each(strategy, {"capacity_provider": "capacityProvider"}),
        "platformVersion": one.get("platform_version"),
        "platformFamily": _system(task),
        "enableExecuteCommand": one.get("enable_execute_command", default=False),
        "loadBalancers": one.blocks("load_balancer"),
    }
    network = one.block("network_configuration")
    if network is not None:
        described["networkConfiguration"] = {"awsvpcConfiguration": _network(network)}
    return component(SERVICE, one, one.get("name"), {"described": known(described, one)})


def _strategy(code: Resources, cluster: Instance) -> Any:
    """What runs the services of a cluster that do not say it themselves."""
    name = cluster.get("name")
    beside = code.pointing("aws_ecs_cluster_capacity_providers", "cluster_name", cluster, name)
    where = beside[0] if beside else cluster
    return where.blocks("default_capacity_provider_strategy")


def _family(task: Instance | None) -> Any:
    family = task.get("family") if task is not None else None
    if isinstance(family, str):
        return f"task-definition/{family}"
    return Unknown("its definition of tasks is none of this code, or of no known family")


def _system(task: Instance | None) -> Any:
    if task is None:
        return Unknown("its definition of tasks is none of this code")
    return part(task.block("runtime_platform"), "operating_system_family", "LINUX")


def _network(block: Any) -> Any:
    if isinstance(block, Unknown):
        return block
    public = part(block, "assign_public_ip", fallback=False)
    return {
        "subnets": idents(part(block, "subnets", [])),
        "securityGroups": idents(part(block, "security_groups", [])),
        "assignPublicIp": {True: "ENABLED", False: "DISABLED"}[public]
        if isinstance(public, bool)
        else public,
    }


def _task(code: Resources, one: Instance) -> Collected:
    definition: dict[str, Any] = {
        "family": one.get("family", one.address),
        "containerDefinitions": _containers(code, one.get("container_definitions")),
        "volumes": _volumes(one.blocks("volume")),
        **renamed(
            one.values,
            {"network_mode": "networkMode", "pid_mode": "pidMode", "ipc_mode": "ipcMode"},
        ),
    }
    for argument, name in (
        ("task_role_arn", "taskRoleArn"),
        ("execution_role_arn", "executionRoleArn"),
    ):
        if one.get(argument) is not None:
            definition[name] = _role(code, one.get(argument))
    platform = one.block("runtime_platform")
    if platform is not None:
        system = part(platform, "operating_system_family", "LINUX")
        definition["runtimePlatform"] = {"operatingSystemFamily": system}
    aspects = {"definition": known(definition, one)}
    return component(TASK, one, one.get("family"), aspects)


def _role(code: Resources, value: Any) -> Any:
    """The address of a role of this code, by whatever it is named."""
    named = value.rpartition("/")[2] if isinstance(value, str) else value
    role = code.pointed(named, "aws_iam_role")
    return role.address if role is not None else ident(value)


def _containers(code: Resources, written: Any) -> Any:
    try:
        told = from_json(written)
    except ExpressionError as error:
        return Unknown(f"its containers cannot be read: {error}")
    if told is None or isinstance(told, Unknown):
        return told or Unknown("its containers are not written")
    if not isinstance(told, list):
        return Unknown("its containers are no list")
    return [one if isinstance(one, Unknown) else _spelled(code, one) for one in told]


def _spelled(code: Resources, value: Any) -> Any:
    """A container with the names that AWS tells, and truth values for those in quotes."""
    if not isinstance(value, dict):
        return Unknown("a container is no object")
    made = {}
    for key, one in value.items():
        name = _AS.get(str(key).lower(), str(key))
        if name in _INNER:
            several = (
                [_inner(code, each) for each in one] if isinstance(one, list) else _inner(code, one)
            )
            made[name] = several
        elif name in {"privileged", "readonlyRootFilesystem"} and isinstance(one, str):
            made[name] = _TRUTHS.get(one.lower(), one)
        else:
            made[name] = one
    return {"name": "a container without a name", **made}


def _inner(code: Resources, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {_AS.get(str(key).lower(), key): legible(code, one) for key, one in value.items()}
    if "name" in made and "value" in made:  # of the environment
        made["value"] = variable(code, made["name"], made["value"])
    return made


def _volumes(blocks: Any) -> Any:
    if isinstance(blocks, Unknown):
        return blocks
    return [one if isinstance(one, Unknown) else _volume(one) for one in blocks]


def _volume(block: Mapping[str, Any]) -> dict[str, Any]:
    made = renamed(block, {"name": "name", "host_path": "host"})
    files = first(part(block, "efs_volume_configuration", []))
    if files is not None:
        names = {"transit_encryption": "transitEncryption", "root_directory": "rootDirectory"}
        made["efsVolumeConfiguration"] = (
            files
            if isinstance(files, Unknown)
            else {"fileSystemId": ident(part(files, "file_system_id")), **renamed(files, names)}
        )
    return made

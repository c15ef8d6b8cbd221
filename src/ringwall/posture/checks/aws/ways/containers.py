"""Services and tasks of ECS: who comes to them, as whom they run, and what they are given.

The role that starts a task is another one than the task's: what runs in it never is that role, but
has in its environment what is fetched by it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.checking import Subject, UnknownError
from ringwall.posture.checks.aws.exposure import public_versions, reachable
from ringwall.posture.checks.aws.ways.looking import SUBNET, Looking
from ringwall.posture.checks.aws.ways.running import commanded, groups_that_open, ports_as_text
from ringwall.posture.checks.aws.ways.targets import Behind
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.networks import Intervals
from ringwall.posture.permissions.paths import Hop
from ringwall.posture.permissions.terrain import Open

SERVICE: Final = "aws-ecs-service"
TASK: Final = "aws-ecs-task"
INTERFACE: Final = "aws-ec2-network-interface"
_SECRETS: Final = "aws-secretsmanager-secret"
KINDS: Final = (SERVICE, TASK, SUBNET, INTERFACE, _SECRETS)
READS: Final = (
    f"{SERVICE}.described",
    f"{SERVICE}.definition",
    f"{TASK}.described",
    f"{TASK}.definition",
    f"{SUBNET}.listed",
    f"{INTERFACE}.listed",
    f"{_SECRETS}.listed",
)


Place = tuple[str, set[str], set[int]]
"""A subnet, the security groups, and the versions of which there are public addresses."""


def behind(it: Looking) -> dict[str, list[Behind]]:
    """The services that stand behind target groups, by group."""
    found: dict[str, list[Behind]] = {}
    for one in it.all(SERVICE):
        with it.each():
            told = one.read("described")
            network = _network(told)
            groups = tuple(network.get("securityGroups") or ()) if network else None
            for each in told.get("loadBalancers") or ():
                if each.get("targetGroupArn"):
                    port = int(each.get("containerPort") or 0)
                    entry = Behind(one.name, port, groups)
                    found.setdefault(str(each["targetGroupArn"]), []).append(entry)
    return found


def containers(it: Looking) -> Iterator[Open | Hop]:
    """Every service, and every task that no service keeps."""
    for one in it.all(SERVICE):
        with it.each():
            yield from _service(it, one)
    for one in it.all(TASK):
        with it.each():
            if not str(one.read("described").get("group") or "").startswith("service:"):
                yield from _task(it, one)


def entered(it: Looking) -> Iterator[Workload]:
    """Every task in which commands may be run, whoever keeps it."""
    for one in it.all(TASK):
        with it.each():
            told = one.read("described")
            if told.get("enableExecuteCommand"):
                role = _role(told, _definition(it, one))
                doubts = commanded(it, role, "ecs")
                yield Workload(TASK, one.name, role, one.tags or None, doubts=doubts)


def _role(told: Mapping[str, Any], definition: Mapping[str, Any]) -> str:
    role = (told.get("overrides") or {}).get("taskRoleArn") or definition.get("taskRoleArn")
    return str(role or "")


def _network(told: Mapping[str, Any]) -> Mapping[str, Any]:
    configured = told.get("networkConfiguration") or {}
    found: Mapping[str, Any] = configured.get("awsvpcConfiguration") or {}
    return found


def _service(it: Looking, one: Subject) -> Iterator[Open | Hop]:
    told = one.read("described")
    network = _network(told)
    definition = _definition(it, one)
    workload = Workload(SERVICE, one.name, str(definition.get("taskRoleArn") or ""))
    places: list[Place] = []
    if network.get("assignPublicIp") == "ENABLED":
        groups = set(network.get("securityGroups") or ())
        places += [(str(each), groups, {4}) for each in network.get("subnets") or ()]
    places += [
        (subnet, groups, {6})
        for task in _kept_by(it, one)
        for subnet, groups, versions in _places(it, task)
        if 6 in versions
    ]
    yield _open(it, one, workload, places) if places else Open(workload, "")
    yield from _given(it, one, definition)


def _kept_by(it: Looking, service: Subject) -> Iterator[Mapping[str, Any]]:
    """The tasks of a service. In networks of version 6 each has an address that all may reach."""
    cluster = service.read("described").get("clusterArn")
    for one in it.all(TASK):
        with it.each():
            told = one.read("described")
            is_of_it = told.get("group") == f"service:{service.label}"
            if is_of_it and told.get("clusterArn", cluster) == cluster:
                yield told


def _task(it: Looking, one: Subject) -> Iterator[Open | Hop]:
    told = one.read("described")
    definition = _definition(it, one)
    workload = Workload(TASK, one.name, _role(told, definition))
    yield _open(it, one, workload, _places(it, told))
    yield from _given(it, one, definition)


def _places(it: Looking, told: Mapping[str, Any]) -> list[Place]:
    """Where a task has public addresses: the subnets, groups and versions of its interfaces."""
    identifiers = {
        str(each.get("value"))
        for attached in told.get("attachments") or ()
        for each in attached.get("details") or ()
        if each.get("name") == "networkInterfaceId"
    }
    interfaces = [
        each.read("listed")
        for each in (it.all(INTERFACE) if identifiers else ())
        if each.name.rpartition("/")[2] in identifiers
    ]
    return [
        (
            str(each.get("SubnetId")),
            {str(group["GroupId"]) for group in each.get("Groups") or ()},
            versions,
        )
        for each in interfaces
        if (versions := public_versions(each))
    ]


def _definition(it: Looking, one: Subject) -> Mapping[str, Any]:
    """What it runs by; where that is not known, neither is as whom it runs."""
    try:
        found: Mapping[str, Any] = one.read("definition", {})
    except UnknownError as error:
        it.hidden(error)
        return {}
    return found


def _open(it: Looking, one: Subject, workload: Workload, places: list[Place]) -> Open:
    """Whether the internet comes to something with public addresses in these subnets."""

    def reach(subnet: str, groups: set[str], versions: set[int]) -> Intervals:
        return reachable(
            it.world,
            one,
            subnet=subnet,
            vpc=it.network(subnet),
            groups=sorted(groups),
            versions=versions,
        )

    doubt = ""
    for subnet, groups, versions in places:
        try:
            opened = reach(subnet, groups, versions)
            by = groups_that_open(it.world, one.account, groups) if opened.parts else ()
        except UnknownError as error:
            doubt = f"perhaps, for {it.unsure(error)}"
            continue
        if opened.parts:
            why = f"it has a public address, and port {ports_as_text(opened)} is open"
            return Open(workload, why, by=by)
    return Open(workload, doubt, is_certain=not doubt)


def _given(it: Looking, one: Subject, definition: Mapping[str, Any]) -> Iterator[Hop]:
    """The secrets and parameters that containers find in their environment."""
    for container in definition.get("containerDefinitions") or ():
        for each in container.get("secrets") or ():
            name = str(each.get("name"))
            arn = _resource(it, one, str(each.get("valueFrom") or ""))
            if arn:
                how = f"{one.label} has {arn} in its environment, as {name}"
                mend = f"take {name} out of the environment of {one.label}"
                yield Hop(one.name, arn, how, effort=3, mend=mend)


def _resource(it: Looking, one: Subject, said: str) -> str:
    """The ARN of what a container is given, as assets have it; of a secret without its member."""
    parts = said.split(":")
    if not said.startswith("arn:"):
        partition = one.name.split(":")[1]
        name = said.removeprefix("/")
        return f"arn:{partition}:ssm:{one.region}:{one.account}:parameter/{name}" if name else ""
    if parts[2] != "secretsmanager":
        return said
    arn = ":".join(parts[:7])
    whole = [each.name for each in it.all(_SECRETS) if each.name.startswith(f"{arn}-")]
    return next((each for each in whole if len(each) == len(arn) + 7), arn)

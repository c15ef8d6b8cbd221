"""Nobody opens shells in tasks unseen.

With `ECS Exec` whoever may call it has a shell in a container.

Why: what is typed there is written nowhere, unless the cluster is told to.
Fix: switch `enableExecuteCommand` off, or have the cluster log sessions.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, LOGGED
from ringwall.posture.checks.aws.ecs.containers import containers_of

CHECK = Check(
    judges="aws-ecs-service",
    severity=Severity.MEDIUM,
    reads=(
        "described",
        "aws-ecs-cluster.described",
        "aws-ecs-task-definition.listed",
        "aws-ecs-task-definition.definition",
    ),
    controls=(*LEAST_PRIVILEGE, *LOGGED),
)


def _family(task: Subject) -> list[str]:
    return [task.label]


def judge(it: Subject, world: World) -> Judgment:
    """By the service, its cluster, and where that says nothing, the logs of its containers."""
    told = it.read("described")
    if told.get("enableExecuteCommand") is not True:
        return passes("no shell can be opened in its tasks")
    cluster = world.need(f"aws-ecs-cluster/{told['clusterArn']}").read("described")
    logs = (cluster.get("configuration") or {}).get("executeCommandConfiguration") or {}
    if logs.get("logging") == "OVERRIDE" and logs.get("logConfiguration"):
        return passes("shells can be opened, and their sessions are logged")
    if logs.get("logging", "DEFAULT") == "DEFAULT":
        family = str(told.get("taskDefinition") or "").rpartition("/")[2].partition(":")[0]
        several = [
            one
            for task in world.where("aws-ecs-task-definition", _family, family)
            if (task.account, task.region) == (it.account, it.region)
            for one in containers_of(task)
        ]
        drivers = {(one.get("logConfiguration") or {}).get("logDriver") for one in several}
        if drivers == {"awslogs"}:
            return passes("shells can be opened, and their sessions go to the containers' logs")
    return fails(f"shells can be opened in tasks of {it.label}, and nothing is logged of them")


def _cluster(told: object) -> Other:
    return other("aws-ecs-cluster", "c", described=told)


def _task(driver: str) -> Other:
    container = {"name": "web", "logConfiguration": {"logDriver": driver}}
    return other("aws-ecs-task-definition", "web", definition={"containerDefinitions": [container]})


SHELLS = {"enableExecuteCommand": True, "clusterArn": "c", "taskDefinition": "x:task/web:3"}
LOGS = {
    "executeCommandConfiguration": {
        "logging": "OVERRIDE",
        "logConfiguration": {"s3BucketName": "b"},
    }
}
CASES = (
    case("off", PASS, described={}),
    case("logged", PASS, _cluster({"configuration": LOGS}), described=SHELLS),
    case("not logged", FAIL, _cluster({}), described=SHELLS),
    case("with the containers' logs", PASS, _cluster({}), _task("awslogs"), described=SHELLS),
    case("the containers log elsewhere", FAIL, _cluster({}), _task("splunk"), described=SHELLS),
    case(
        "switched off for the cluster",
        FAIL,
        _cluster({"configuration": {"executeCommandConfiguration": {"logging": "NONE"}}}),
        _task("awslogs"),
        described=SHELLS,
    ),
    case("not known", UNKNOWN, _cluster(DENIED), described=SHELLS),
)

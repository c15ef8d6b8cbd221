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

CHECK = Check(
    judges="aws-ecs-service",
    severity=Severity.MEDIUM,
    reads=("described", "aws-ecs-cluster.described"),
    controls=(*LEAST_PRIVILEGE, *LOGGED),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the service, and its cluster's logs."""
    if it.read("described").get("enableExecuteCommand") is not True:
        return passes("no shell can be opened in its tasks")
    cluster = world.need(f"aws-ecs-cluster/{it.read('described')['clusterArn']}").read("described")
    logs = (cluster.get("configuration") or {}).get("executeCommandConfiguration") or {}
    if logs.get("logging") == "OVERRIDE" and logs.get("logConfiguration"):
        return passes("shells can be opened, and their sessions are logged")
    return fails(f"shells can be opened in tasks of {it.label}, and nothing is logged of them")


def _cluster(told: object) -> Other:
    return other("aws-ecs-cluster", "c", described=told)


SHELLS = {"enableExecuteCommand": True, "clusterArn": "c"}
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
    case("not known", UNKNOWN, _cluster(DENIED), described=SHELLS),
)

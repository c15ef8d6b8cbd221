"""Tasks of ECS encrypt their way to EFS.

Why: files cross the network as they are.
Fix: set `transitEncryption` to `ENABLED` in the volume.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.MEDIUM,
    reads=("definition",),
    controls=IN_TRANSIT,
    known_as=("checkov:CKV_AWS_97",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Only volumes of EFS are judged."""
    several = [
        one
        for one in it.read("definition").get("volumes") or ()
        if one.get("efsVolumeConfiguration")
    ]
    if not several:
        return None
    found = [
        str(one.get("name"))
        for one in several
        if one["efsVolumeConfiguration"].get("transitEncryption") != "ENABLED"
    ]
    if found:
        return fails(f"the way to {', '.join(found)} of {it.label} is not encrypted")
    return passes("the way to its files is encrypted")


def _volume(**more: str) -> dict[str, object]:
    return {
        "volumes": [{"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1"} | more}]
    }


CASES = (
    case("encrypted", PASS, definition=_volume(transitEncryption="ENABLED")),
    case("not", FAIL, definition=_volume()),
    case("no such volumes", NOT_JUDGED, definition={"volumes": [{"name": "x", "host": {}}]}),
)

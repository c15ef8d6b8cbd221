"""Running instances are managed by Systems Manager.

Why: what it does not reach nobody patches or looks into by it, and people open SSH instead.
Fix: give the instance a role with `AmazonSSMManagedInstanceCore`, or turn default host management
on, run the agent, and let it reach the endpoints `ssm`, `ssmmessages` and `ec2messages`.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.ages import days_since

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-region.ssm_managed"),
    controls=(
        "nist-800-53r5 CM-8 supporting",
        "nist-800-53r5 SI-2 supporting",
        "nist-csf-2.0 PR.PS-01 supporting",
        "soc2 CC7.1 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "pci-dss-4 6.3.3 supporting",
        "ccm-4 TVM-03 supporting",
    ),
    known_as=("prowler:ec2_instance_managed_by_ssm", "securityhub:SSM.1"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that run; what began within a day may not be known there yet."""
    listed = it.read("listed")
    if (listed.get("State") or {}).get("Name") != "running":
        return None
    told = world.region(it).read("ssm_managed").get(listed.get("InstanceId") or it.label)
    if told is None:
        if "LaunchTime" in listed and days_since(listed["LaunchTime"]) < 1:
            return None
        return fails(f"Systems Manager does not know {it.label}")
    if told["PingStatus"] == "Online":
        return passes("Systems Manager reaches its agent")
    state = told["PingStatus"] or "unknown"
    return fails(f"Systems Manager does not reach the agent of {it.label}: {state}", Severity.LOW)


def _known(state: str) -> Other:
    return other("aws-region", ssm_managed={"i-1": {"PingStatus": state, "PlatformType": "Linux"}})


LONG_AGO = datetime.now(UTC) - timedelta(days=40)
RUNS = {"InstanceId": "i-1", "State": {"Name": "running"}, "LaunchTime": LONG_AGO}
NEW = RUNS | {"LaunchTime": datetime.now(UTC)}
NONE = other("aws-region", ssm_managed={})
CASES = (
    case("managed", PASS, _known("Online"), listed=RUNS),
    case("new, and managed", PASS, _known("Online"), listed=NEW),
    case("not known", FAIL, NONE, listed=RUNS),
    case("another is known", FAIL, _known("Online"), listed=RUNS | {"InstanceId": "i-2"}),
    case("not reached", FAIL, _known("ConnectionLost"), listed=RUNS),
    case("has just begun", NOT_JUDGED, NONE, listed=NEW),
    case("stopped", NOT_JUDGED, NONE, listed=RUNS | {"State": {"Name": "stopped"}}),
    case("denied", UNKNOWN, other("aws-region", ssm_managed=DENIED), listed=RUNS),
)

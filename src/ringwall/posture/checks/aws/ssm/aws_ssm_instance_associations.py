"""What Systems Manager is told to keep on an instance is so.

Why: an association that fails leaves the machine without the agent, setting or patch it stands for.
Fix: look at the history of the association, mend what it fails of, and apply it again.
"""

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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed", "aws-region.ssm_compliance"),
    controls=HARDENED,
    known_as=("securityhub:SSM.3",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that have associations, by how the last run of each ended."""
    listed = it.read("listed")
    if (listed.get("State") or {}).get("Name") in {"terminated", "shutting-down"}:
        return None
    several = world.region(it).read("ssm_compliance").get("Association", {})
    told = several.get(listed.get("InstanceId") or it.label)
    if told is None:
        return None
    if told["Status"] == "COMPLIANT":
        return passes("its associations have been applied")
    return fails(f"{told['Lacking']} associations of {it.label} have not been applied")


def _applied(state: str, *, at: str = "i-1") -> Other:
    told = {"Status": state, "Severity": "UNSPECIFIED", "Lacking": 1}
    return other("aws-region", ssm_compliance={"Association": {at: told}})


RUNS = {"InstanceId": "i-1", "State": {"Name": "running"}}
GONE = RUNS | {"State": {"Name": "terminated"}}
CASES = (
    case("applied", PASS, _applied("COMPLIANT"), listed=RUNS),
    case("not applied", FAIL, _applied("NON_COMPLIANT"), listed=RUNS),
    case("not applied elsewhere", NOT_JUDGED, _applied("NON_COMPLIANT", at="i-2"), listed=RUNS),
    case("gone", NOT_JUDGED, _applied("NON_COMPLIANT"), listed=GONE),
    case("denied", UNKNOWN, other("aws-region", ssm_compliance=DENIED), listed=RUNS),
)

"""Managed instances have the patches of their baseline.

Why: what a maker mended in public is tried on every machine that has not mended it.
Fix: have Patch Manager install what is missing, and run it by a maintenance window or a policy.
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
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.HIGH,
    reads=("listed", "aws-region.ssm_managed", "aws-region.ssm_compliance"),
    controls=("nist-800-53r5 SI-2(2) partial", *UPDATED),
    known_as=("prowler:ssm_managed_compliant_patching", "securityhub:SSM.2"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By the last look of Patch Manager; that there was none says nothing of patches.

    What Systems Manager does not manage is another check's to say.
    """
    listed = it.read("listed")
    if (listed.get("State") or {}).get("Name") in {"terminated", "shutting-down"}:
        return None
    region, instance = world.region(it), listed.get("InstanceId") or it.label
    told = region.read("ssm_compliance").get("Patch", {}).get(instance)
    if told is None:
        if instance not in region.read("ssm_managed"):
            return None
        msg = f"Patch Manager never looked which patches {it.label} lacks"
        raise UnknownError(msg)
    if told["Status"] == "COMPLIANT":
        return passes("it has the patches of its baseline")
    worst = f", the worst {told['Severity'].lower()}" if told["Severity"] else ""
    return fails(f"{it.label} lacks {told['Lacking']} patches of its baseline{worst}")


def _looked(state: str, *, at: str = "i-1", kind: str = "Patch") -> Other:
    told = {"Status": state, "Severity": "CRITICAL", "Lacking": 3}
    return other("aws-region", ssm_managed=MANAGED, ssm_compliance={kind: {at: told}})


MANAGED = {"i-1": {"PingStatus": "Online", "PlatformType": "Linux"}}
RUNS = {"InstanceId": "i-1", "State": {"Name": "running"}}
GONE = RUNS | {"State": {"Name": "terminated"}}
UNMANAGED = other("aws-region", ssm_managed={}, ssm_compliance={})
NO_LIST = other("aws-region", ssm_managed=DENIED, ssm_compliance={})
CASES = (
    case("all of them", PASS, _looked("COMPLIANT"), listed=RUNS),
    case("some are missing", FAIL, _looked("NON_COMPLIANT"), listed=RUNS),
    case("nobody looked", UNKNOWN, _looked("NON_COMPLIANT", at="i-2"), listed=RUNS),
    case("only associations", UNKNOWN, _looked("COMPLIANT", kind="Association"), listed=RUNS),
    case("not managed", NOT_JUDGED, UNMANAGED, listed=RUNS),
    case("gone", NOT_JUDGED, _looked("NON_COMPLIANT"), listed=GONE),
    case("what is managed is denied", UNKNOWN, NO_LIST, listed=RUNS),
    case(
        "denied",
        UNKNOWN,
        other("aws-region", ssm_managed=MANAGED, ssm_compliance=DENIED),
        listed=RUNS,
    ),
)

"""Documents cannot be shared with everybody.

Why: one click shares a document, with all that is written in it; the block has it refused.
Fix: turn on the block of public sharing in the settings of Systems Manager, in each region.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("ssm_sharing",),
    controls=NOT_PUBLIC,
    known_as=("securityhub:SSM.7",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set; it is off unless somebody turned it on."""
    value = str((it.read("ssm_sharing") or {}).get("SettingValue"))
    return passes("it is refused") if value == "Disable" else fails("it is allowed")


CASES = (
    case("refused", PASS, ssm_sharing={"SettingValue": "Disable"}),
    case("allowed", FAIL, ssm_sharing={"SettingValue": "Enable"}),
    case("never set", FAIL, ssm_sharing=ABSENT),
    case("may not be read", UNKNOWN, ssm_sharing=DENIED),
)

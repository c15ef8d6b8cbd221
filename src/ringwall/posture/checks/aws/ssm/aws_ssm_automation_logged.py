"""What automation runs is logged.

Why: scripts of Automation run with a role's rights; what they print tells what they did.
Fix: have Systems Manager send the output of scripts to CloudWatch Logs.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-region",
    severity=Severity.INFORMATIONAL,
    reads=("ssm_automation_log",),
    controls=LOGGED,
    known_as=("securityhub:SSM.6",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    value = str((it.read("ssm_automation_log") or {}).get("SettingValue"))
    return passes("it is logged") if value == "CloudWatch" else fails("it is not logged")


CASES = (
    case("logged", PASS, ssm_automation_log={"SettingValue": "CloudWatch"}),
    case("not", FAIL, ssm_automation_log={"SettingValue": "None"}),
    case("never set", FAIL, ssm_automation_log=ABSENT),
    case("may not be read", UNKNOWN, ssm_automation_log=DENIED),
)

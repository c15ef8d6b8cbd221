"""Instances cannot be reached by the serial console.

Why: it goes round security groups and network lists, and nothing records what is typed.
Fix: switch access to the serial console off for the region, and on only while it is needed.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("serial_console_access",),
    controls=HARDENED,
)


def judge(it: Subject, world: World) -> Judgment:
    """It is a setting of the account, in each region."""
    if it.read("serial_console_access", {}).get("SerialConsoleAccessEnabled") is True:
        return fails(f"the serial console is switched on in {it.label}")
    return passes("the serial console is switched off")


CASES = (
    case("off", PASS, serial_console_access={"SerialConsoleAccessEnabled": False}),
    case("on", FAIL, serial_console_access={"SerialConsoleAccessEnabled": True}),
    case("denied", UNKNOWN, serial_console_access=DENIED),
)

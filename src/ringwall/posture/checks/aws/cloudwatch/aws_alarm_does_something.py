"""Alarms do something.

Why: an alarm that is switched off, or that tells nobody, is a light in an empty room.
Fix: turn the alarm's actions on, and give it one; or delete it.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.cloudwatch.alarms import is_part
from ringwall.posture.checks.aws.controls import TOLD, WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("metric_alarms",),
    controls=(
        *WATCHED,
        "nist-800-53r5 SI-4(5) supporting",
        "soc2 CC4.2 supporting",
        *TOLD,
    ),
    known_as=(
        "prowler:cloudwatch_alarm_actions_enabled",
        "prowler:cloudwatch_alarm_actions_alarm_state_configured",
        "securityhub:CloudWatch.15",
        "securityhub:CloudWatch.17",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Those that are part of another, or that scale something, are looked at by those."""
    alarms = it.read("metric_alarms", [])
    if not alarms:
        return None
    rules = " ".join(str(one.get("AlarmRule") or "") for one in alarms)
    idle = sorted(str(one.get("AlarmName")) for one in alarms if not _acts(one, rules))
    if idle:
        said = ", ".join(idle[:5]) + (f" and {len(idle) - 5} more" if len(idle) > 5 else "")
        return fails(f"{said} {'do' if len(idle) > 1 else 'does'} nothing")
    return passes(f"all {len(alarms)} alarms do something")


def _acts(one: Mapping[str, Any], rules: str) -> bool:
    if is_part(one, rules):
        return True
    return one.get("ActionsEnabled") is not False and bool(one.get("AlarmActions"))


ON = {"AlarmName": "a", "AlarmActions": ["arn:aws:sns:eu-west-1:111122223333:t"]}
WHOLE = {"AlarmName": "all", "AlarmRule": 'ALARM("a")', "AlarmActions": ["t"]}
CASES = (
    case("one that does", PASS, metric_alarms=[ON]),
    case("switched off", FAIL, metric_alarms=[ON | {"ActionsEnabled": False}]),
    case("nothing to do", FAIL, metric_alarms=[ON | {"AlarmActions": []}]),
    case("part of another", PASS, metric_alarms=[ON | {"AlarmActions": []}, WHOLE]),
    case(
        "part of another, not in quotes",
        PASS,
        metric_alarms=[ON | {"AlarmActions": []}, WHOLE | {"AlarmRule": "ALARM(a) OR ALARM(b)"}],
    ),
    case("none", NOT_JUDGED, metric_alarms=[]),
    case("may not be read", UNKNOWN, metric_alarms=DENIED),
)

"""Clusters of databases refuse connections that are not encrypted.

What counts is the value in force, also where it is the engine's own default.

Why: passwords and data cross the network as they are.
Fix: set the engine's parameter to on: `rds.force_ssl`, `require_secure_transport`, `tls`.
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
    other,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.rds.engines import judge_transport

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "aws-rds-cluster-parameter-group.listed",
        "aws-rds-cluster-parameter-group.parameters",
    ),
    controls=IN_TRANSIT,
)
GROUP = "aws-rds-cluster-parameter-group"


def judge(it: Subject, world: World) -> Judgment | None:
    """By the parameters it runs with."""
    return judge_transport(it, world, GROUP, [it.read("listed")["DBClusterParameterGroup"]])


def _group(value: object) -> Other:
    return other(
        GROUP,
        listed={"DBClusterParameterGroupName": "mine"},
        parameters={"require_secure_transport": value},
    )


MINE = {"Engine": "aurora-mysql", "DBClusterParameterGroup": "mine"}
CASES = (
    case("on", PASS, _group("1"), listed=MINE),
    case("off", FAIL, _group("0"), listed=MINE),
    case("never set", FAIL, _group(None), listed=MINE),
    case(
        "denied",
        UNKNOWN,
        other(GROUP, listed={"DBClusterParameterGroupName": "mine"}, parameters=DENIED),
        listed=MINE,
    ),
    case("a group that is not there", UNKNOWN, listed=MINE),
    case(
        "an engine without such a thing",
        NOT_JUDGED,
        listed={"Engine": "oracle-ee", "DBClusterParameterGroup": "mine"},
    ),
)

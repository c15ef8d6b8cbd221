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
    UnknownError,
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
    name = it.read("listed").get("DBClusterParameterGroup")
    if name is None:
        raise UnknownError(f"it is not told which parameters {it.label} runs with")
    return judge_transport(it, world, GROUP, [name])


def _group(value: object, parameter: str = "require_secure_transport") -> Other:
    return other(
        GROUP,
        listed={"DBClusterParameterGroupName": "mine"},
        parameters={parameter: value},
    )


MINE = {"Engine": "aurora-mysql", "DBClusterParameterGroup": "mine"}
DOCUMENTS = {"Engine": "docdb", "DBClusterParameterGroup": "mine"}
PENDING = DOCUMENTS | {
    "DBClusterMembers": [
        {"DBClusterParameterGroupStatus": "in-sync"},
        {"DBClusterParameterGroupStatus": "pending-reboot"},
    ]
}
CASES = (
    case("on", PASS, _group("1"), listed=MINE),
    case("off", FAIL, _group("0"), listed=MINE),
    case("TLS 1.2 or later alone", PASS, _group("tls1.2+", "tls"), listed=DOCUMENTS),
    case("on once it is started again", UNKNOWN, _group("enabled", "tls"), listed=PENDING),
    case("none of TLS", FAIL, _group("disabled", "tls"), listed=DOCUMENTS),
    case("never set", FAIL, _group(None), listed=MINE),
    case(
        "denied",
        UNKNOWN,
        other(GROUP, listed={"DBClusterParameterGroupName": "mine"}, parameters=DENIED),
        listed=MINE,
    ),
    case("no group is named, as in code", UNKNOWN, listed={"Engine": "aurora-mysql"}),
    case("a group that is not there", UNKNOWN, listed=MINE),
    case(
        "an engine without such a thing",
        NOT_JUDGED,
        listed={"Engine": "oracle-ee", "DBClusterParameterGroup": "mine"},
    ),
)

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
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.rds.engines import is_on, parameters, tls_parameter

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "aws-rds-cluster-parameter-group.listed",
        "aws-rds-cluster-parameter-group.parameters",
    ),
    controls=IN_TRANSIT,
    known_as=("prowler:rds_cluster_transport_encrypted",),
)
GROUP = "aws-rds-cluster-parameter-group"


def judge(it: Subject, world: World) -> Judgment | None:
    """By the parameters it runs with."""
    listed = it.read("listed")
    parameter = tls_parameter(str(listed.get("Engine", "")))
    if not parameter:
        return None
    names = [listed["DBClusterParameterGroup"]]
    values = [parameters(world, it, GROUP, name).get(parameter) for name in names]
    if values and all(map(is_on, values)):
        return passes(f"{parameter} is on")
    return fails(f"{parameter} of {it.label} is off")


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
    case("an engine without such a thing", NOT_JUDGED, listed={"Engine": "oracle-ee"}),
)

"""Warehouses refuse connections that are not encrypted.

Why: passwords and data cross the network as they are.
Fix: set `require_ssl` to true in its parameter group.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.MEDIUM,
    reads=(
        "listed",
        "aws-redshift-parameter-group.listed",
        "aws-redshift-parameter-group.parameters",
    ),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:redshift_cluster_in_transit_encryption_enabled",
        "securityhub:Redshift.2",
        "checkov:CKV_AWS_105",
    ),
)


def _names(group: Subject) -> list[object]:
    return [group.read("listed").get("ParameterGroupName")]


def judge(it: Subject, world: World) -> Judgment:
    """By the parameters it runs with."""
    groups = it.read("listed").get("ClusterParameterGroups") or ()
    names = [one["ParameterGroupName"] for one in groups]
    values = []
    for name in names:
        found = [
            one
            for one in world.where("aws-redshift-parameter-group", _names, name)
            if (one.account, one.region) == (it.account, it.region)
        ]
        if not found:
            raise UnknownError(f"the parameters {name} are not known")
        values.append(str(found[0].read("parameters", {}).get("require_ssl")).lower())
    if values and all(one == "true" for one in values):
        late = [
            str(each.get("ParameterApplyStatus"))
            for one in groups
            for each in one.get("ClusterParameterStatusList") or ()
            if each.get("ParameterName") == "require_ssl"
            and each.get("ParameterApplyStatus") != "in-sync"
        ]
        if late:
            return fails(f"require_ssl of {it.label} is on, and not in force: {late[0]}")
        return passes("require_ssl is on")
    return fails(f"require_ssl of {it.label} is off")


def _group(value: object) -> Other:
    return other(
        "aws-redshift-parameter-group",
        "mine",
        listed={"ParameterGroupName": "mine"},
        parameters=value,
    )


MINE = {"ClusterParameterGroups": [{"ParameterGroupName": "mine"}]}
LATE = {
    "ClusterParameterGroups": [
        {
            "ParameterGroupName": "mine",
            "ClusterParameterStatusList": [
                {"ParameterName": "require_ssl", "ParameterApplyStatus": "pending-reboot"},
                {"ParameterName": "search_path", "ParameterApplyStatus": "in-sync"},
            ],
        }
    ]
}
CASES = (
    case("on", PASS, _group({"require_ssl": "true"}), listed=MINE),
    case("on, and not in force yet", FAIL, _group({"require_ssl": "true"}), listed=LATE),
    case("off", FAIL, _group({"require_ssl": "false"}), listed=MINE),
    case("denied", UNKNOWN, _group(DENIED), listed=MINE),
    case("a group that is not there", UNKNOWN, listed=MINE),
)

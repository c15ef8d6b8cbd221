"""Databases answer at a port of their own.

Why: who looks for databases tries the usual ports first; what keeps people out is something else.
Fix: choose another port, and have programs connect to that.
"""

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
)
from ringwall.posture.checks.aws.rds.engines import is_member, judge_port

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=(
        "nist-800-53r5 CM-6 supporting",
        "nist-csf-2.0 PR.PS-01 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("prowler:rds_instance_non_default_port", "securityhub:RDS.23"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of each by itself; members answer at the port of their cluster."""
    listed = it.read("listed")
    if is_member(listed):
        return None
    return judge_port(it, (listed.get("Endpoint") or {}).get("Port"))


PG = {"Engine": "postgres"}


CASES = (
    case("its own", PASS, listed=PG | {"Endpoint": {"Port": 6432}}),
    case("the usual one", FAIL, listed=PG | {"Endpoint": {"Port": 5432}}),
    case("another engine's", PASS, listed=PG | {"Endpoint": {"Port": 3306}}),
    case("none is chosen", FAIL, listed=PG),
    case("an engine of its own", NOT_JUDGED, listed={"Engine": "custom"}),
    case("a member", NOT_JUDGED, listed=PG | {"DBClusterIdentifier": "c"}),
    case("denied", UNKNOWN, listed=DENIED),
)

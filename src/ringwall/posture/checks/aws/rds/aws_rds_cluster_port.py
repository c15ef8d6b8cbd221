"""Clusters of databases answer at a port of their own.

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
from ringwall.posture.checks.aws.rds.engines import judge_port

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=(
        "nist-800-53r5 CM-6 supporting",
        "nist-csf-2.0 PR.PS-01 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("prowler:rds_cluster_non_default_port", "securityhub:RDS.23"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its setting."""
    return judge_port(it, it.read("listed").get("Port"))


MYSQL = {"Engine": "aurora-mysql"}


CASES = (
    case("its own", PASS, listed=MYSQL | {"Port": 6432}),
    case("the usual one", FAIL, listed=MYSQL | {"Port": 3306}),
    case("none is chosen", FAIL, listed=MYSQL),
    case("an engine of its own", NOT_JUDGED, listed={"Engine": "custom", "Port": 1}),
    case("denied", UNKNOWN, listed=DENIED),
)

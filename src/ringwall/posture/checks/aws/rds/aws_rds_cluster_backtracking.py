"""Clusters of Aurora MySQL can be turned back.

Why: a wrong statement is undone within minutes, without a restore into another cluster.
Fix: set a backtrack window, where the cluster was made or restored with one.
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
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=BACKED_UP,
    known_as=("prowler:rds_cluster_backtrack_enabled", "securityhub:RDS.14"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its window, in seconds; other engines have none."""
    listed = it.read("listed")
    if listed.get("Engine") not in {"aurora", "aurora-mysql"}:
        return None
    seconds = listed.get("BacktrackWindow") or 0
    if seconds > 0:
        return passes(f"it can be turned back by {seconds / 3600:.0f} hours")
    return fails(f"{it.label} cannot be turned back")


MYSQL = {"Engine": "aurora-mysql"}


CASES = (
    case("a day", PASS, listed=MYSQL | {"BacktrackWindow": 86400}),
    case("off", FAIL, listed=MYSQL | {"BacktrackWindow": 0}),
    case("never set", FAIL, listed=MYSQL),
    case("another engine", NOT_JUDGED, listed={"Engine": "aurora-postgresql"}),
    case("denied", UNKNOWN, listed=DENIED),
)

"""Snapshots of clusters have the tags of their cluster.

Why: rules of access, of cost and of how long to keep go by tags; a snapshot has none by itself.
Fix: turn copying of tags to snapshots on.
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=TIDY,
    known_as=(
        "prowler:rds_cluster_copy_tags_to_snapshots",
        "securityhub:RDS.16",
        "securityhub:Neptune.8",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its setting, which DocumentDB does not have."""
    listed = it.read("listed")
    if listed.get("Engine") == "docdb":
        return None
    if listed.get("CopyTagsToSnapshot") is True:
        return passes("its snapshots get its tags")
    return fails(f"snapshots of {it.label} do not get its tags")


AURORA = {"Engine": "aurora-postgresql"}


CASES = (
    case("on", PASS, listed=AURORA | {"CopyTagsToSnapshot": True}),
    case("off", FAIL, listed=AURORA | {"CopyTagsToSnapshot": False}),
    case("never set", FAIL, listed=AURORA),
    case("documents", NOT_JUDGED, listed={"Engine": "docdb", "CopyTagsToSnapshot": False}),
    case("denied", UNKNOWN, listed=DENIED),
)

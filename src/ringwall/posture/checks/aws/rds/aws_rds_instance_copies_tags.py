"""Snapshots of databases have the tags of their database.

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
from ringwall.posture.checks.aws.rds.engines import is_member

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:rds_instance_copy_tags_to_snapshots", "securityhub:RDS.17"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its setting; snapshots of a cluster are made of the cluster, not of its members."""
    listed = it.read("listed")
    if is_member(listed):
        return None
    if listed.get("CopyTagsToSnapshot") is True:
        return passes("its snapshots get its tags")
    return fails(f"snapshots of {it.label} do not get its tags")


CASES = (
    case("on", PASS, listed={"CopyTagsToSnapshot": True}),
    case("off", FAIL, listed={"CopyTagsToSnapshot": False}),
    case("never set", FAIL, listed={}),
    case("a member", NOT_JUDGED, listed={"DBClusterIdentifier": "c"}),
    case("denied", UNKNOWN, listed=DENIED),
)

"""Access points of several regions block public access.

Why: what one lets in, each of its buckets is asked for; its block cannot be changed afterwards.
Fix: make it anew with all four settings of the public access block on.
"""

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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=("multi_region_access_points",),
    controls=NOT_PUBLIC,
    known_as=(
        "prowler:s3_multi_region_access_point_public_access_block",
        "securityhub:S3.24",
    ),
    of_clouds=True,
)
BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def judge(it: Subject, world: World) -> Judgment | None:
    """Of each that there is, all four settings."""
    several = [
        one for one in it.read("multi_region_access_points", ()) if one.get("Status") != "DELETING"
    ]
    if not several:
        return None
    for one in several:
        block = one.get("PublicAccessBlock") or {}
        off = [name for name in BLOCK if block.get(name) is not True]
        if off:
            return fails(f"{one.get('Name')} has {', '.join(off)} off")
    return passes(f"{len(several)} block public access")


def _point(status: str = "READY", **block: bool) -> dict[str, Any]:
    on = dict.fromkeys(BLOCK, True)
    return {"Name": "all", "Status": status, "PublicAccessBlock": on | block}


CASES = (
    case("all is on", PASS, multi_region_access_points=[_point()]),
    case("one is off", FAIL, multi_region_access_points=[_point(BlockPublicPolicy=False)]),
    case(
        "one of two",
        FAIL,
        multi_region_access_points=[_point(), _point(RestrictPublicBuckets=False)],
    ),
    case("nothing is said", FAIL, multi_region_access_points=[{"Name": "all", "Status": "READY"}]),
    case(
        "it is being deleted",
        NOT_JUDGED,
        multi_region_access_points=[_point("DELETING", BlockPublicAcls=False)],
    ),
    case("none", NOT_JUDGED, multi_region_access_points=[]),
    case("may not be read", UNKNOWN, multi_region_access_points=DENIED),
)

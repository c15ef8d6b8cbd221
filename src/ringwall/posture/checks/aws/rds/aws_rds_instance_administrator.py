"""Databases have an administrator of a name of its own.

Why: `admin` and `postgres` are what everybody tries first.
Fix: make another administrator, and take the rights of this one away.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import HARDENED
from ringwall.posture.checks.aws.rds.engines import is_guessed

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=HARDENED,
    known_as=(
        "prowler:rds_instance_default_admin",
        "securityhub:RDS.25",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its name."""
    user = str(it.read("listed").get("MasterUsername") or "")
    if is_guessed(user):
        return fails(f"the administrator of {it.label} is named {user}")
    return passes("its administrator has a name of its own")


CASES = (
    case("its own", PASS, listed={"MasterUsername": "shop_owner"}),
    case("the usual", FAIL, listed={"MasterUsername": "Admin"}),
)

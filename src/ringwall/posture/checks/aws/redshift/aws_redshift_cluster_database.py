"""Warehouses have a database of a name of its own.

Why: `dev` is what everybody tries first, and what says nothing of what lies there.
Fix: make a database of another name, and move to it what is in this one.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=HARDENED,
    known_as=(
        "prowler:redshift_cluster_non_default_database_name",
        "securityhub:Redshift.9",
        "checkov:CKV_AWS_320",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the one that it was made with."""
    if it.read("listed").get("DBName") == "dev":
        return fails(f"the first database of {it.label} is dev")
    return passes("its first database has a name of its own")


CASES = (
    case("its own", PASS, listed={"DBName": "sales"}),
    case("the usual", FAIL, listed={"DBName": "dev"}),
    case("one that begins so", PASS, listed={"DBName": "developers"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)

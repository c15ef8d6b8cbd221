"""Warehouses cannot be reached from the internet.

Why: all that the company knows is in one place, behind one password.
Fix: switch public access off, and reach it from its network.
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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, NOT_REACHED, PERIMETER
from ringwall.posture.checks.aws.exposure import GROUP_READS, cidrs_of, rules_of
from ringwall.posture.checks.aws.openings import open_ports
from ringwall.posture.checks.aws.scenes import LIST_GROUP, group, prefix_list

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.CRITICAL,
    reads=("listed", *GROUP_READS),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:redshift_cluster_public_access",
        "securityhub:Redshift.1",
        "checkov:CKV_AWS_87",
    ),
    remedy="aws-redshift-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """How bad it is its groups say."""
    listed = it.read("listed")
    if not listed.get("PubliclyAccessible"):
        return passes("it has no public address")
    groups = [one["VpcSecurityGroupId"] for one in listed.get("VpcSecurityGroups") or ()]
    port = (listed.get("Endpoint") or {}).get("Port") or 5439
    with world.aside():
        try:
            is_open = port in open_ports(rules_of(world, groups), lambda one: cidrs_of(world, one))
        except UnknownError:
            is_open = True
    if is_open:
        return fails(f"the internet reaches {it.label} at port {port}")
    return fails(
        f"{it.label} is public, and only its security groups stand before it", Severity.MEDIUM
    )


MINE = {"PubliclyAccessible": True, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}]}
CASES = (
    case("private", PASS, listed={"PubliclyAccessible": False}),
    case("public and open", FAIL, LIST_GROUP, prefix_list("0.0.0.0/0"), listed=MINE),
    case("public, for an office", FAIL, group([("tcp", 5439, 5439, ["52.1.2.0/24"])]), listed=MINE),
    case("public, and its groups are not known", FAIL, listed=MINE),
    case("denied", UNKNOWN, listed=DENIED),
)

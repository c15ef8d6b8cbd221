"""Databases cannot be reached from the internet.

Public is one with a public address, in subnets that an internet gateway leads to. Whether its
security groups open its port then makes it worse.

Why: databases on the internet are found within hours, and one guessed password is enough.
Fix: switch `PubliclyAccessible` off, and put it into private subnets.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.exposure import (
    GROUP_READS,
    ROUTE_READS,
    cidrs_of,
    is_public_subnet,
    rules_of,
)
from ringwall.posture.checks.aws.openings import open_ports
from ringwall.posture.checks.aws.scenes import (
    BLOCKED_REGION,
    LIST_GROUP,
    OPEN_REGION,
    PRIVATE_TABLE,
    SPARED_REGION,
    WORLD_TABLE,
    group,
    prefix_list,
)

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.CRITICAL,
    reads=("listed", *GROUP_READS, *ROUTE_READS),
    controls=(
        "cis-aws-3.0 2.3.3 full",
        "cis-aws-5.0 2.2.3 full",
        "cis-aws-6.0 3.2.3 full",
        *PERIMETER,
        *FROM_UNTRUSTED,
        *NOT_REACHED,
    ),
    known_as=(
        "prowler:rds_instance_no_public_access",
        "securityhub:RDS.2",
        "securityhub:RDS.46",
        "checkov:CKV_AWS_17",
    ),
    remedy="aws-rds-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its address, its subnets' routes, and its groups together."""
    listed = it.read("listed")
    if not listed.get("PubliclyAccessible"):
        return passes("it has no public address")
    subnets = listed.get("DBSubnetGroup") or {}
    network = str(subnets.get("VpcId") or "")
    names = [str(one["SubnetIdentifier"]) for one in subnets.get("Subnets") or ()]
    if not names:
        return fails(f"{it.label} has a public address", Severity.HIGH)
    if not world.any_true(
        *(lambda name=name: is_public_subnet(world, it, name, network) for name in names)
    ):
        return passes("it has a public address, but nothing leads from the internet to it")
    port = (listed.get("Endpoint") or {}).get("Port") or listed.get("DbInstancePort") or 0
    groups = [one["VpcSecurityGroupId"] for one in listed.get("VpcSecurityGroups") or ()]
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


MINE = {
    "PubliclyAccessible": True,
    "Endpoint": {"Port": 5432},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
    "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
}
CASES = (
    case("private", PASS, listed={"PubliclyAccessible": False}),
    case(
        "open", FAIL, LIST_GROUP, prefix_list("0.0.0.0/0"), WORLD_TABLE, SPARED_REGION, listed=MINE
    ),
    case(
        "public, for an office",
        FAIL,
        group([("tcp", 5432, 5432, ["52.1.2.0/24"])]),
        WORLD_TABLE,
        OPEN_REGION,
        listed=MINE,
    ),
    case("nothing leads to it", PASS, LIST_GROUP, PRIVATE_TABLE, listed=MINE),
    case("blocked for the region", PASS, WORLD_TABLE, BLOCKED_REGION, listed=MINE),
    case("routes are not known", UNKNOWN, listed=MINE),
)

"""Services of ECS have no public addresses.

Why: each of its tasks stands on the internet by itself, beside the load balancer and its
protections.
Fix: set `assignPublicIp` to `DISABLED`, and use private subnets with endpoints or a NAT.
"""

from collections.abc import Iterable

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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.exposure import ROUTE_READS, is_public_subnet
from ringwall.posture.checks.aws.scenes import (
    LIST_TABLE,
    PRIVATE_TABLE,
    SPARED_REGION,
    WORLD_TABLE,
    prefix_list,
)

CHECK = Check(
    judges="aws-ecs-service",
    severity=Severity.HIGH,
    reads=("described", "aws-ec2-subnet.listed", *ROUTE_READS),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=(
        "prowler:ecs_service_no_assign_public_ip",
        "securityhub:ECS.2",
        "checkov:CKV_AWS_333",
    ),
)


def _ids(subnet: Subject) -> list[object]:
    return [subnet.read("listed").get("SubnetId")]


def _network(world: World, subnet: str) -> str:
    found = world.where("aws-ec2-subnet", _ids, subnet)
    if not found:
        raise UnknownError(f"the subnet {subnet} is not known")
    listed = found[0].read("listed")
    try:
        return str(listed.get("VpcId"))
    except UnknownError:  # of code; where the subnet has a table of its own nobody asks for it
        return ""


def judge(it: Subject, world: World) -> Judgment:
    """Where an internet gateway leads to its subnets; where code does not tell that, too."""
    network = (it.read("described").get("networkConfiguration") or {}).get(
        "awsvpcConfiguration"
    ) or {}
    if network.get("assignPublicIp") != "ENABLED":
        return passes("its tasks get no public addresses")
    try:
        is_private = _is_private(it, world, network.get("subnets") or ())
    except UnknownError:
        if not it.is_declared:
            raise
        return fails(f"tasks of {it.label} get public addresses, whatever leads to them")
    if is_private:
        return passes("its tasks get public addresses, but nothing leads to them")
    return fails(f"tasks of {it.label} get public addresses")


def _is_private(it: Subject, world: World, subnets: Iterable[str]) -> bool:
    """Whether nothing leads to any of its subnets; of none nobody knows."""
    public = [
        lambda one=one: is_public_subnet(world, it, one, _network(world, one)) for one in subnets
    ]
    return bool(public) and not world.any_true(*public)


def _service(how: str) -> dict[str, object]:
    return {
        "networkConfiguration": {
            "awsvpcConfiguration": {"assignPublicIp": how, "subnets": ["subnet-1"]}
        }
    }


LAN = other("aws-ec2-subnet", listed={"SubnetId": "subnet-1", "VpcId": "vpc-1"})
CASES = (
    case("none", PASS, described=_service("DISABLED")),
    case("public", FAIL, LAN, WORLD_TABLE, SPARED_REGION, described=_service("ENABLED")),
    case(
        "public, by a list",
        FAIL,
        *(LAN, LIST_TABLE, prefix_list("0.0.0.0/0"), SPARED_REGION),
        described=_service("ENABLED"),
    ),
    case("nothing leads to them", PASS, LAN, PRIVATE_TABLE, described=_service("ENABLED")),
    case("the subnet is not known", UNKNOWN, described=_service("ENABLED")),
    case("denied", UNKNOWN, described=DENIED),
)

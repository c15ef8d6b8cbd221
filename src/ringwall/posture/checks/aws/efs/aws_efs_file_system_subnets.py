"""File systems are mounted in subnets that the internet has no way to.

A mount target has no public address, and shows as a network interface that EFS keeps in a subnet.

Why: what else is in such a subnet has one more often than not, and stands right beside the files.
Fix: make the mount targets in private subnets, and delete these.
"""

import re
from functools import partial
from typing import Any, Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
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
    BLOCKED_REGION,
    LIST_TABLE,
    OPEN_REGION,
    PRIVATE_TABLE,
    WORLD_TABLE,
    prefix_list,
)

INTERFACE: Final = "aws-ec2-network-interface"
CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.LOW,
    reads=("listed", f"{INTERFACE}.listed", *ROUTE_READS),
    controls=PERIMETER,
    known_as=("prowler:efs_mount_target_not_publicly_accessible", "securityhub:EFS.6"),
    of_clouds=True,
)
_FILES: Final = re.compile(r"\bfs-[0-9a-f]+\b")


def judge(it: Subject, world: World) -> Judgment:
    """By the subnets of its mount targets; one that is not found may be anywhere."""
    listed = it.read("listed")
    count = listed["NumberOfMountTargets"]
    if count == 0:
        return passes("it is mounted nowhere")
    found = [one.read("listed") for one in world.where(INTERFACE, _of, listed["FileSystemId"])]
    several = [
        partial(is_public_subnet, world, it, str(one.get("SubnetId")), str(one.get("VpcId")))
        for one in found
    ]
    if len(found) < count:
        several.append(partial(_missing, it, count - len(found)))
    if world.any_true(*several):
        return fails(f"{it.label} is mounted in a subnet that the internet has a way to")
    return passes("it is mounted in subnets that the internet has no way to")


def _of(interface: Subject) -> list[str]:
    """The file system that an interface is for, which EFS names in what it says of it."""
    listed = interface.read("listed")
    is_its = listed.get("InterfaceType") == "efs" or listed.get("RequesterManaged") is True
    return _FILES.findall(str(listed.get("Description") or "")) if is_its else []


def _missing(it: Subject, count: int) -> bool:
    raise UnknownError(f"where {count} mount targets of {it.label} are is not known")


FILES: Final = {"FileSystemId": "fs-0a1b", "NumberOfMountTargets": 1}


def _mounted(files: str = "fs-0a1b", **more: Any) -> Other:
    listed = {
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "RequesterManaged": True,
        "Description": f"EFS mount target for {files} (fsmt-0c)",
    }
    return other(INTERFACE, f"of-{files}", listed=listed | more)


CASES = (
    case("private", PASS, _mounted(), PRIVATE_TABLE, listed=FILES),
    case("public", FAIL, _mounted(), WORLD_TABLE, OPEN_REGION, listed=FILES),
    case(
        "told in other words",
        FAIL,
        *(_mounted(Description="Mount target fsmt-0c for file system fs-0a1b"), WORLD_TABLE),
        OPEN_REGION,
        listed=FILES,
    ),
    case(
        "by a route for a list",
        FAIL,
        *(_mounted(), LIST_TABLE, prefix_list("0.0.0.0/0"), OPEN_REGION),
        listed=FILES,
    ),
    case("blocked for the region", PASS, _mounted(), WORLD_TABLE, BLOCKED_REGION, listed=FILES),
    case(
        "one of two is public",
        FAIL,
        _mounted(),
        WORLD_TABLE,
        OPEN_REGION,
        listed=FILES | {"NumberOfMountTargets": 2},
    ),
    case(
        "one of two is not found",
        UNKNOWN,
        _mounted(),
        PRIVATE_TABLE,
        listed=FILES | {"NumberOfMountTargets": 2},
    ),
    case("of another", UNKNOWN, _mounted("fs-0a1b2c"), WORLD_TABLE, listed=FILES),
    case("not of EFS", UNKNOWN, _mounted(RequesterManaged=False), WORLD_TABLE, listed=FILES),
    case("not mounted", PASS, WORLD_TABLE, listed=FILES | {"NumberOfMountTargets": 0}),
    case("may not be read", UNKNOWN, _mounted(), PRIVATE_TABLE, listed=DENIED),
)

"""EFS: file systems and their access points."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first
from ringwall.posture.snapshot.snapshot import LISTED, Seen

FILES: Final = "aws-efs-file-system"
POINT: Final = "aws-efs-access-point"
_PREFIX: Final = "elasticfilesystem"


def _files(seen: Seen) -> Mapping[str, Any]:
    return {"FileSystemId": seen.aspects[LISTED].value["FileSystemId"]}


def _of(aspect: str, call: str, pick: Callable[[list[Mapping[str, Any]]], Any]) -> Detail:
    return Detail(
        kind=FILES,
        aspect=aspect,
        call=f"efs:{call}",
        action=f"{_PREFIX}:{call}",
        arguments=_files,
        pick=pick,
        absent=frozenset({"PolicyNotFound"}),
    )


LISTINGS: Final = (
    described(
        FILES,
        "efs:DescribeFileSystems",
        "FileSystems",
        "elasticfilesystem:file-system/{FileSystemId}",
        "FileSystemId",
        action=f"{_PREFIX}:DescribeFileSystems",
    ),
    described(
        POINT,
        "efs:DescribeAccessPoints",
        "AccessPoints",
        "AccessPointArn",
        "AccessPointId",
        action=f"{_PREFIX}:DescribeAccessPoints",
    ),
)
DETAILS: Final = (
    _of("policy", "DescribeFileSystemPolicy", first("Policy")),
    _of("backup", "DescribeBackupPolicy", first("BackupPolicy")),
)

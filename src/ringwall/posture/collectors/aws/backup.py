"""AWS Backup: vaults and what is in them, plans, and what was ever backed up by it."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first, joined
from ringwall.posture.snapshot.snapshot import LISTED, Seen

VAULT: Final = "aws-backup-vault"
PLAN: Final = "aws-backup-plan"
MOST_POINTS: Final = 20_000
"""Recovery points of one vault that are looked through: each answer tells of a thousand."""
_NAMED: Final = 20
"""Recovery points that are named, of those that are not encrypted."""


def _protected(pages: list[Mapping[str, Any]]) -> dict[str, str]:
    """By ARN, when it was last backed up: ``""`` where that is not told."""
    return {
        one["ResourceArn"]: "" if (when := one.get("LastBackupTime")) is None else str(when)
        for page in pages
        for one in page["Results"]
    }


def _looked_through(seen: Seen) -> Mapping[str, Any] | None:
    """Only of vaults that have some, and not too many."""
    count = seen.aspects[LISTED].value.get("NumberOfRecoveryPoints", 0)
    if not 0 < count <= MOST_POINTS:
        return None
    return {"BackupVaultName": seen.found.label, "MaxResults": 1000}


def _plain(pages: list[Mapping[str, Any]]) -> dict[str, Any]:
    """How many there are, and are not encrypted, with some of those.

    What stands for several, one of each part of a stack, has nothing in itself.
    """
    points = [one for page in pages for one in page["RecoveryPoints"] if not one.get("IsParent")]
    plain = sorted(one["RecoveryPointArn"] for one in points if one["IsEncrypted"] is not True)
    return {"points": len(points), "plain": len(plain), "named": plain[:_NAMED]}


LISTINGS: Final = (
    described(
        VAULT,
        "backup:ListBackupVaults",
        "BackupVaultList",
        "BackupVaultArn",
        "BackupVaultName",
    ),
    described(
        PLAN,
        "backup:ListBackupPlans",
        "BackupPlansList",
        "BackupPlanArn",
        "BackupPlanName",
    ),
)
DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="backup_protected",
        call="backup:ListProtectedResources",
        arguments=lambda _: {"MaxResults": 1000},
        pick=_protected,
    ),
    Detail(
        kind=VAULT,
        aspect="points",
        call="backup:ListRecoveryPointsByBackupVault",
        arguments=_looked_through,
        pick=_plain,
    ),
    Detail(
        kind=VAULT,
        aspect="policy",
        call="backup:GetBackupVaultAccessPolicy",
        arguments=lambda seen: {"BackupVaultName": seen.found.label},
        pick=first("Policy"),
        absent=frozenset({"ResourceNotFoundException"}),
    ),
    Detail(
        kind=PLAN,
        aspect="plan",
        call="backup:GetBackupPlan",
        arguments=lambda seen: {"BackupPlanId": seen.found.name.rpartition(":")[2]},
        pick=first("BackupPlan"),
    ),
    Detail(
        kind=PLAN,
        aspect="selections",
        call="backup:ListBackupSelections",
        arguments=lambda seen: {"BackupPlanId": seen.found.name.rpartition(":")[2]},
        pick=joined("BackupSelectionsList"),
    ),
)

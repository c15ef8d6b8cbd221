"""AWS Backup: vaults and plans."""

from typing import Final

from ringwall.posture.collecting.shape import Detail, described, first, joined

VAULT: Final = "aws-backup-vault"
PLAN: Final = "aws-backup-plan"

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

"""What AWS Backup ever backed up, and how: a call of a region, and those of vaults with some in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.posture.aws import worlds
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.posture.collecting.planning import plan_for

NUMBER = "123456789012"
POINTS = "aws-backup-recovery-points-encrypted"
COVERED = (
    "aws-backup-database",
    "aws-backup-volume",
    "aws-backup-table",
    "aws-efs-file-system-backups",
)
LONG_AGO = datetime.now(UTC) - timedelta(days=100)


def _protected(account: Account, *several: str, when: datetime | None = None) -> None:
    told = [{"ResourceArn": one} | ({"LastBackupTime": when} if when else {}) for one in several]
    half = len(told) // 2

    def pages(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("NextToken"):
            return {"Results": told[half:]}
        return {"Results": told[:half], "NextToken": "more"}

    account.answers["backup:ListProtectedResources"] = pages


@pytest.fixture
def old(account: Account) -> Account:
    """Stores of all kinds, a database and a volume in use, as if they had been there for long."""
    at = worlds.network(account.client("ec2"))
    worlds.stores(account.client, at)
    group = worlds.security_group(account.client("ec2"), at, "quiet", 443, "10.0.0.0/8")
    worlds.instance(account.client("ec2"), at, group)
    account.client("rds").create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        MasterUserPassword=worlds.PASSWORD,
        BackupRetentionPeriod=14,
    )
    for call, listed, created in (
        ("rds:DescribeDBInstances", "DBInstances", "InstanceCreateTime"),
        ("ec2:DescribeVolumes", "Volumes", "CreateTime"),
    ):
        service, _, operation = call.partition(":")
        _as_if_old(account, service, operation, listed, created)
    _as_if_old(account, "dynamodb", "DescribeTable", "Table", "CreationDateTime")
    return account


def _as_if_old(account: Account, service: str, operation: str, member: str, made: str) -> None:
    from botocore import xform_name  # noqa: PLC0415 - slow to import

    method = getattr(account.client(service), xform_name(operation))

    def call(asked: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = method(**asked)
        for one in told[member] if isinstance(told[member], list) else [told[member]]:
            one[made] = LONG_AGO
        return told

    account.answers[f"{service}:{operation}"] = call


def _names(account: Account) -> dict[str, str]:
    """The ARN of what each check judges."""
    return {one.check: one.component.partition("/")[2] for one in account.judged(*COVERED)}


def test_what_was_never_backed_up_is_told_of_each_kind(old: Account) -> None:
    _protected(old)
    found = old.outcomes(*COVERED)
    assert {check for check, _ in found} == set(COVERED)
    assert set(found.values()) == {"fail"}
    (why,) = [one.verdict.why for one in old.judged("aws-backup-database")]
    assert why == "AWS Backup has no backup of shop; RDS keeps its own for 14 days"


def test_what_was_backed_up_passes_and_what_was_not_for_long_fails(old: Account) -> None:
    _protected(old)
    names = _names(old)
    _protected(old, *names.values(), when=datetime.now(UTC) - timedelta(days=1))
    assert set(old.outcomes(*COVERED).values()) == {"pass"}
    _protected(old, *names.values(), when=LONG_AGO)
    assert set(old.outcomes(*COVERED).values()) == {"fail"}


def test_what_may_not_be_listed_is_unknown_and_what_is_new_not_judged(account: Account) -> None:
    worlds.stores(account.client, worlds.network(account.client("ec2")))
    _protected(account)
    assert account.outcomes("aws-backup-table") == {}
    account.denied = {"backup:ListProtectedResources"}
    assert set(account.outcomes("aws-backup-table", COVERED[-1]).values()) == {"unknown"}


def test_plain_backups_of_a_vault_are_found(account: Account) -> None:
    account.client("backup").create_backup_vault(BackupVaultName="empty")
    vaults = [
        {
            "BackupVaultName": name,
            "BackupVaultArn": f"arn:aws:backup:eu-west-1:{NUMBER}:backup-vault:{name}",
            "NumberOfRecoveryPoints": count,
        }
        for name, count in (("empty", 0), ("mixed", 3), ("sealed", 1), ("huge", 50_000))
    ]
    account.answers["backup:ListBackupVaults"] = lambda _: {"BackupVaultList": vaults}
    asked_for: list[str] = []

    def points(asked: dict[str, Any]) -> dict[str, Any]:
        asked_for.append(asked["BackupVaultName"])
        sealed = {"RecoveryPointArn": "arn:aws:backup:x:1:recovery-point:a", "IsEncrypted": True}
        plain = {"RecoveryPointArn": "arn:aws:ec2:x::snapshot/b", "IsEncrypted": False}
        several = {"RecoveryPointArn": "arn:aws:backup:x:1:recovery-point:c", "IsEncrypted": False}
        more = [plain, several | {"IsParent": True}]
        return {"RecoveryPoints": [sealed, *(more if asked["BackupVaultName"] == "mixed" else ())]}

    account.answers["backup:ListRecoveryPointsByBackupVault"] = points
    assert account.outcomes(POINTS) == {
        (POINTS, "mixed"): "fail",
        (POINTS, "sealed"): "pass",
        (POINTS, "huge"): "unknown",
    }
    assert sorted(asked_for) == ["mixed", "sealed"]
    (why,) = {one.verdict.why for one in account.judged(POINTS) if "plain" in one.verdict.why}
    assert why == "1 of 2 backups in mixed are plain: snapshot/b"
    account.denied = {"backup:ListRecoveryPointsByBackupVault"}
    assert set(account.outcomes(POINTS).values()) == {"unknown"}


def test_two_more_permissions_tell_all_of_it() -> None:
    checks = [one for one in CHECKS if one.id.startswith(("aws-backup-table", POINTS))]
    assert {one for one in plan_for(checks).actions if one.startswith("backup:")} == {
        "backup:ListBackupVaults",
        "backup:ListProtectedResources",
        "backup:ListRecoveryPointsByBackupVault",
    }

"""Systems Manager, AWS Backup, points of access to files, and snapshots of databases."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    default,
    first,
    ident,
    known,
    part,
    unsure,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.aws.settings import settled
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

PARAMETER: Final = "aws-ssm-parameter"
DOCUMENT: Final = "aws-ssm-document"
VAULT: Final = "aws-backup-vault"
PLAN: Final = "aws-backup-plan"
POINT: Final = "aws-efs-access-point"
SNAPSHOT: Final = "aws-rds-snapshot"
OF_CLUSTER: Final = "aws-rds-cluster-snapshot"
KINDS: Final = (PARAMETER, DOCUMENT, VAULT, PLAN, POINT, SNAPSHOT, OF_CLUSTER)
_USUAL: Final = "docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"
_SNAPSHOTS: Final = {
    "aws_db_snapshot": SNAPSHOT,
    "aws_db_snapshot_copy": SNAPSHOT,
    "aws_db_cluster_snapshot": OF_CLUSTER,
    "aws_rds_cluster_snapshot_copy": OF_CLUSTER,
}
_DATABASES: Final = {
    "db_instance_identifier": ("aws_db_instance",),
    "db_cluster_identifier": ("aws_rds_cluster",),
}
_FAR: Final = Unknown("whether it is elsewhere is known only once it is there")


def components(code: Resources) -> Iterator[Collected]:
    """All that is declared."""
    for one in code.of("aws_ssm_parameter"):
        listed = {"Name": one.get("name", one.address), "Type": one.get("type")}
        yield component(PARAMETER, one, one.get("name"), {"listed": known(listed, one)})
    for one in code.of("aws_ssm_document"):
        yield component(DOCUMENT, one, one.get("name"), {"sharing": _sharing(one)})
    for one in code.of("aws_backup_vault"):
        yield _vault(code, one)
    for one in code.of("aws_backup_plan"):
        aspects = {"plan": known({"Rules": _rules(one)}, one)}
        yield component(PLAN, one, one.get("name"), aspects)
    for one in code.of("aws_efs_access_point"):
        yield _point(one)
    for one in code.of(*_SNAPSHOTS):
        yield _snapshot(code, one)


def _sharing(one: Instance) -> Observation:
    shared = one.get("permissions")
    accounts = part(shared, "account_ids", "")
    if isinstance(accounts, str):
        accounts = [each.strip() for each in accounts.split(",") if each.strip()]
        accounts = ["all" if each.lower() == "all" else each for each in accounts]
    return known({"AccountIds": accounts}, one, "permissions")


def _vault(code: Resources, one: Instance) -> Collected:
    """Without a key the vault has AWS's own; without a lock its backups can be deleted."""
    name = one.get("name")
    key = one.get("kms_key_arn")
    listed: dict[str, Any] = {
        "BackupVaultName": one.get("name", one.address),
        "EncryptionKeyArn": "alias/aws/backup" if key is None else ident(key),
        "Locked": False,
    }
    lock = code.pointing("aws_backup_vault_lock_configuration", "backup_vault_name", one, name)
    block = one.block("lock_configuration")
    if lock or block is not None:
        days = lock[0].get("min_retention_days") if lock else part(block, "min_retention_days")
        doubted = bool(lock) and lock[0].doubt
        listed["Locked"] = Unknown(lock[0].doubt) if doubted else True
        listed["MinRetentionDays"] = settled(days)
    policies = code.pointing("aws_backup_vault_policy", "backup_vault_name", one, name)
    policy = (policies[0] if policies else one).get("policy")
    where = policies[0] if policies else one
    aspects = {
        "listed": known(listed, one)
        if key is not None or lock or block is not None
        else default(listed, _USUAL),
        "policy": absent(one)
        if policy is None
        else known(document(policy, code, of_itself=True), where, "policy"),
    }
    return component(VAULT, one, name, aspects)


def _rules(one: Instance) -> Any:
    blocks = one.blocks("rule")
    if isinstance(blocks, Unknown):
        return blocks
    return [each if isinstance(each, Unknown) else _rule(each) for each in blocks]


def _rule(block: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    lifecycle = first(part(block, "lifecycle", []))
    if lifecycle is not None:
        days = settled(part(lifecycle, "delete_after"))
        made["Lifecycle"] = days if isinstance(days, Unknown) else {"DeleteAfterDays": days}
    copies = part(block, "copy_action", [])
    several = [copies] if isinstance(copies, dict) else copies
    if several:
        made["CopyActions"] = (
            several
            if isinstance(several, Unknown)
            else [{"DestinationBackupVaultArn": _FAR} for _ in several]
        )
    return made


def _point(one: Instance) -> Collected:
    user, root = one.block("posix_user"), one.block("root_directory")
    listed: dict[str, Any] = {"AccessPointId": one.address}
    if user is not None:
        uid = settled(part(user, "uid"))
        listed["PosixUser"] = user if isinstance(user, Unknown) else {"Uid": uid}
    if root is not None:
        listed["RootDirectory"] = (
            root if isinstance(root, Unknown) else {"Path": part(root, "path")}
        )
    return component(POINT, one, one.address, {"listed": known(listed, one)})


def _snapshot(code: Resources, one: Instance) -> Collected:
    """Whether it is encrypted what it is of decides, unless it is a copy with a key."""
    kind = _SNAPSHOTS[one.type]
    key = one.get("kms_key_id")
    keyed = known({"Encrypted": True}, one, "kms_key_id")
    encrypted = _of(code, one) if key is None else keyed
    label = one.get("db_snapshot_identifier", one.get("db_cluster_snapshot_identifier"))
    aspects = {
        "listed": encrypted,
        "restorable_by": known(one.get("shared_accounts", []), one, "shared_accounts"),
    }
    return component(kind, one, label, aspects)


def _of(code: Resources, one: Instance) -> Observation:
    """What the database is of which it is made, where that is declared here."""
    for argument, types in _DATABASES.items():
        named = one.get(argument)
        for each in code.of(*types):
            if ident(named) in {
                each.address,
                each.get("identifier"),
                each.get("cluster_identifier"),
            }:
                return known({"Encrypted": each.get("storage_encrypted", default=False)}, each)
    return unsure("whether it is encrypted is said by what it is made of")

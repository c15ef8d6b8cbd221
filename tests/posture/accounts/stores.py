"""Databases, keys and trails."""

from collections.abc import Mapping
from typing import Any, Final

from tests.posture.accounts.making import REGION, Making, Specimen, allow, policy

DATABASE: Final = "aws-rds-instance"
KEY: Final = "aws-kms-key"
TRAIL: Final = "aws-cloudtrail-trail"


def _database(making: Making, name: str, **more: Any) -> None:
    told = {
        "StorageEncrypted": True,
        "PubliclyAccessible": False,
        "BackupRetentionPeriod": 14,
        "DeletionProtection": True,
        "MultiAZ": True,
        "AutoMinorVersionUpgrade": True,
        **more,
    }
    making.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        MasterUserPassword="Correct-horse-7battery",
        **told,
    )


def guarded(making: Making, name: str) -> None:
    _database(making, name)


def public(making: Making, name: str) -> None:
    _database(making, name, PubliclyAccessible=True)


def plain(making: Making, name: str) -> None:
    _database(making, name, StorageEncrypted=False)


def without_backups(making: Making, name: str) -> None:
    _database(making, name, BackupRetentionPeriod=0)


def deleted_at_once(making: Making, name: str) -> None:
    _database(making, name, DeletionProtection=False)


def _key(making: Making, *statements: dict[str, Any], **more: Any) -> str:
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{making.account}:root"})
    made = making.client("kms").create_key(Policy=policy(own, *statements), **more)
    return str(made["KeyMetadata"]["KeyId"])


def turned(making: Making, name: str) -> str:
    made = _key(making)
    making.client("kms").enable_key_rotation(KeyId=made)
    return made


def never_turned(making: Making, name: str) -> str:
    return _key(making)


def cannot_be_turned(making: Making, name: str) -> str:
    """A pair of keys to sign with: AWS does not turn those."""
    return _key(making, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")


def about_to_go(making: Making, name: str) -> str:
    made = _key(making)
    making.client("kms").schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    return made


def open_key(making: Making, name: str) -> str:
    made = _key(making, allow("kms:Decrypt", Principal="*"))
    making.client("kms").enable_key_rotation(KeyId=made)
    return made


def open_to_its_account(making: Making, name: str) -> str:
    told = {"StringEquals": {"kms:CallerAccount": making.account}}
    made = _key(making, allow("kms:Decrypt", Principal="*", Condition=told))
    making.client("kms").enable_key_rotation(KeyId=made)
    return made


def _trail(making: Making, name: str, **more: Any) -> Any:
    s3, cloudtrail = making.client("s3"), making.client("cloudtrail")
    bucket = f"{name}-logs"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    told = {"IsMultiRegionTrail": True, "EnableLogFileValidation": True, **more}
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, **told)
    return cloudtrail


def watching(making: Making, name: str) -> None:
    _trail(making, name).start_logging(Name=name)


def not_validated(making: Making, name: str) -> None:
    _trail(making, name, EnableLogFileValidation=False).start_logging(Name=name)


def asleep(making: Making, name: str) -> None:
    """There is a trail, but it was never begun."""
    _trail(making, name)


REACHED, OPEN_DATA, BACKUPS = "database-public", "database-plain", "database-without-backups"
DELETED, TURNED, OPEN_KEY = "database-deleted-at-once", "key-never-turned", "key-open-to-all"
VALIDATED = "trail-not-validated"
_SOUND: Final = {REACHED: False, OPEN_DATA: False, BACKUPS: False, DELETED: False}
DATABASES: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    guarded: _SOUND,
    public: _SOUND | {REACHED: True},
    plain: _SOUND | {OPEN_DATA: True},
    without_backups: _SOUND | {BACKUPS: True},
    deleted_at_once: _SOUND | {DELETED: True},
}
KEYS: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    turned: {TURNED: False, OPEN_KEY: False},
    never_turned: {TURNED: True, OPEN_KEY: False},
    cannot_be_turned: {TURNED: False},
    about_to_go: {TURNED: False},
    open_key: {OPEN_KEY: True, TURNED: False},
    open_to_its_account: {OPEN_KEY: False},
}
TRAILS: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    watching: {VALIDATED: False},
    not_validated: {VALIDATED: True},
    asleep: {VALIDATED: False},
}

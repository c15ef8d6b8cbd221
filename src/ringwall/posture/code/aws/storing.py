"""DynamoDB, Secrets Manager, CloudWatch Logs and EFS: what keeps data."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    first,
    ident,
    known,
    part,
    presence,
    renamed,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import ExpressionError, PartialText, from_json
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = (
    "aws-dynamodb-table",
    "aws-secretsmanager-secret",
    "aws-logs-group",
    "aws-efs-file-system",
)

_TEXTS: Final = ("secret_string", "secret_string_wo")


def components(code: Resources) -> Iterator[Collected]:
    """Tables, secrets, logs and files."""
    yield from (_table(code, one) for one in code.of("aws_dynamodb_table"))
    yield from (_secret(code, one) for one in code.of("aws_secretsmanager_secret"))
    for one in code.of("aws_cloudwatch_log_group"):
        listed: dict[str, Any] = {"logGroupName": one.get("name", one.address)}
        days = one.get("retention_in_days")
        if days:
            listed["retentionInDays"] = days
        if one.get("kms_key_id") is not None:
            listed["kmsKeyId"] = ident(one.get("kms_key_id"))
        yield component("aws-logs-group", one, one.get("name"), {"listed": known(listed, one)})
    for one in code.of("aws_efs_file_system"):
        listed = {
            "FileSystemId": one.address,
            "Encrypted": one.get("encrypted", default=False),
            "NumberOfMountTargets": _mounted(code, one),
            **renamed(one.values, {"kms_key_id": "KmsKeyId"}),
        }
        zone = one.get("availability_zone_name")
        if zone is not None:
            told = presence(zone)
            listed["AvailabilityZoneName"] = told if isinstance(told, Unknown) else _zone(zone)
        policies = code.pointing("aws_efs_file_system_policy", "file_system_id", one)
        backups = code.pointing("aws_efs_backup_policy", "file_system_id", one)
        status = (
            part(first(backups[0].blocks("backup_policy")), "status") if backups else "DISABLED"
        )
        aspects = {
            "listed": known(listed, one),
            "policy": known(document(policies[0].get("policy"), code, of_itself=True), policies[0])
            if policies
            else absent(one),
            "backup": known({"Status": status}, backups[0] if backups else one),
        }
        yield component("aws-efs-file-system", one, one.get("creation_token"), aspects)


def _zone(value: Any) -> str:
    return value if isinstance(value, str) else "one zone"


def _mounted(code: Resources, one: Instance) -> int | Unknown:
    """How many mount targets it has, of which a module elsewhere may make more."""
    several = code.pointing("aws_efs_mount_target", "file_system_id", one)
    doubts = [
        *(each.doubt for each in several if each.doubt),
        *(
            f"{each.written} is a mount target of what is not known"
            for each in code.unplaced("aws_efs_mount_target", "file_system_id")
        ),
    ]
    if doubts or not several:
        return Unknown(doubts[0] if doubts else "its mount targets may be made elsewhere")
    return len(several)


def _table(code: Resources, one: Instance) -> Collected:
    encryption = one.block("server_side_encryption")
    on = part(encryption, "enabled", fallback=False)
    described: dict[str, Any] = {
        "TableName": one.get("name", one.address),
        "TableStatus": "ACTIVE",
        "DeletionProtectionEnabled": one.get("deletion_protection_enabled", default=False),
    }
    if isinstance(on, Unknown):
        described["SSEDescription"] = on
    elif on:
        described["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS"}
    recovery = part(one.block("point_in_time_recovery"), "enabled", fallback=False)
    status = recovery if isinstance(recovery, Unknown) else "ENABLED" if recovery else "DISABLED"
    policies = code.pointing("aws_dynamodb_resource_policy", "resource_arn", one)
    aspects = {
        "described": known(described, one),
        "backups": known(
            {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}}, one
        ),
        "policy": known(document(policies[0].get("policy"), code, of_itself=True), policies[0])
        if policies
        else absent(one),
    }
    return component("aws-dynamodb-table", one, one.get("name"), aspects)


def _secret(code: Resources, one: Instance) -> Collected:
    rotated = code.pointing("aws_secretsmanager_secret_rotation", "secret_id", one)
    listed: dict[str, Any] = {
        "Name": one.get("name", one.address),
        "RotationEnabled": Unknown(rotated[0].doubt)
        if rotated and rotated[0].doubt
        else bool(rotated),
        "LastAccessedDate": Unknown("when it was read is known only once it is there"),
        "CreatedDate": Unknown("when it was made is known only once it is there"),
    }
    if one.get("kms_key_id") is not None:
        listed["KmsKeyId"] = ident(one.get("kms_key_id"))
    if written := _written(code, one):
        listed["Written"] = written
    policies = code.pointing("aws_secretsmanager_secret_policy", "secret_arn", one)
    policy = (policies[0] if policies else one).get("policy")
    aspects = {
        "listed": known(listed, one),
        "policy": absent(one)
        if policy is None
        else known(document(policy, code, of_itself=True, by_any_name=True), one, "policy"),
    }
    return component("aws-secretsmanager-secret", one, one.get("name"), aspects)


def _written(code: Resources, one: Instance) -> dict[str, str]:
    """What stands in the code of what a secret holds, by name; what comes from outside does not."""
    versions = code.pointing("aws_secretsmanager_secret_version", "secret_id", one, or_maybe=False)
    found: dict[str, str] = {}
    for text in (each.get(name) for each in (one, *versions) for name in _TEXTS):
        try:
            told = from_json(text)
        except ExpressionError:
            told = text
        several = told if isinstance(told, dict) else {"secret": told}
        found |= {key: said for key, value in several.items() if (said := _said(value))}
    return found


def _said(value: Any) -> str:
    parts = value.parts if isinstance(value, PartialText) else (value,)
    return "".join(one for one in parts if isinstance(one, str))

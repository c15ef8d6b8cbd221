"""A bucket, whose settings stand within it, as Terraform's provider had it once, and beside it."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    deeply,
    plain,
    several,
    snake,
    tags,
    truth,
    under,
)
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

_BLOCK: Final = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)


_COPIED: Final = {"ReplicaKmsKeyID": "replica_kms_key_id"}


def _bucket(told: Properties) -> Properties:
    rules = under(told.get("BucketEncryption"), "ServerSideEncryptionConfiguration")
    made: Properties = {"bucket": told.get("BucketName"), "tags": tags(told.get("Tags"))}
    if told.get("AccessControl"):
        canned = told["AccessControl"]
        made["acl"] = canned if isinstance(canned, Unknown) else snake(canned).replace("_", "-")
    if rules is not None:
        inner = several(rules, _encrypted)
        made["server_side_encryption_configuration"] = [{"rule": inner}]
    versioning = told.get("VersioningConfiguration")
    if versioning is not None:
        made["versioning"] = [{"enabled": _is(under(versioning, "Status"), "Enabled")}]
    logging = told.get("LoggingConfiguration")
    if logging is not None:
        target = under(logging, "DestinationBucketName")
        made["logging"] = [{"target_bucket": target}]
    if told.get("WebsiteConfiguration") is not None:
        made["website"] = [{"index_document": under(told["WebsiteConfiguration"], "IndexDocument")}]
    if told.get("ObjectLockEnabled") is not None:
        made["object_lock_enabled"] = truth(told["ObjectLockEnabled"])
    retention = under(told.get("ObjectLockConfiguration"), "Rule", "DefaultRetention")
    if retention is not None:
        kept = retention if isinstance(retention, Unknown) else deeply()(retention)
        made["object_lock_configuration"] = [{"rule": [{"default_retention": [kept]}]}]
    rules = under(told.get("LifecycleConfiguration"), "Rules")
    if rules is not None:
        made["lifecycle_rule"] = several(rules, _lived)
    replicated = under(told.get("ReplicationConfiguration"), "Rules")
    if replicated is not None:
        made["replication_configuration"] = [{"rules": several(replicated, deeply(_COPIED))}]
    cors = under(told.get("CorsConfiguration"), "CorsRules")
    if cors is not None:
        made["cors_rule"] = several(cors, plain())
    return made


def _is(value: Any, wanted: str) -> Any:
    return value if isinstance(value, Unknown) else value == wanted


def _encrypted(rule: Any) -> Any:
    by = rule.get("ServerSideEncryptionByDefault")
    named = {"SSEAlgorithm": "sse_algorithm", "KMSMasterKeyID": "kms_master_key_id"}
    inner = by if isinstance(by, Unknown) else plain(named)(by or {})
    return {
        "apply_server_side_encryption_by_default": [inner],
        "bucket_key_enabled": truth(rule.get("BucketKeyEnabled", False)),
    }


def _lived(rule: Any) -> Any:
    made: Properties = {
        "id": rule.get("Id"),
        "enabled": _is(rule.get("Status"), "Enabled"),
        "abort_incomplete_multipart_upload_days": under(
            rule.get("AbortIncompleteMultipartUpload"), "DaysAfterInitiation"
        ),
    }
    gone = {"days": rule.get("ExpirationInDays"), "date": rule.get("ExpirationDate")}
    if any(one is not None for one in gone.values()):
        made["expiration"] = [gone]
    later = rule.get(
        "NoncurrentVersionExpirationInDays",
        under(rule.get("NoncurrentVersionExpiration"), "NoncurrentDays"),
    )
    if later is not None:
        made["noncurrent_version_expiration"] = [{"days": later}]
    return made


def _beside(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    bucket = Reference("the bucket beside it", name, "id")
    block = told.get("PublicAccessBlockConfiguration")
    if block is not None:
        values: dict[str, Any] = {"bucket": bucket}
        for key in _BLOCK:
            one = block if isinstance(block, Unknown) else block.get(key, False)
            values[snake(key)] = one if isinstance(one, Unknown) else str(one).lower() == "true"
        yield Instance("aws_s3_bucket_public_access_block", f"{name}.block", values, place)
    owned = under(told.get("OwnershipControls"), "Rules")
    if owned is not None:
        values = {"bucket": bucket, "rule": several(owned, plain())}
        yield Instance("aws_s3_bucket_ownership_controls", f"{name}.ownership", values, place)


TYPES: Final[dict[str, tuple[str, Naming]]] = {"AWS::S3::Bucket": ("aws_s3_bucket", _bucket)}
BESIDE: Final = {"AWS::S3::Bucket": _beside}

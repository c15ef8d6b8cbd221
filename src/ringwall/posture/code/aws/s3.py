"""S3: a bucket, with all the resources that speak of it."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected, Observation
from ringwall.posture.code.aws.declaring import (
    absent,
    component,
    default,
    each,
    first,
    ident,
    known,
    part,
    renamed,
    told,
    unsure,
)
from ringwall.posture.code.aws.policies import document
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-s3-bucket",)
NEW: Final = "docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html"
"""Since April 2023 new buckets block public access and have no access lists."""
ENCRYPTED: Final = "docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html"
_BLOCK: Final = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
_ALL: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
_ANY: Final = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
_CANNED: Final = {
    "public-read": ((_ALL, "READ"),),
    "public-read-write": ((_ALL, "READ"), (_ALL, "WRITE")),
    "authenticated-read": ((_ANY, "READ"),),
    "log-delivery-write": (
        ("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),
        ("http://acs.amazonaws.com/groups/s3/LogDelivery", "READ_ACP"),
    ),
}
_OWNER: Final = {"ID": "owner", "Type": "CanonicalUser"}


def components(code: Resources) -> Iterator[Collected]:
    """Every bucket."""
    for one in code.of("aws_s3_bucket"):
        yield component("aws-s3-bucket", one, one.get("bucket"), _Bucket(code, one).aspects())


class _Bucket:
    def __init__(self, code: Resources, one: Instance) -> None:
        self.code, self.one = code, one

    def beside(self, suffix: str) -> Instance | None:
        """The resource of its own that says it, as the provider has it since version 4."""
        type_ = f"aws_s3_bucket_{suffix}"
        name = self.one.get("bucket")
        found = self.code.pointing(type_, "bucket", self.one, name, or_maybe=False)
        return found[0] if found else None

    def unplaced(self, suffix: str) -> bool:
        """Whether one is there of which it is not known whose it is."""
        type_ = f"aws_s3_bucket_{suffix}"
        return bool(
            self.code.unplaced(type_, "bucket") or self.code.strays(type_, "bucket", self.one)
        )

    def none(self, suffix: str, otherwise: Observation) -> Observation:
        """What holds where nothing is found for this bucket."""
        if self.unplaced(suffix):
            return unsure(f"an aws_s3_bucket_{suffix} is there, of an unknown bucket")
        return otherwise

    def aspects(self) -> dict[str, Observation]:
        one = self.one
        name = one.get("bucket") or Unknown(f"the name of {one.address} is made by Terraform")
        return {
            "listed": known({"Name": name}, one),
            "acl": self.acl(),
            "policy": self.policy(),
            "encryption": self.encryption(),
            "versioning": self.versioning(),
            "logging": self.logging(),
            "public_access_block": self.block(),
            "ownership": self.ownership(),
            "lifecycle": self.lifecycle(),
            "object_lock": self.object_lock(),
            "website": self.website(),
            "cors": self.cors(),
            "replication": self.replication(),
            "tags": told(one.get("tags"), one, "tags"),
        }

    def acl(self) -> Observation:
        beside = self.beside("acl")
        where = beside or self.one
        canned = where.get("acl")
        grants: list[Any] = [{"Grantee": _OWNER, "Permission": "FULL_CONTROL"}]
        written = first(where.blocks("access_control_policy")) if beside else None
        blocks: Any = self.one.blocks("grant") if not beside else part(written, "grant", [])
        for value in (canned, blocks):
            if isinstance(value, Unknown):
                return unsure(value.why)
        if canned is None and not blocks:
            return self.none("acl", default({"Owner": {"ID": "owner"}, "Grants": grants}, NEW))
        grants += [
            {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}
            for uri, permission in _CANNED.get(str(canned), ())
        ]
        for block in blocks:
            grants += _grants(block)
        return known({"Owner": {"ID": "owner"}, "Grants": grants}, where, "acl")

    def policy(self) -> Observation:
        where = self.beside("policy") or (self.one if self.one.get("policy") is not None else None)
        if where is None:
            return self.none("policy", absent(self.one))
        name = self.one.get("bucket")
        own = name if isinstance(name, str) and name else self.one.address
        told = document(where.get("policy"), self.code, own={self.one.address: own})
        return known(told, where, "policy")

    def encryption(self) -> Observation:
        name = "server_side_encryption_configuration"
        beside = self.beside(name)
        rules = beside.blocks("rule") if beside else part(self.one.block(name), "rule")
        if rules is None or rules == []:
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            return self.none(name, default({"Rules": [rule]}, ENCRYPTED))
        if isinstance(rules, Unknown):
            return unsure(rules.why)
        made = []
        for one in rules:
            by = first(part(one, "apply_server_side_encryption_by_default", []))
            names = {"sse_algorithm": "SSEAlgorithm", "kms_master_key_id": "KMSMasterKeyID"}
            inner = by if isinstance(by, Unknown) else renamed(by or {}, names)
            if isinstance(inner, dict) and "KMSMasterKeyID" in inner:
                inner["KMSMasterKeyID"] = ident(inner["KMSMasterKeyID"])
            key = part(one, "bucket_key_enabled", fallback=False)
            made.append({"ApplyServerSideEncryptionByDefault": inner, "BucketKeyEnabled": key})
        return known({"Rules": made}, beside or self.one, "rule" if beside else name)

    def versioning(self) -> Observation:
        beside = self.beside("versioning")
        if beside:
            block = beside.block("versioning_configuration")
            made = (
                renamed(block, {"status": "Status", "mfa_delete": "MFADelete"})
                if isinstance(block, dict)
                else block
            )
            if isinstance(made, dict) and made.get("Status") == "Disabled":
                made = {}
            return known(made or {} if not isinstance(made, Unknown) else made, beside)
        block = self.one.block("versioning")
        if block is None:
            return self.none("versioning", known({}, self.one))
        on, mfa = part(block, "enabled", fallback=False), part(block, "mfa_delete", fallback=False)
        status = on if isinstance(on, Unknown) else "Enabled" if on else "Suspended"
        delete = mfa if isinstance(mfa, Unknown) else "Enabled" if mfa else "Disabled"
        return known({"Status": status, "MFADelete": delete}, self.one, "versioning")

    def logging(self) -> Observation:
        where = self.beside("logging")
        block = {**where.values} if where else self.one.block("logging")
        if block is None:
            return self.none("logging", absent(self.one))
        names = {"target_bucket": "TargetBucket", "target_prefix": "TargetPrefix"}
        made = (
            block
            if isinstance(block, Unknown)
            else {
                "TargetPrefix": "",
                **renamed(block, names),
                "TargetBucket": ident(part(block, "target_bucket")),
            }
        )
        return known(made, where or self.one, "logging")

    def block(self) -> Observation:
        where = self.beside("public_access_block")
        if where is None:
            on = dict.fromkeys(_BLOCK.values(), True)
            return self.none("public_access_block", default(on, NEW))
        return known({new: where.get(old, default=False) for old, new in _BLOCK.items()}, where)

    def ownership(self) -> Observation:
        where = self.beside("ownership_controls")
        rule = where.block("rule") if where else None
        if where is None:
            ruled = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
            return self.none("ownership_controls", default(ruled, NEW))
        return known({"Rules": [{"ObjectOwnership": part(rule, "object_ownership")}]}, where)

    def lifecycle(self) -> Observation:
        where = self.beside("lifecycle_configuration")
        rules = where.blocks("rule") if where else self.one.blocks("lifecycle_rule")
        if not rules and not isinstance(rules, Unknown):
            return self.none("lifecycle_configuration", absent(self.one))
        if isinstance(rules, Unknown):
            return unsure(rules.why)
        made = [_rule(one, is_old=where is None) for one in rules]
        return known(made, where or self.one, "rule" if where else "lifecycle_rule")

    def object_lock(self) -> Observation:
        where = self.beside("object_lock_configuration")
        on = self.one.get("object_lock_enabled", default=False)
        block = self.one.block("object_lock_configuration")
        rule = first(where.blocks("rule")) if where else first(part(block, "rule", []))
        if where is None and block is None and on is False:
            return self.none("object_lock_configuration", absent(self.one))
        made: dict[str, Any] = {"ObjectLockEnabled": on if isinstance(on, Unknown) else "Enabled"}
        retention = first(part(rule, "default_retention", []))
        if isinstance(retention, dict):
            names = {"mode": "Mode", "days": "Days", "years": "Years"}
            made["Rule"] = {"DefaultRetention": renamed(retention, names)}
        return known(made, where or self.one)

    def website(self) -> Observation:
        where = self.beside("website_configuration")
        block = self.one.block("website")
        if where is None and block is None:
            return self.none("website_configuration", absent(self.one))
        suffix = (
            part(first(where.blocks("index_document")), "suffix")
            if where
            else part(block, "index_document")
        )
        return known({"IndexDocument": {"Suffix": suffix}}, where or self.one, "website")

    def cors(self) -> Observation:
        where = self.beside("cors_configuration")
        rules = (where or self.one).blocks("cors_rule")
        if not rules and not isinstance(rules, Unknown):
            return self.none("cors_configuration", absent(self.one))
        names = {
            "allowed_headers": "AllowedHeaders",
            "allowed_methods": "AllowedMethods",
            "allowed_origins": "AllowedOrigins",
        }
        return known(each(rules, names), where or self.one, "cors_rule")

    def replication(self) -> Observation:
        where = self.beside("replication_configuration")
        block = where.values if where else self.one.block("replication_configuration")
        if block is None:
            return self.none("replication_configuration", absent(self.one))
        rules = part(block, "rule", part(block, "rules", []))
        several = [rules] if isinstance(rules, dict) else rules
        made = several if isinstance(several, Unknown) else [_copied(one) for one in several]
        return known({"Rules": made}, where or self.one)


def _copied(rule: Any) -> Any:
    """A rule of replication, with where it copies to, and by which key."""
    if isinstance(rule, Unknown):
        return rule
    to = first(part(rule, "destination", []))
    made = renamed(rule, {"id": "ID", "status": "Status"})
    if to is None or isinstance(to, Unknown):
        return made | {"Destination": to or Unknown("it names no destination")}
    bucket = part(to, "bucket")
    if isinstance(bucket, PartialText):  # the ARN of a bucket that is named by nobody
        bucket = next((ident(one) for one in bucket.parts if isinstance(one, Reference)), bucket)
    said = {"Bucket": ident(bucket), **renamed(to, {"account": "Account"})}
    encryption = first(part(to, "encryption_configuration", []))
    if encryption is not None:
        key = part(encryption, "replica_kms_key_id")
        said["EncryptionConfiguration"] = (
            encryption if isinstance(encryption, Unknown) else {"ReplicaKmsKeyID": ident(key)}
        )
    return made | {"Destination": said}


def _grants(block: Any) -> list[Any]:
    grantee = first(part(block, "grantee", []))
    who = grantee if isinstance(grantee, dict) else block if isinstance(block, dict) else {}
    names = {"type": "Type", "uri": "URI", "id": "ID", "email_address": "EmailAddress"}
    named = renamed(who, names)
    several = part(block, "permissions", part(block, "permission", []))
    permissions = several if isinstance(several, list) else [several]
    return [{"Grantee": named, "Permission": one} for one in permissions]


def _rule(one: Any, *, is_old: bool) -> Any:
    if isinstance(one, Unknown):
        return one
    on = one.get("enabled") if is_old else one.get("status", "Enabled")
    status = on if isinstance(on, Unknown | str) else "Enabled" if on else "Disabled"
    made: dict[str, Any] = {"Status": status}
    if one.get("id") is not None:
        made["ID"] = one["id"]
    days = {"days": "Days", "date": "Date"}
    later = {"noncurrent_days": "NoncurrentDays", "days": "NoncurrentDays"}
    begun = first(part(one, "abort_incomplete_multipart_upload", []))
    aborted = part(
        begun, "days_after_initiation", one.get("abort_incomplete_multipart_upload_days")
    )
    if aborted is not None:
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": aborted}
    for name, key, names in (
        ("expiration", "Expiration", days),
        ("noncurrent_version_expiration", "NoncurrentVersionExpiration", later),
    ):
        block = first(part(one, name, []))
        if block is not None:
            made[key] = block if isinstance(block, Unknown) else renamed(block, names)
    return made

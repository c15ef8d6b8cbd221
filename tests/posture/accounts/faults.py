"""By which checks a fault is to be found.

Checks are recognised by what other tools call them (``known_as``) or by their own ids, so that the
table holds for checks that come later. One that only partly means the fault stands in no row.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ringwall.posture.checking.finding import KnownCheck

CHECKS: Final[Mapping[str, str]] = {
    "bucket-public": "aws-s3-bucket-public",
    "bucket-public-by-list": "aws-s3-bucket-acl-public",
    "bucket-without-tls": "prowler:s3_bucket_secure_transport_policy|securityhub:S3.5",
    "bucket-without-versions": "prowler:s3_bucket_object_versioning|securityhub:S3.14",
    "bucket-without-block": "prowler:s3_bucket_level_public_access_block|securityhub:S3.8",
    "user-without-second-factor": "prowler:iam_user_mfa_enabled_console_access|securityhub:IAM.5",
    "user-with-two-keys": "prowler:iam_user_two_active_access_key",
    "user-becomes-administrator": "aws-iam-user-escalation",
    "user-has-policies-of-its-own": "securityhub:IAM.2|prowler:iam_policy_attached_only_to_group.*",
    "role-trusts-all": "aws-iam-role-trusts-anybody",
    "group-ssh-to-world": "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
    "group-rdp-to-world": "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
    "group-database-to-world": (
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432"
    ),
    "group-directory-to-world": "aws-ec2-security-group-directories",
    "group-all-to-world": "prowler:ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
    "instance-without-tokens": "prowler:ec2_instance_imdsv2_enabled|securityhub:EC2.8",
    "instance-in-two-networks": "prowler:ec2_instance_uses_single_eni|securityhub:EC2.17",
    "volume-plain": "prowler:ec2_ebs_volume_encryption",
    "database-public": "securityhub:RDS.2",
    "database-plain": "prowler:rds_instance_storage_encrypted|securityhub:RDS.3",
    "database-without-backups": "prowler:rds_instance_backup_enabled|securityhub:RDS.11",
    "database-deleted-at-once": "prowler:rds_instance_deletion_protection|securityhub:RDS.8",
    "key-never-turned": "prowler:kms_cmk_rotation_enabled|securityhub:KMS.4",
    "key-open-to-all": "prowler:kms_key_not_publicly_accessible|securityhub:KMS.5",
    "trail-not-validated": "securityhub:CloudTrail.4",
}
"""By fault, an expression that an id of the check, or what it is known as, is all of."""


def checks_of(fault: str, checks: Iterable[KnownCheck]) -> list[str]:
    """The ids of those checks that have to find this fault."""
    wanted = re.compile(CHECKS[fault])
    return [
        one.id
        for one in checks
        if any(wanted.fullmatch(name) for name in (one.id, *one.check.known_as))
    ]

"""Secrets of Kubernetes are encrypted with a key of your own.

Why: the key of AWS guards against the loss of a disk; your own says who may decrypt, and tells who
did.
Fix: turn envelope encryption of secrets on, with a key of KMS.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=AT_REST,
    known_as=(
        "prowler:eks_cluster_kms_cmk_encryption_in_secrets_enabled",
        "securityhub:EKS.3",
        "checkov:CKV_AWS_58",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    several = it.read("described").get("encryptionConfig") or ()
    if any(
        "secrets" in (one.get("resources") or ()) and (one.get("provider") or {}).get("keyArn")
        for one in several
    ):
        return passes("a key of yours encrypts secrets")
    return fails(f"no key of yours encrypts the secrets of {it.label}")


CASES = (
    case(
        "a key",
        PASS,
        described={
            "encryptionConfig": [
                {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:x"}}
            ]
        },
    ),
    case("none", FAIL, described={}),
)

"""Keys are not for everybody.

Why: whoever may use the key opens all that it encrypts, wherever they got it from.
Fix: name accounts and roles in the key's policy; bind services by `kms:CallerAccount` and
`kms:ViaService`.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.admitting import admitting, by_policy
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.CRITICAL,
    reads=("policy", *READS),
    controls=(
        *NOT_PUBLIC,
        "pci-dss-4 3.6.1 partial",
    ),
    known_as=(
        "prowler:kms_key_not_publicly_accessible",
        "checkov:CKV_AWS_33",
        "securityhub:KMS.5",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("policy"), arn_of(it, "kms:key/{label}"))


CASES = admitting("kms:Decrypt", by_policy, "policy")

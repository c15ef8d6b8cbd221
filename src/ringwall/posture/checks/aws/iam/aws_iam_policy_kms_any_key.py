"""No policy decrypts with any key.

Why: keys of other data, made later for somebody else, open for it too.
Fix: name the keys in the statement's resource.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ANY_KEY
from ringwall.posture.checks.aws.iam.writing import cases_of_own_policy, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 SC-12 supporting",
        "ccm-4 CEK-03 supporting",
        "pci-dss-4 3.6.1 partial",
    ),
    known_as=("securityhub:KMS.1",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(
        it, ANY_KEY, well="it decrypts with no key, or only with those it names"
    )


CASES = cases_of_own_policy(
    "kms:Decrypt", pattern="kms:De*", every="arn:aws:kms:*:*:key/*", harmless="kms:ListKeys"
)

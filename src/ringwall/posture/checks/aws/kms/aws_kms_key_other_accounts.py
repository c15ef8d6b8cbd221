"""Keys are used by accounts that are meant.

Why: another account that may use the key opens what it gets of yours, and its own people decide
who.
Fix: name the role that is meant, or the organisation by `aws:PrincipalOrgID`; accept this for
accounts of your own.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.sharing import cases_of_others, judge_others

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.LOW,
    reads=("policy", *READS),
    controls=(
        *LEAST_PRIVILEGE,
        "pci-dss-4 3.6.1 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Whole accounts and whoever is of them, unless a condition says of which organisation."""
    return judge_others(it, it.read("policy"))


CASES = cases_of_others("kms:Decrypt", aspect="policy")

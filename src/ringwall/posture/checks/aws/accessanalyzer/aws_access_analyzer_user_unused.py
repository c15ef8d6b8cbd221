"""Access Analyzer finds nothing unused in users.

Why: what an analyzer of unused access has found is known, and still there for whoever takes it
over.
Fix: take away what the finding names, or archive it there and say why.

Where no analyzer of unused access looks, nothing is judged: `aws-access-analyzer-unused` says that.
"""

from ringwall.posture.checking import Check, Judgment, Severity, Subject, World
from ringwall.posture.checks.aws.analyzed import READS, analyzed, judge_analyzed
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, REVIEWED
from ringwall.posture.checks.aws.identities import ME

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.LOW,
    reads=READS,
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(7) partial",
        *REVIEWED,
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what its active findings say."""
    return judge_analyzed(it, world)


CASES = analyzed(ME, "UnusedIAMUserAccessKey")

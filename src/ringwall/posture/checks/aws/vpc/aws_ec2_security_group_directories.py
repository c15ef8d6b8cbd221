"""Security groups do not open directories of users to the internet.

Why: LDAP and Kerberos tell strangers who there is, and let passwords be guessed.
Fix: let only networks of those in that sign in by it.
"""

from ringwall.posture.checking import Check, Judgment, Severity, Subject, World
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.services import DIRECTORIES
from ringwall.posture.checks.aws.vpc.ports import READS, cases_of, judge_ports

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.HIGH,
    reads=READS,
    controls=PERIMETER,
    remedy="aws-ec2-ingress-from-world",
)


def judge(it: Subject, world: World) -> Judgment:
    """By all its rules together."""
    return judge_ports(it, world, DIRECTORIES)


CASES = cases_of(389)

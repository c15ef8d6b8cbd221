"""Security groups do not open file shares to the internet.

Why: SMB, NFS and FTP were made for inside networks, and their weaknesses have names everybody
knows.
Fix: let in the networks that need it, or exchange files by S3 or SFTP.
"""

from ringwall.posture.checking import Check, Judgment, Severity, Subject, World
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.services import FILES
from ringwall.posture.checks.aws.vpc.ports import READS, cases_of, judge_ports

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.HIGH,
    reads=READS,
    controls=(
        "cis-aws-5.0 5.1.2 partial",
        "cis-aws-6.0 6.1.2 partial",
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "securityhub:EC2.19",
        "checkov:CKV_AWS_277",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_ftp_20_21",
    ),
    remedy="aws-ec2-ingress-from-world",
)


def judge(it: Subject, world: World) -> Judgment:
    """By all its rules together."""
    return judge_ports(it, world, FILES)


CASES = cases_of(445)

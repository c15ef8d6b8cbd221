"""Security groups do not open RDP to the internet.

Why: it is the door by which most ransomware comes.
Fix: let in the networks that need it, or close it and use Fleet Manager or a VPN.
"""

from ringwall.posture.checking import Check, Judgment, Severity, Subject, World
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.vpc.ports import READS, cases_of, judge_ports

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.HIGH,
    reads=READS,
    controls=(
        "cis-aws-3.0 5.2 partial",
        "cis-aws-3.0 5.3 partial",
        "cis-aws-5.0 5.3 partial",
        "cis-aws-5.0 5.4 partial",
        "cis-aws-6.0 6.3 partial",
        "cis-aws-6.0 6.4 partial",
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        "securityhub:EC2.14",
        "securityhub:EC2.54",
        "checkov:CKV_AWS_25",
    ),
    remedy="aws-ec2-ingress-from-world",
)


def judge(it: Subject, world: World) -> Judgment:
    """By all its rules together."""
    return judge_ports(it, world, {3389: "RDP"})


CASES = cases_of(3389)

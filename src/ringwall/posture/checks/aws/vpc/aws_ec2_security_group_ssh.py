"""Security groups do not open SSH to the internet.

Rules add up: two halves of the internet, or a list of prefixes with all of it, are the internet.

Why: passwords are guessed, and weaknesses of the server used, from the first hour on.
Fix: let in the networks that need it, or close it and use Session Manager.
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
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        "securityhub:EC2.13",
        "securityhub:EC2.53",
        "checkov:CKV_AWS_24",
    ),
    remedy="aws-ec2-ingress-from-world",
)


def judge(it: Subject, world: World) -> Judgment:
    """By all its rules together."""
    return judge_ports(it, world, {22: "SSH"}, tcp_only=True)


CASES = cases_of(22)

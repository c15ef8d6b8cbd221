"""Network lists do not let remote administration in from the internet.

Why: it is the second lock, for when a security group is opened in haste.
Fix: refuse 22 and 3389 from outside by an entry before those that allow.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.openings import is_open, those_in
from ringwall.posture.checks.aws.services import ADMINISTRATION
from ringwall.posture.permissions.networks import Intervals, let_through

CHECK = Check(
    judges="aws-ec2-network-acl",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 5.1 full",
        "cis-aws-5.0 5.2 full",
        "cis-aws-6.0 6.2 full",
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "prowler:ec2_networkacl_allow_ingress_tcp_port_22",
        "prowler:ec2_networkacl_allow_ingress_tcp_port_3389",
        "securityhub:EC2.21",
        "checkov:CKV_AWS_232",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The entry of the lowest number decides, for each address and port."""
    entries = it.read("listed").get("Entries") or ()
    opened = Intervals.of(
        (port, port) for port in ADMINISTRATION if is_open(let_through(entries, port=port))
    )
    found = those_in(ADMINISTRATION, opened)
    if found:
        return fails(f"{it.label} lets {', '.join(found)} in from the internet")
    return passes("it lets no remote administration in from the internet")


def _entry(number: int, action: str, cidr: str, port: int | None = None) -> dict[str, object]:
    reach = {} if port is None else {"PortRange": {"From": port, "To": port}}
    protocol = "-1" if port is None else "6"
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "CidrBlock": cidr,
        "Protocol": protocol,
        "Egress": False,
        **reach,
    }


ALL = _entry(100, "allow", "0.0.0.0/0")
SHUT = [_entry(10, "deny", "0.0.0.0/0", 22), _entry(20, "deny", "0.0.0.0/0", 3389)]
CASES = (
    case("as it comes", FAIL, listed={"Entries": [ALL]}),
    case("refused before", PASS, listed={"Entries": [ALL, *SHUT]}),
    case(
        "refused too late",
        FAIL,
        listed={"Entries": [ALL, _entry(200, "deny", "0.0.0.0/0", 22)]},
    ),
    case(
        "allowed by halves",
        FAIL,
        listed={"Entries": [_entry(1, "allow", "0.0.0.0/1"), _entry(2, "allow", "128.0.0.0/1")]},
    ),
    case("outwards only", PASS, listed={"Entries": [ALL | {"Egress": True}]}),
    case("denied", UNKNOWN, listed=DENIED),
)

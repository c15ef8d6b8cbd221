"""Security groups do not let everything out to the internet.

Why: what was broken into calls home, and takes data with it, by whatever port it likes.
Fix: let out what is needed, such as 443, or to lists of prefixes and endpoints.
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
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.exposure import cidrs_of
from ringwall.posture.checks.aws.openings import certain, open_ports
from ringwall.posture.checks.aws.scenes import LIST_RULE, prefix_list, rule

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.INFORMATIONAL,
    reads=("listed", "aws-ec2-prefix-list.listed", "aws-ec2-prefix-list.entries"),
    controls=("nist-800-53r5 SC-7(5) partial", *PERIMETER),
    known_as=("checkov:CKV_AWS_382",),
)


_ALL = 65_535


def judge(it: Subject, world: World) -> Judgment:
    """Whether all ports are open outwards to the world."""
    rules = it.read("listed").get("IpPermissionsEgress") or ()

    def networks(identifier: str) -> list[str]:
        return cidrs_of(world, identifier)

    ports = open_ports(certain(rules, networks, "tcp"), networks)
    if ports.size < _ALL:
        ports = open_ports(rules, networks)
    if ports.size >= _ALL:
        return fails(f"{it.label} lets everything out to the internet")
    return passes("it does not let everything out")


CASES = (
    case("as they come", FAIL, listed={"IpPermissionsEgress": [rule("-1", -1, -1, ["0.0.0.0/0"])]}),
    case("443 only", PASS, listed={"IpPermissionsEgress": [rule("tcp", 443, 443, ["0.0.0.0/0"])]}),
    case("inside only", PASS, listed={"IpPermissionsEgress": [rule("-1", -1, -1, ["10.0.0.0/8"])]}),
    case("to a list", FAIL, prefix_list("0.0.0.0/0"), listed={"IpPermissionsEgress": [LIST_RULE]}),
)

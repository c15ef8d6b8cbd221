"""Default security groups let nothing in and nothing out.

Why: what is made without naming a group gets it; then it should reach nobody, and nobody it.
Fix: take all rules of the network's default group away.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.scenes import LIST_RULE
from ringwall.posture.checks.aws.vpc.ports import is_unused

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-ec2-network-interface.listed"),
    controls=(
        "cis-aws-3.0 5.4 full",
        "cis-aws-5.0 5.5 full",
        "cis-aws-6.0 6.5 full",
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=(
        "prowler:ec2_securitygroup_default_restrict_traffic",
        "securityhub:EC2.2",
        "checkov:CKV2_AWS_12",
    ),
    remedy="aws-ec2-default-group-closed",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Less bad where nothing is in it."""
    listed = it.read("listed")
    if listed.get("GroupName") != "default":
        return None
    ways = [
        way
        for way, rules in (("in", "IpPermissions"), ("out", "IpPermissionsEgress"))
        if listed.get(rules)
    ]
    if not ways:
        return passes("it has no rules")
    told = f"the default group of {listed.get('VpcId')} lets something {' and '.join(ways)}"
    if is_unused(world, it):
        return fails(f"{told}; nothing has it now", Severity.LOW)
    return fails(told)


CASES = (
    case("no rules", PASS, listed={"GroupName": "default", "GroupId": "sg-1"}),
    case(
        "as it comes",
        FAIL,
        other("aws-ec2-network-interface", listed={"Groups": [{"GroupId": "sg-1"}]}),
        listed={"GroupName": "default", "GroupId": "sg-1", "IpPermissions": [LIST_RULE]},
    ),
    case(
        "outwards, unused",
        FAIL,
        listed={"GroupName": "default", "GroupId": "sg-1", "IpPermissionsEgress": [LIST_RULE]},
    ),
    case("another one", NOT_JUDGED, listed={"GroupName": "web", "IpPermissions": [LIST_RULE]}),
)

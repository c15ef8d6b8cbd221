"""Network lists are of some subnet.

Why: one that guards nothing is easily taken for one that does.
Fix: delete it.
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
    passes,
)
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ec2-network-acl",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:ec2_networkacl_unused", "securityhub:EC2.16"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """A network's default list cannot be deleted."""
    listed = it.read("listed")
    if listed.get("IsDefault"):
        return None
    if listed.get("Associations"):
        return passes("a subnet has it")
    return fails(f"no subnet has {it.label}")


CASES = (
    case("used", PASS, listed={"Associations": [{"SubnetId": "subnet-1"}]}),
    case("not", FAIL, listed={"Associations": []}),
    case("the default", NOT_JUDGED, listed={"IsDefault": True}),
)
